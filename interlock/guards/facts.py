"""What is known in a call, who may say so, and what must never be written down."""

from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime
from types import UnionType
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field

from interlock.guards.cards import card_spans
from interlock.guards.characters import has_letters, plain_text

Origin = Literal["claimed", "established"]

CLAIM_LIMIT = 2_000
"""How many characters of text a claimed fact has at most; all of it may be shown to a model."""


def claimed(default: Any = None, *, pii: bool = False, for_model: bool = True, description: str = "") -> Any:
    """A field the caller may set, through the model: it can be wrong or a lie."""
    return _field("claimed", default, pii, for_model, description)


def established(
    default: Any = None,
    *,
    pii: bool = False,
    for_model: bool = True,
    of_the_call: str = "",
    kept_as: tuple[Any, ...] = (),
    description: str = "",
) -> Any:
    """A field only our own systems set: an effect, a timer, an operator, a tool's look-up.

    Not `for_model`, it is for guards, tools and the journal, and no model reads it. It is of the caller, and falls back
    to its default where somebody else takes their place in the room, unless `of_the_call` says why it stands whoever is
    there; with `kept_as`, only while it has one of these values. So a forgotten mark leaves nobody verified; what a
    limit counts has to be of the call, or whoever joins anew could try again (`interlock check` finds it).
    """
    return _field("established", default, pii, for_model, description, of_the_call, kept_as)


def _field(
    origin: Origin,
    default: Any,
    pii: bool,
    for_model: bool,
    description: str,
    of_the_call: str = "",
    kept_as: tuple[Any, ...] = (),
) -> Any:
    if kept_as and not of_the_call:
        raise TypeError(f"kept_as={kept_as} without of_the_call: say why a newcomer keeps that")
    marks: dict[str, Any] = {
        "origin": origin,
        "pii": pii,
        "for_model": for_model,
        "of_the_call": of_the_call,
        "kept_as": list(kept_as),
    }
    return Field(default, description=description, repr=not pii, json_schema_extra=marks)


class FactsError(ValueError):
    """A fact that does not exist, has the wrong value, or is not this speaker's to set."""


