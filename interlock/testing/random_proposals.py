"""Whatever is proposed, by whomever, in whatever order: the arrows of the table and no others, and again the same."""

import json
import random
from typing import Any, ClassVar

import pytest

from interlock.guards.base import Proposal
from interlock.guards.facts import Facts, FactsError
from interlock.machines.base import Snapshot, initial, is_over
from interlock.machines.decide import Verdict, decide
from interlock.testing.strange_names import STRANGE_NAMES
from interlock.testing.suite import Suite
from interlock.testing.table import CALLBACK, PROPOSERS, Table


class RandomProposals(Suite):
    """A chart under proposals nobody would think of: no call moves but along an arrow whose guards hold (I4, I5).

    `proposals` is how many each flow gets. The dice are the same on each run.
    """

    proposals: ClassVar[int] = 2_000

    def test_random_proposals_take_the_arrows_of_the_table_and_no_others(self, table: Table) -> None:
        """Some likely, some blind; from anywhere, so that deep states are tried too; each verdict is replayed."""
        dice = random.Random(table.flow.name)
        machine, here, accepted = table.flow.machine, initial(table.flow.machine), set[str]()
        for _ in range(self.proposals):
            facts, proposal = _some_facts(dice, table), _some_proposal(dice, table, here)
            verdict = decide(machine, here, proposal, facts)
            _check(table, here, proposal, verdict)
            assert _replayed(table, here, proposal, facts) == verdict, f"{proposal.event}: a replay decides otherwise"
            if verdict.accepted:
                accepted.add(verdict.event)
            over = is_over(machine, verdict.after)
            here = table.at(dice.choice(table.live)) if over or dice.random() < 0.1 else verdict.after
        tried = f"of {len(table.events)} events hardly any was accepted: {sorted(accepted)}"
        assert len(accepted) >= len(table.events) * 2 // 3, tried

    def test_a_models_words_establish_nothing(self, table: Table) -> None:
        """Each established fact, claimed by name with a value it could have, is refused and stays as it is."""
        facts: Facts = table.flow.facts()
        for name in table.flow.facts.names("established"):
            with pytest.raises(FactsError, match=name):
                facts.having("claimed", {name: getattr(table.content, name)})


def _some_proposal(dice: random.Random, table: Table, here: Snapshot) -> Proposal:
    blind = (dice.choice((*table.events, dice.choice(STRANGE_NAMES))), dice.choice(PROPOSERS))
    likely = [(event, by) for state, event, by in table.legal if state == here.state]
    event, by = dice.choice(likely) if likely and dice.random() < 0.5 else blind
    args: dict[str, Any] = {**CALLBACK, **table.args}
    if dice.random() < 0.1:
        args = {name: value for name, value in args.items() if dice.random() < 0.5}
    if dice.random() < 0.1:
        args |= {dice.choice((*args, "anything")): dice.choice((None, "x", -1, [], {"a": 1}))}
    return Proposal(event, args, by, here.epoch + dice.choice((0,) * 9 + (-1,)))


def _some_facts(dice: random.Random, table: Table) -> Facts:
    """What makes the guards content, or some of it not known."""
    if dice.random() < 0.5:
        return table.content
    nothing, known = table.flow.facts(), dict(table.content)
    left_out: dict[str, Any] = {name: getattr(nothing, name) for name in known if dice.random() < 0.3}
    return table.flow.facts.model_validate({**known, **left_out})


def _check(table: Table, here: Snapshot, proposal: Proposal, verdict: Verdict) -> None:
    if not verdict.accepted:
        assert verdict.after == here, f"{proposal.event} was refused and moved the call"
        return
    arrow = (here.state, proposal.event, proposal.by)
    assert arrow in table.legal, f"{arrow} was accepted"
    assert proposal.seen_epoch == here.epoch, f"{arrow} was accepted long after it was offered"
    assert table.may_take(verdict), f"{arrow} was accepted, and a guard of it did not hold: {verdict.guards}"


def _replayed(table: Table, here: Snapshot, proposal: Proposal, facts: Facts) -> Verdict:
    """The same from what a journal keeps: snapshot, arguments and facts as JSON and back."""
    back = Snapshot.from_json(json.loads(json.dumps(here.to_json())))
    args = json.loads(json.dumps(dict(proposal.args)))
    known = table.flow.facts.model_validate(json.loads(facts.model_dump_json()))
    return decide(table.flow.machine, back, Proposal(proposal.event, args, proposal.by, proposal.seen_epoch), known)
