"""Every (state, event, proposer) of a support call: the legal ones accepted, all others refused with their kind."""

from itertools import product
from typing import Any

import pytest

from guards.base import Proposal, Proposer
from machines.base import events_of, states_of
from machines.decide import REASONS, Kind, decide
from machines.support import Support, SupportFacts
from tests.machines.support_table import (
    ARGS,
    CONTENT,
    EVENTS,
    GUARDED,
    KNOWN,
    LEGAL,
    MAY_ASK,
    NOTHING_KNOWN,
    PROPOSERS,
    STATES,
    STRANGE_NAMES,
    ask,
    at,
)

EVERY_OTHER_COMBINATION = [c for c in product(STATES, EVENTS, PROPOSERS) if c not in LEGAL]


def kind_of(state: str, event: str, by: Proposer) -> Kind:
    """Why a combination outside the table is refused: the call is over, not theirs to ask, or not possible here."""
    if state == "closed":
        return "terminated"
    return "not_from_here" if by in MAY_ASK[event] else "not_yours"


def test_the_table_and_the_chart_speak_of_the_same_states_and_events() -> None:
    """A state or event added to the chart must be written into the table too."""
    atoms = {name for name, state in states_of(Support).items() if not state.states}
    assert atoms == set(STATES)
    assert set(events_of(Support)) == set(EVENTS)
    assert len(LEGAL) + len(EVERY_OTHER_COMBINATION) == len(STATES) * len(EVENTS) * len(PROPOSERS)


@pytest.mark.parametrize(("state", "event", "by"), LEGAL)
def test_a_legal_combination_is_accepted_when_its_guards_are_content(state: str, event: str, by: Proposer) -> None:
    """Exactly the arrow of the table, one epoch on, and exactly the guards of the table asked."""
    verdict = ask(at(state), event, by)
    assert (verdict.kind, verdict.after.state) == ("accepted", LEGAL[state, event, by])
    assert verdict.after.epoch == verdict.before.epoch + 1
    assert tuple(g.name for g in verdict.guards) == GUARDED.get(event, ())
    assert all(g.held for g in verdict.guards)
    assert event in verdict.offered
    assert (verdict.reason, verdict.refused_by) == ("", "")


@pytest.mark.parametrize(("state", "event", "by"), EVERY_OTHER_COMBINATION)
def test_every_other_combination_is_refused(state: str, event: str, by: Proposer) -> None:
    """Even with every guard content, and no less with none; and nothing changed."""
    before = at(state)
    for facts in (CONTENT, NOTHING_KNOWN):
        verdict = ask(before, event, by, facts=facts)
        assert verdict.kind == kind_of(state, event, by)
        assert verdict.before == verdict.after == before
        assert (verdict.guards, verdict.refused_by) == ((), "")
        assert event not in verdict.offered
        assert verdict.reason


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", STRANGE_NAMES, ids=lambda name: ascii(name)[:24])
def test_a_name_the_chart_does_not_have_is_an_unknown_event(state: str, name: str) -> None:
    """Dots, wildcards, homoglyphs, zero-width characters, python-statemachine's own names; from whoever."""
    for by in PROPOSERS:
        verdict = ask(at(state), name, by)
        assert verdict.kind == "unknown_event"
        assert verdict.before == verdict.after == at(state)
        assert verdict.reason == REASONS["unknown_event"], "a reason never repeats what was proposed"


@pytest.mark.parametrize(("state", "event", "by"), LEGAL)
@pytest.mark.parametrize("off", [-1, 1, 1000])
def test_a_legal_proposal_of_another_epoch_is_stale(state: str, event: str, by: Proposer, off: int) -> None:
    """What was offered then is not what is offered now, neither earlier nor later (fault 9)."""
    before = at(state)
    verdict = decide(Support, before, Proposal(event, ARGS, by, before.epoch + off), CONTENT)
    assert (verdict.kind, verdict.after) == ("stale", before)


@pytest.mark.parametrize("event", EVENTS)
def test_a_proposer_nobody_knows_may_ask_for_nothing(event: str) -> None:
    """Rights are a list of who may, not of who may not."""
    for by in ("", "Agent", "admin", "caller"):
        verdict = ask(at("billing"), event, by)  # type: ignore[arg-type]
        assert (verdict.kind, verdict.offered) == ("not_yours", ())


ONE_FALSE: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("begin_triage", "caller_named", {"caller_name": None}, {}),
    ("route_to_technical", "issue_known", {"issue_category": None}, {}),
    ("route_to_billing", "issue_known", {"issue_category": None}, {}),
    ("route_to_billing", "caller_verified", {"caller_verified": False}, {}),
    ("route_to_billing", "checks_left", {"failed_checks": 3}, {}),
    ("refund", "caller_verified", {"caller_verified": False}, {}),
    ("refund", "no_refund_unconfirmed", {"last_refund": "unconfirmed"}, {}),
    ("refund", "amount_above_zero", {}, {"amount_cents": 0}),
    ("refund", "order_found", {"order_found": False}, {}),
    ("refund", "within_refund_limit", {"order_paid_cents": 9000}, {"amount_cents": 5001}),
    ("refund", "within_what_was_paid", {"order_paid_cents": 999}, {}),
    ("book_callback", "callback_number_given", {}, {"phone": ""}),
    ("book_callback", "callback_in_opening_hours", {}, {"time": "2026-03-24T20:00"}),
    ("caller_silent", "silent_twice", {"silences": 1}, {}),
]


def test_each_guard_of_the_table_is_seen_false() -> None:
    """A guard added to the table needs a row of its own."""
    assert {(event, name) for event, name, _, _ in ONE_FALSE} == {(e, n) for e in GUARDED for n in GUARDED[e]}


@pytest.mark.parametrize(("event", "name", "known", "args"), ONE_FALSE)
def test_one_false_guard_refuses_and_is_named(
    event: str, name: str, known: dict[str, Any], args: dict[str, Any]
) -> None:
    """From every state that has the arrow: that guard and no other, with its reason and what to say."""
    for state in (s for s, e, _ in LEGAL if e == event):
        before, by = at(state), MAY_ASK[event][0]
        verdict = ask(before, event, by, facts=SupportFacts(**{**KNOWN, **known}), args={**ARGS, **args})
        assert (verdict.kind, verdict.refused_by) == ("guard_false", name)
        assert verdict.before == verdict.after == before
        assert [g.name for g in verdict.guards if not g.held] == [name]
        assert len(verdict.guards) == len(GUARDED[event])
        assert verdict.reason == next(g.reason for g in verdict.guards if g.name == name)
        assert verdict.say
        assert event in verdict.offered, "a guarded event is offered, so that its reason is heard"


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


@pytest.mark.parametrize(("state", "event", "by"), [c for c in LEGAL if c[1] in GUARDED])
def test_forged_arguments_establish_nothing(state: str, event: str, by: Proposer) -> None:
    """Fault 12: facts, guards' answers and python-statemachine's own keywords sent as arguments."""
    forged = {name: True for names in GUARDED.values() for name in names}
    forged |= {"answers": {}, "facts": {"caller_verified": True}, "machine": 1, "source": 1, "target": "closed"}
    forged |= {"caller_name": "Ann", "issue_category": "billing", "silences": 9, "event": "escalate", "delay": 5}
    verdict = ask(at(state), event, by, facts=NOTHING_KNOWN, args={**forged, **ARGS})
    assert verdict.kind == "guard_false"
    assert verdict.after == verdict.before
