"""Who may set which fact, and what never shows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from interlock.guards.base import Proposal
from interlock.guards.facts import Facts, FactsError, claimed, established
from interlock.guards.told import told

SECRET = "canary-7f3a"


class Known(Facts):
    name: str | None = claimed(pii=True)
    mood: str | None = claimed()
    age: int = claimed(0, pii=True)
    account: str | None = established(pii=True)
    verified: bool = established(False)


OF_THE_BASE = {"now", "timezone", "silences"}
OF_OUR_MOUTH = {"spent", "opened_at", "recording", "told", "switched_off"}
OF_THE_LINE = {
    "call_id",
    "caller_number",
    "begins_anew",
    "room",
    "caller_identity",
    "caller_sid",
    "caller_kind",
    "caller_phone",
    "sip_call_id",
    "unheard",
    "number_heard",
}


def test_claimed_and_established_are_two_sets_and_pii_crosses_them() -> None:
    """The base's own facts are established; who calls from where is personal."""
    assert Known.names("claimed") == {"name", "mood", "age"}
    assert Known.names("established") == {"account", "verified"} | OF_THE_BASE | OF_THE_LINE | OF_OUR_MOUTH
    assert Known.pii() == {"name", "age", "account", "room", "caller_identity", "caller_phone", "number_heard"}


def test_a_model_is_told_the_facts_but_not_the_lines() -> None:
    """Guards, tools and the journal have them; a model has no use for a number or a room."""
    assert Known.for_model() == {"name", "mood", "age", "account", "verified"} | OF_THE_BASE


def test_what_stands_for_the_caller_falls_with_them() -> None:
    """All but what a flow says why it stands whoever is there; nobody was told, and they are one caller more."""

    class Marked(Known):
        tries: int = established(0, of_the_call="used up is used up")
        price: int = established(0)
        paid: str | None = established(of_the_call="not twice", kept_as=("unconfirmed",))
        known: bool | None = established()

    theirs = {"name", "mood", "age", "account", "verified", "price", "known", "caller_phone", "recording", "silences"}
    assert Marked.of_the_caller() >= theirs
    assert Marked.of_the_caller() & {"tries", "paid", "room", "call_id", "opened_at", "now", "caller_number"} == set()
    before = Marked(name="Anna", account="4471", verified=True, tries=2, price=5, known=False, told=(("a", "b"),))
    after = before.of_somebody_else()
    assert after == Marked(tries=2, told=(), caller_number=2)
    assert not told("disclosure").predicate(after, Proposal("x"))
    unclear, done = before.model_copy(update={"paid": "unconfirmed"}), before.model_copy(update={"paid": "done"})
    assert (unclear.of_somebody_else().paid, done.of_somebody_else().paid) == ("unconfirmed", None)


def test_what_was_found_for_the_caller_before_is_known_only_as_far_as_it_stands() -> None:
    """A newcomer learns that a limit moved or that nothing is unclear any more, and nothing else of it."""

    class Marked(Known):
        tries: int = established(0, of_the_call="used up is used up")
        paid: str | None = established(of_the_call="not twice", kept_as=("unconfirmed",))

    here, found = Marked(paid="unconfirmed"), Marked(paid="done", tries=3, account="4471")
    assert here.with_what_stays(found, ("paid", "tries", "account")) == Marked(tries=3)
    assert here.with_what_stays(found, ("account",)) == here


def test_what_is_kept_only_as_something_says_why() -> None:
    """Without a reason nothing is of the call."""
    with pytest.raises(TypeError, match="of_the_call"):
        established(kept_as=("unconfirmed",))


def test_each_flow_keeps_its_own_fields() -> None:
    """Declaring one subclass changes no other."""

    class Other(Known):
        extra: str | None = established()

    assert Other.names("established") == Known.names("established") | {"extra"}
    assert "extra" not in Known.names("established")
    assert Other.pii() == Known.pii()


def test_setting_facts_gives_new_ones_and_leaves_the_old() -> None:
    """Facts are a value."""
    before = Known()
    after = before.having("claimed", {"name": "Ann", "age": 3}).having("established", {"verified": True})
    assert (before.name, before.age, before.verified) == (None, 0, False)
    assert isinstance(after, Known)
    assert (after.name, after.age, after.verified) == ("Ann", 3, True)


@pytest.mark.parametrize("field", sorted(Known.names("established")))
def test_no_established_fact_can_be_claimed(field: str) -> None:
    """Faults 12: verification forged by the model."""
    with pytest.raises(FactsError, match=f"{field} is established: it cannot be claimed"):
        Known().having("claimed", {field: getattr(Known(), field)})


@pytest.mark.parametrize("field", sorted(Known.names("claimed")))
def test_no_claimed_fact_can_be_established(field: str) -> None:
    """What the caller said stays what the caller said."""
    with pytest.raises(FactsError, match=f"{field} is claimed: it cannot be established"):
        Known().having("established", {field: getattr(Known(), field)})


