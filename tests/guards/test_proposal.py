"""The bounds of what anybody can propose."""

import json
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from typing import Any

import pytest

from interlock.guards.base import ARGS_LIMIT_BYTES, ARGS_LIMIT_DEPTH, Proposal, ProposalError

SECRET = "canary-51c9"


def nested(levels: int, *, of: str = "dict") -> dict[str, Any]:
    """Arguments with so many levels, themselves the first."""
    value: Any = SECRET
    for _ in range(levels - 1):
        value = [value] if of == "list" else {"x": value}
    return {"x": value}


def sized(size: int) -> dict[str, Any]:
    """Arguments of so many bytes as JSON."""
    return {"x": "y" * (size - len('{"x": ""}'))}


def test_arguments_may_have_8_kib_and_not_a_byte_more() -> None:
    """Fault 3, in small."""
    assert len(json.dumps(Proposal("any", sized(ARGS_LIMIT_BYTES)).args)) == 8192
    with pytest.raises(ProposalError, match="8193 bytes, expected at most 8192"):
        Proposal("any", sized(ARGS_LIMIT_BYTES + 1))


@pytest.mark.parametrize("letter", ["ü", "€", "😀", "\ud800"], ids=["two", "three", "four", "half a pair"])
def test_a_letter_counts_as_many_bytes_as_it_has(letter: str) -> None:
    """Neither one, nor the six or twelve of its escape: a caller who is written in Greek may say as much."""
    size = len(letter.encode(errors="surrogatepass"))
    filled = {"x": "y" * ((ARGS_LIMIT_BYTES - 9) % size) + letter * ((ARGS_LIMIT_BYTES - 9) // size)}
    assert Proposal("any", filled).args == filled
    with pytest.raises(ProposalError, match="have 8193 bytes, expected at most 8192"):
        Proposal("any", {"x": filled["x"] + "y"})


def test_fault_3_a_megabyte_of_arguments_is_refused() -> None:
    """In one piece, in many, and in the names."""
    for args in ({"x": "y" * 2**20}, {"x": ["y"] * 2**18}, {f"x{i}": 0 for i in range(2**16)}):
        with pytest.raises(ProposalError, match="expected at most 8192"):
            Proposal("any", args)


@pytest.mark.parametrize("of", ["dict", "list"])
def test_arguments_may_have_8_levels_and_not_one_more(of: str) -> None:
    """The arguments are the first level."""
    args = nested(ARGS_LIMIT_DEPTH, of=of)
    assert Proposal("any", args).args == args
    with pytest.raises(ProposalError, match="deeper than 8 levels"):
        Proposal("any", nested(ARGS_LIMIT_DEPTH + 1, of=of))


@pytest.mark.parametrize("of", ["dict", "list"])
def test_fault_4_ten_thousand_levels_are_refused_without_a_recursion_error(of: str) -> None:
    """The text holds no value."""
    with pytest.raises(ProposalError) as caught:
        Proposal("any", nested(10_000, of=of))
    assert SECRET not in str(caught.value)


def test_arguments_that_hold_themselves_are_refused() -> None:
    """A cycle is infinitely deep."""
    args: dict[str, Any] = {}
    args["x"] = args
    with pytest.raises(ProposalError, match="deeper"):
        Proposal("any", args)


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        -float("inf"),
        {SECRET},
        SECRET.encode(),
        object(),
        datetime(2026, 1, 1, tzinfo=UTC),
        1j,
        10**5000,
        {1: SECRET},
        {None: SECRET},
        {("a",): SECRET},
        [{True: SECRET}],
    ],
    ids=lambda value: type(value).__name__,
)
def test_fault_6_what_is_no_json_is_refused(value: object) -> None:
    """NaN and infinity are no JSON either, nor are names that are no text."""
    with pytest.raises(ProposalError, match="not plain JSON") as caught:
        Proposal("any", {"x": value})
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("args", [None, "x", [["x", 1]], 5, {("x", 1)}])
def test_arguments_are_an_object(args: Any) -> None:
    """Nothing else, not even what `dict()` would take."""
    with pytest.raises(ProposalError, match=f"are a {type(args).__name__}, expected an object"):
        Proposal("any", args)


def test_nobody_can_change_arguments_after_proposing_them() -> None:
    """What was judged is what is acted on."""
    given: dict[str, Any] = {"amount_cents": 100, "list": [1]}
    proposal = Proposal("refund", given)
    given["amount_cents"] = 10**9
    given["list"].append(2)
    assert proposal.args == {"amount_cents": 100, "list": [1]}
    with pytest.raises(FrozenInstanceError):
        proposal.event = "escalate"  # type: ignore[misc]


def test_arguments_are_kept_as_a_journal_gives_them_back() -> None:
    """A replay sees the same values (I4)."""
    args = {"pair": (1, 2), "text": "ü\ud800", "number": 1e22, "none": None}
    proposal = Proposal("any", args)
    assert json.loads(json.dumps(proposal.args)) == proposal.args
    assert Proposal("any", {"x": "\ud83d\ude00"}).args == {"x": "😀"}


def test_arguments_show_in_no_repr() -> None:
    """No raw argument reaches a log line that formats the proposal (I6)."""
    assert SECRET not in repr(Proposal("any", {"x": SECRET}))


@pytest.mark.parametrize(
    "event", ["\u0435scalate", "escalate\u200b", "\u202eescalate", "\uff45scalate", "", "x" * 10_000]
)
def test_fault_5_any_name_can_be_proposed(event: str) -> None:
    """Names are for the machine to know or not to know, never for an error here."""
    assert Proposal(event).event == event
