"""Every (state, event, proposer) of a flow: the legal ones accepted, all others refused with their kind."""

from itertools import product

from interlock.guards.base import Proposal, Proposer
from interlock.machines.base import is_end, states_of
from interlock.machines.decide import Kind, decide
from interlock.testing.suite import Suite
from interlock.testing.table import CALLBACK, PROPOSERS, OneFalse, Table
from interlock.testing.unlike import unlike


class LegalTables(Suite):
    """A flow's chart against its table: every legal pair moves, every other pair is refused."""

    def test_the_table_and_the_chart_are_alike(self, table: Table) -> None:
        """What one has and the other has not is named, each state, pair and guard."""
        found = unlike(table)
        assert not found, f"{table.flow.name}: its table and its chart differ\n" + "\n".join(found)

    def test_a_legal_proposal_is_accepted_when_its_guards_are_content(self, table: Table, state: str) -> None:
        """Exactly the arrow of the table, one epoch on, and exactly the guards of the table asked."""
        for event, by in _legal(table, state):
            verdict = table.ask(table.at(state), event, by)
            asked = f"{event} by {by} from {state}"
            why = f"{asked}: {verdict.kind} {verdict.refused_by or verdict.after.state}"
            assert (verdict.kind, verdict.after.state) == ("accepted", table.legal[state, event, by]), why
            assert verdict.after.epoch == verdict.before.epoch + 1, asked
            assert tuple(g.name for g in verdict.guards) == table.guards(state, event), asked
            assert event in verdict.offered, asked
            assert (verdict.reason, verdict.refused_by) == ("", ""), asked

    def test_every_other_proposal_is_refused(self, table: Table, state: str) -> None:
        """Even with every guard content, and no less with nothing known; and nothing changed."""
        before, mine = table.at(state), set(_legal(table, state))
        for event, by in (other for other in product(table.events, PROPOSERS) if other not in mine):
            for facts in (table.content, table.flow.facts()):
                verdict = table.ask(before, event, by, facts=facts)
                asked = f"{event} by {by} from {state}"
                assert verdict.kind == _kind_of(table, state, event, by), f"{asked}: {verdict.kind}"
                assert verdict.before == verdict.after == before, asked
                assert (verdict.guards, verdict.refused_by) == ((), ""), asked
                assert event not in verdict.offered, asked
                assert verdict.reason, f"{asked}: nobody is told why"

    def test_a_legal_proposal_of_another_epoch_is_stale(self, table: Table, state: str) -> None:
        """What was offered then is not what is offered now, neither earlier nor later."""
        before = table.at(state)
        for (event, by), off in product(_legal(table, state), (-1, 1, 1000)):
            proposal = Proposal(event, {**CALLBACK, **table.args}, by, before.epoch + off)
            verdict = decide(table.flow.machine, before, proposal, table.content)
            assert (verdict.kind, verdict.after) == ("stale", before), f"{event} by {by}, {off} epochs off"

    def test_one_false_guard_refuses_and_is_named(self, table: Table, one_false: OneFalse) -> None:
        """From every state whose arrow asks it: that guard and no other, with its reason."""
        for state in table.asking(one_false):
            before, by = table.at(state), table.may_ask[one_false.event][0]
            args = {**CALLBACK, **table.args, **one_false.args}
            verdict = table.ask(before, one_false.event, by, facts=table.facts(**one_false.known), args=args)
            its = table.implied_by(one_false.guard)
            wrong = [g.name for g in verdict.guards if not g.held and g.name not in its]
            assert wrong == [one_false.guard], f"{one_false.event} from {state}: {wrong} did not hold"
            assert one_false.event in verdict.offered, "a guarded event is offered, so that its reason is heard"
            if one_false.leads_to:
                assert (verdict.kind, verdict.after.state) == ("accepted", one_false.leads_to), state
                continue
            assert (verdict.kind, verdict.refused_by) == ("guard_false", one_false.guard), state
            assert verdict.before == verdict.after == before, state
            assert verdict.reason == next(g.reason for g in verdict.guards if g.name == one_false.guard)


def _legal(table: Table, state: str) -> list[tuple[str, Proposer]]:
    """What may be asked here, and by whom."""
    return [(event, by) for its, event, by in table.legal if its == state]


def _kind_of(table: Table, state: str, event: str, by: Proposer) -> Kind:
    """Why a pair outside the table is refused: the call is over, not theirs to ask, or not possible here."""
    if is_end(states_of(table.flow.machine)[state]):
        return "terminated"
    return "not_from_here" if by in table.may_ask[event] else "not_yours"