@pytest.mark.parametrize(
    "field", ["nobody", "Verified", "v\u0435rified", "", "_origins", "model_config", "__class__", "having"]
)
@pytest.mark.parametrize("origin", ["claimed", "established"])
def test_an_unknown_fact_is_refused_by_name(field: str, origin: str) -> None:
    """Python's own attributes and homoglyphs are no facts."""
    with pytest.raises(FactsError, match="there is no fact"):
        Known().having(origin, {field: True})  # type: ignore[arg-type]


def test_one_bad_value_among_good_ones_sets_nothing() -> None:
    """All or none."""
    before = Known(mood="calm")
    with pytest.raises(FactsError):
        before.having("claimed", {"mood": "cross", "verified": True})
    assert before == Known(mood="calm")


@pytest.mark.parametrize("value", [SECRET, {"x": SECRET}, [SECRET], None])
def test_an_error_names_the_field_and_never_the_value(value: object) -> None:
    """Not in the text, and no cause or context is shown with it (I6)."""
    with pytest.raises(FactsError) as caught:
        Known().having("claimed", {"age": value})
    assert "age" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_facts_are_frozen_and_closed() -> None:
    """No other way in than `having`."""
    facts = Known()
    with pytest.raises(ValidationError, match="frozen"):
        facts.verified = True  # type: ignore[misc]
    with pytest.raises(ValidationError, match="extra"):
        Known(verifiedd=True)  # type: ignore[call-arg]
    with pytest.raises(ValidationError):
        del facts.verified


def test_personal_data_shows_in_no_repr() -> None:
    """A log line that formats the facts whole gives nothing away (I6)."""
    facts = Known(name=SECRET, account=SECRET, age=987123, mood="calm")
    shown = f"{facts!r} {facts} {[facts]}"
    assert SECRET not in shown
    assert "987123" not in shown
    assert "calm" in shown


def test_a_field_that_says_not_whose_it_is_is_refused_at_import() -> None:
    """Neither a bare default nor none at all."""
    with pytest.raises(TypeError, match=r"Bare\.thing says not who may set it"):

        class Bare(Facts):
            thing: str = ""


def test_a_field_without_a_default_is_refused_at_import() -> None:
    """A call begins with nothing known."""
    with pytest.raises(TypeError, match=r"Required\.thing has no default"):

        class Required(Facts):
            thing: str = claimed(...)


def test_a_default_that_is_not_of_its_type_is_refused_when_made() -> None:
    """Defaults are validated like values."""

    class Mistyped(Facts):
        thing: int = claimed("many")

    with pytest.raises(ValidationError):
        Mistyped()


class Loose(BaseModel):
    name: str = ""


class FrozenOutside(BaseModel):
    model_config = ConfigDict(frozen=True)
    names: list[str] = []


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)
    name: str = ""


class Colour(Enum):
    RED = "red"


class Pair(NamedTuple):
    one: int = 0
    two: int = 0


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        (list[str], "list"),
        (list, "list"),
        (dict[str, int] | None, "dict"),
        (set[str], "set"),
        (Sequence[str], "Sequence"),
        (Mapping[str, str], "Mapping"),
        (tuple[list[str], ...], "list"),
        (frozenset[str] | list[str] | None, "list"),
        (Annotated[list[str] | None, Field(max_length=3)], "list"),
        (tuple[Annotated[list[str], "orders"], ...], "list"),
        (Loose, "Loose"),
        (FrozenOutside | None, "list"),
        (Any, "Any"),
        (object, "object"),
    ],
    ids=str,
)
@pytest.mark.parametrize("field", [claimed, established])
def test_a_fact_that_could_be_changed_in_place_is_refused_at_import(field: Any, kind: Any, named: str) -> None:
    """A tool that appends to a list would set a fact past `claim`, `establish` and the journal."""
    with pytest.raises(TypeError, match=rf"Faulty\.thing holds {named}, which can be changed in place: expected"):
        type(Facts)("Faulty", (Facts,), {"__annotations__": {"thing": kind}, "thing": field()})


@pytest.mark.parametrize(
    "kind",
    [
        str,
        bool | None,
        Literal["a", "b"] | None,
        tuple[str, ...],
        frozenset[int] | None,
        Annotated[tuple[int, ...], Field(max_length=3)],
        Decimal,
        datetime,
        AwareDatetime | None,
        Colour,
        Pair,
        Frozen | None,
        None,
    ],
    ids=str,
)
def test_a_fact_of_fixed_values_is_taken(kind: Any) -> None:
    """What the test above differs from."""
    made: Any = type(Facts)("Sound", (Facts,), {"__annotations__": {"thing": kind}, "thing": established()})
    assert "thing" in made.names("established")
