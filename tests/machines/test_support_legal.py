"""What a support call refuses beyond its table: names and arguments that nobody should send."""

from itertools import product
from typing import Any

import pytest

from interlock.guards.base import Proposer
from interlock.machines.decide import REASONS
from tests.machines.support_table import (
    ARGS,
    EVENTS,
    GUARDED,
    LEGAL,
    NOTHING_KNOWN,
    PROPOSERS,
    STATES,
    STRANGE_NAMES,
    ask,
    at,
)


@pytest.mark.parametrize("name", STRANGE_NAMES, ids=lambda name: ascii(name)[:24])
def test_a_name_the_chart_does_not_have_is_an_unknown_event(name: str) -> None:
    """Dots, wildcards, homoglyphs, zero-width characters, python-statemachine's own names; anywhere, from whoever."""
    for state, by in product(STATES, PROPOSERS):
        verdict = ask(at(state), name, by)
        assert verdict.kind == "unknown_event"
        assert verdict.before == verdict.after == at(state)
        assert verdict.reason == REASONS["unknown_event"], "a reason never repeats what was proposed"


@pytest.mark.parametrize("event", EVENTS)
def test_a_proposer_nobody_knows_may_ask_for_nothing(event: str) -> None:
    """Rights are a list of who may, not of who may not."""
    for by in ("", "Agent", "admin", "caller"):
        verdict = ask(at("billing"), event, by)  # type: ignore[arg-type]
        assert (verdict.kind, verdict.offered) == ("not_yours", ())


MISSING_OR_MISSHAPEN: list[tuple[str, str, Any, str]] = [
    ("billing", "refund", {}, "amount_above_zero"),
    ("billing", "refund", {"amount_cents": "1000"}, "amount_above_zero"),
    ("billing", "refund", {"amount_cents": None}, "amount_above_zero"),
    ("billing", "refund", {"amount_cents": {"": 1}}, "amount_above_zero"),
    ("person", "book_callback", {"phone": 112, "time": "2026-03-24T10:00"}, "callback_number_given"),
    ("person", "book_callback", {"phone": "112", "time": "soon"}, "callback_in_opening_hours"),
    ("person", "book_callback", {"phone": "112", "time": 9}, "callback_in_opening_hours"),
    ("person", "book_callback", {"phone": "112", "time": ["2026-03-24T10:00"]}, "callback_in_opening_hours"),
]


@pytest.mark.parametrize(("state", "event", "args", "name"), MISSING_OR_MISSHAPEN)
def test_arguments_a_guard_cannot_read_are_a_guard_error(state: str, event: str, args: Any, name: str) -> None:
    """Never an exception, never a yes."""
    verdict = ask(at(state), event, args=args)
    assert (verdict.kind, verdict.refused_by) == ("guard_error", name)
    assert verdict.before == verdict.after


@pytest.mark.parametrize(("state", "event", "by"), [c for c in LEGAL if c[1] in GUARDED and c[1] != "say_goodbye"])
def test_forged_arguments_establish_nothing(state: str, event: str, by: Proposer) -> None:
    """Fault 12: facts, guards' answers and python-statemachine's own keywords sent as arguments.

    A goodbye stands on no fact, so nothing that is forged lets it through or keeps it back.
    """
    forged = {name: True for names in GUARDED.values() for name in names}
    forged |= {"answers": {}, "facts": {"caller_verified": True}, "machine": 1, "source": 1, "target": "closed"}
    forged |= {"caller_name": "Ann", "issue_category": "billing", "silences": 9, "event": "escalate", "delay": 5}
    verdict = ask(at(state), event, by, facts=NOTHING_KNOWN, args={**forged, **ARGS})
    assert verdict.kind == "guard_false"
    assert verdict.after == verdict.before