class Facts(BaseModel):
    """Everything known in one call; frozen, one subclass a flow.

    A subclass declares each field with `claimed` or `established` and a default. Raises `TypeError` at import for a
    field that is neither, and for one whose values could be changed in place: a list would be, past every check.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    now: datetime | None = established(
        of_the_call="it is the time for everybody", description="the time of the proposal, in UTC"
    )
    timezone: str = established(
        "UTC", of_the_call="it is the service's", description="IANA name of the zone opening hours are in"
    )
    silences: int = established(0, description="how often in a row the caller stayed silent")

    opened_at: datetime | None = established(
        for_model=False, of_the_call="the call began once", description="when the call began, in UTC"
    )
    told: tuple[tuple[str, str], ...] | None = established(
        for_model=False,
        description="the lines told to their end, each with its version; None where the record is older than that",
    )
    recording: Literal["agreed", "declined"] | None = established(
        for_model=False,
        description="whether the caller lets us record what is said, where they are asked",
    )
    switched_off: tuple[str, ...] = established(
        (), for_model=False, of_the_call="settings are for all", description="the lines that a setting leaves out"
    )

    spent: tuple[tuple[str, str, int], ...] = established(
        (),
        for_model=False,
        of_the_call="it is of one proposal, and set for each",
        description="of which quotas nothing is left, for whom, and in how many seconds they work again: of this"
        " proposal only",
    )

    call_id: str | None = established(
        for_model=False, of_the_call="it names the call", description="this call's name in the record"
    )
    caller_number: int = established(
        1,
        for_model=False,
        of_the_call="it counts the callers",
        description="which caller of the call this is: whoever takes another one's place is one more",
    )
    begins_anew: bool = established(
        False,
        for_model=False,
        of_the_call="it is of whoever came last",
        description="whether somebody took the caller's place and is still where the one before was",
    )
    room: str | None = established(
        pii=True,
        for_model=False,
        of_the_call="everybody is in it",
        description="LiveKit's room; a phone's has its number in it",
    )
    caller_identity: str | None = established(pii=True, for_model=False, description="the caller's name in the room")
    caller_sid: str | None = established(
        for_model=False, description="LiveKit's name for this one stay of the caller in the room"
    )
    caller_kind: str | None = established(
        for_model=False, description="sip for a phone, standard for an app or a browser"
    )
    caller_phone: str | None = established(pii=True, for_model=False, description="the number the caller phones from")
    unheard: tuple[str, ...] = established(
        (),
        for_model=False,
        description="what is claimed here and nobody said, as far as our ears heard",
    )
    number_heard: str | None = established(
        pii=True, for_model=False, description="the telephone number the caller gave last, as our ears heard it"
    )
    sip_call_id: str | None = established(for_model=False, description="the phone call's name at LiveKit's SIP service")

    _origins: ClassVar[dict[str, Origin]] = {}
    _pii: ClassVar[frozenset[str]] = frozenset()
    _for_model: ClassVar[frozenset[str]] = frozenset()
    _of_the_call: ClassVar[dict[str, str]] = {}
    _kept_as: ClassVar[dict[str, list[Any]]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls._origins, cls._of_the_call, cls._kept_as, pii, for_model = {}, {}, {}, set(), set()
        for name, info in cls.model_fields.items():
            marks = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
            if "origin" not in marks:
                raise TypeError(f"{cls.__name__}.{name} says not who may set it: use claimed() or established()")
            if info.is_required():
                raise TypeError(f"{cls.__name__}.{name} has no default: a call begins with nothing known")
            loose = _changeable_in(info.annotation)
            if loose:
                raise TypeError(
                    f"{cls.__name__}.{name} holds {loose}, which can be changed in place: expected a type of fixed"
                    " values, such as str, tuple[str, ...], frozenset[str] or a frozen model"
                )
            cls._origins[name] = "claimed" if marks["origin"] == "claimed" else "established"
            if marks["pii"]:
                pii.add(name)
            if marks["for_model"]:
                for_model.add(name)
            if why := marks["of_the_call"]:
                kept_as = marks["kept_as"]
                cls._of_the_call[name] = str(why)
                cls._kept_as[name] = kept_as if isinstance(kept_as, list) else []
        cls._pii, cls._for_model = frozenset(pii), frozenset(for_model)

    @classmethod
    def names(cls, origin: Origin) -> frozenset[str]:
        """The fields that are claimed, or those that are established."""
        return frozenset(name for name, its in cls._origins.items() if its == origin)

    @classmethod
    def pii(cls) -> frozenset[str]:
        """The fields whose values reach no log line and no audit record (I6)."""
        return cls._pii

    @classmethod
    def for_model(cls) -> frozenset[str]:
        """The fields a model is told of."""
        return cls._for_model

    @classmethod
    def of_the_caller(cls) -> frozenset[str]:
        """The fields that stand for the caller: all but those of the call."""
        return frozenset(cls._origins) - set(cls._of_the_call)

    @classmethod
    def of_the_call(cls) -> Mapping[str, str]:
        """The fields that stand whoever is there, and why."""
        return cls._of_the_call

    @classmethod
    def keeps(cls, name: str, value: Any) -> bool:
        """Whether whoever takes the caller's place keeps this value of the field."""
        return name in cls._of_the_call and value in (cls._kept_as[name] or (value,))

    def of_somebody_else(self) -> "Facts":
        """What is known of whoever takes the caller's place: nothing that stood for the one before, and nobody told
        them anything yet."""
        return self.model_copy(update=self._fallen() | {"told": (), "caller_number": self.caller_number + 1})

    def with_what_stays(self, found: "Facts", names: Iterable[str]) -> "Facts":
        """These facts with what was `found` for the caller before, as far as it stands whoever is there."""
        ours, fallen = {name: getattr(found, name) for name in names if name in self._of_the_call}, found._fallen()
        return self.model_copy(update={name: fallen.get(name, value) for name, value in ours.items()})

    def _fallen(self) -> dict[str, Any]:
        """The defaults of all that does not stand whoever is there."""
        fields = type(self).model_fields
        return {name: its.get_default() for name, its in fields.items() if not self.keeps(name, getattr(self, name))}

    def having(self, origin: Origin, values: dict[str, Any]) -> "Facts":
        """These facts with `values` set by a speaker of `origin`.

        Of claimed text, characters nobody can see are left out, and what has no letter and no digit is no value: the
        fact has its default then. Raises `FactsError` naming the field, never its value, when one is unknown, belongs
        to the other origin, does not validate, or is a claim with a card number in it or of more than `CLAIM_LIMIT`
        characters.
        """
        self._refuse_strangers(origin, values)
        if origin == "claimed":
            values = {name: self._claimable(name, value) for name, value in values.items()}
        try:
            return type(self).model_validate({**dict(self), **values})
        except ValueError as error:
            raise FactsError(f"{_fields_in(error)}: not a value this fact can have") from None

    def _claimable(self, name: str, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        text = plain_text(value).strip()
        if card_spans(text):
            raise FactsError(f"{name}: a card number is never kept")
        if len(text) > CLAIM_LIMIT:
            raise FactsError(f"{name}: {len(text)} characters, expected at most {CLAIM_LIMIT}")
        return text if has_letters(text) else type(self).model_fields[name].get_default()

    def _refuse_strangers(self, origin: Origin, names: Iterable[str]) -> None:
        for name in names:
            its = self._origins.get(name)
            if its is None:
                raise FactsError(f"there is no fact {name!r} in {type(self).__name__}")
            if its != origin:
                raise FactsError(f"{name} is {its}: it cannot be {origin}")


def _fields_in(error: ValueError) -> str:
    errors = getattr(error, "errors", None)
    return ", ".join(sorted({str(e["loc"][0]) for e in errors() if e["loc"]})) if errors else "a fact"


def _changeable_in(kind: Any) -> str:
    """The first part of an annotation whose values can be changed in place; empty when there is none."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Literal or kind is None:
        return ""
    if origin is Annotated:
        return _changeable_in(parts[0])
    its = origin or kind
    if origin not in (Union, UnionType) and not _is_fixed(its):
        return str(getattr(its, "__name__", its))
    if isinstance(its, type) and issubclass(its, BaseModel):
        parts = tuple(field.annotation for field in its.model_fields.values())
    return next((found for part in parts if part is not ... and (found := _changeable_in(part))), "")


def _is_fixed(kind: Any) -> bool:
    """Whether Python can hash its values, so that they stay what they are; of `Any` and `Sequence` nobody knows."""
    if kind is Any or not isinstance(kind, type):
        return False
    return kind is not object and kind.__module__ != "collections.abc" and issubclass(kind, Hashable)


Facts.__pydantic_init_subclass__()  # pydantic calls it for subclasses alone, and a flow may know no more than these
