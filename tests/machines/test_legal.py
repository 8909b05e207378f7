"""Every (state, event, proposer) of every flow: the legal ones accepted, all others refused with their kind."""

from itertools import product

import pytest

from interlock.guards.base import Proposal, Proposer
from interlock.machines.base import events_of, states_of
from interlock.machines.decide import Kind, decide
from interlock.testing.table import CALLBACK, PROPOSERS, OneFalse, Table
from tests.machines.tables import TABLES

FLOWS = [pytest.param(table, id=name) for name, table in TABLES.items()]
STATES = [pytest.param(table, state, id=f"{name}-{state}") for name, table in TABLES.items() for state in table.states]
ONE_FALSE = [
    pytest.param(table, one, id=f"{name}-{one.event}-{one.guard}")
    for name, table in TABLES.items()
    for one in table.every_false()
]


def kind_of(table: Table, state: str, event: str, by: Proposer) -> Kind:
    """Why a combination outside the table is refused: the call is over, not theirs to ask, or not possible here."""
    if state == "closed":
        return "terminated"
    return "not_from_here" if by in table.may_ask[event] else "not_yours"


@pytest.mark.parametrize("table", FLOWS)
def test_the_table_and_the_chart_speak_of_the_same_states_and_events(table: Table) -> None:
    """A state, event or guard added to the chart must be written into the table too."""
    atoms = {name for name, state in states_of(table.flow.machine).items() if not state.states}
    assert atoms == set(table.states)
    assert set(events_of(table.flow.machine)) == set(table.events)
    guarded = {(event, name) for state, event, _ in table.legal for name in table.guards(state, event)}
    assert guarded == {(one.event, one.guard) for one in table.every_false()}, "each guard is to be seen false"


@pytest.mark.parametrize(("table", "state"), STATES)
def test_a_legal_combination_is_accepted_when_its_guards_are_content(table: Table, state: str) -> None:
    """Exactly the arrow of the table, one epoch on, and exactly the guards of the table asked."""
    for event, by in legal(table, state):
        verdict = table.ask(table.at(state), event, by)
        assert (verdict.kind, verdict.after.state) == ("accepted", table.legal[state, event, by]), (event, by)
        assert verdict.after.epoch == verdict.before.epoch + 1
        assert tuple(g.name for g in verdict.guards) == table.guards(state, event), event
        assert event in verdict.offered
        assert (verdict.reason, verdict.refused_by) == ("", "")


@pytest.mark.parametrize(("table", "state"), STATES)
def test_every_other_combination_is_refused(table: Table, state: str) -> None:
    """Even with every guard content, and no less with nothing known; and nothing changed."""
    before, mine = table.at(state), set(legal(table, state))
    for event, by in (other for other in product(table.events, PROPOSERS) if other not in mine):
        for facts in (table.content, table.flow.facts()):
            verdict = table.ask(before, event, by, facts=facts)
            assert verdict.kind == kind_of(table, state, event, by), (event, by)
            assert verdict.before == verdict.after == before
            assert (verdict.guards, verdict.refused_by) == ((), "")
            assert event not in verdict.offered
            assert verdict.reason


@pytest.mark.parametrize(("table", "state"), STATES)
def test_a_legal_proposal_of_another_epoch_is_stale(table: Table, state: str) -> None:
    """What was offered then is not what is offered now, neither earlier nor later (fault 9)."""
    before = table.at(state)
    for (event, by), off in product(legal(table, state), (-1, 1, 1000)):
        proposal = Proposal(event, {**CALLBACK, **table.args}, by, before.epoch + off)
        verdict = decide(table.flow.machine, before, proposal, table.content)
        assert (verdict.kind, verdict.after) == ("stale", before), (event, by)


def legal(table: Table, state: str) -> list[tuple[str, Proposer]]:
    """What may be asked here, and by whom."""
    return [(event, by) for its, event, by in table.legal if its == state]


@pytest.mark.parametrize(("table", "one"), ONE_FALSE)
def test_one_false_guard_refuses_and_is_named(table: Table, one: OneFalse) -> None:
    """From every state whose arrow asks it: that guard and no other, with its reason and what to say."""
    states = [s for s, e, _ in table.legal if e == one.event and one.guard in table.guards(s, e)]
    assert states, f"no arrow of {one.event} asks {one.guard}"
    for state in dict.fromkeys(state for state in states if state in (one.states or states)):
        before, by = table.at(state), table.may_ask[one.event][0]
        args = {**CALLBACK, **table.args, **one.args}
        verdict = table.ask(before, one.event, by, facts=table.facts(**one.known), args=args)
        assert [g.name for g in verdict.guards if not g.held] == [one.guard]
        assert one.event in verdict.offered, "a guarded event is offered, so that its reason is heard"
        if one.leads_to:
            assert (verdict.kind, verdict.after.state) == ("accepted", one.leads_to)
            continue
        assert (verdict.kind, verdict.refused_by) == ("guard_false", one.guard)
        assert verdict.before == verdict.after == before
        assert verdict.reason == next(g.reason for g in verdict.guards if g.name == one.guard)
        assert verdict.say
