"""Ten thousand proposals a flow, whatever comes to mind: the arrows of its table and no others (I5)."""

import random
from typing import Any

import pytest

from interlock.guards.base import Proposal
from interlock.guards.facts import Facts, FactsError
from interlock.machines.base import initial
from interlock.machines.decide import decide
from interlock.testing.strange_names import STRANGE_NAMES
from interlock.testing.table import CALLBACK, PROPOSERS, Table
from tests.machines.tables import TABLES

pytestmark = pytest.mark.slow

PROPOSALS = 10_000
FLOWS = [pytest.param(table, id=name) for name, table in TABLES.items()]


@pytest.mark.parametrize("table", FLOWS)
def test_nothing_but_the_arrows_of_the_table_with_their_guards_true(table: Table) -> None:
    """The seed is fixed; when a call is over, another one goes on from anywhere, so that deep states are tried too."""
    dice = random.Random(table.flow.name)
    machine, here, accepted = table.flow.machine, initial(table.flow.machine), set()
    for _ in range(PROPOSALS):
        facts = _some(dice, table)
        event = dice.choice((*table.events, dice.choice(STRANGE_NAMES)))
        args = {**CALLBACK, **table.args, **({"amount_cents": "x"} if dice.random() < 0.05 else {})}
        if dice.random() < 0.1:
            args = {}
        by, off = dice.choice(PROPOSERS), dice.choice((0,) * 9 + (-1,))
        verdict = decide(machine, here, Proposal(event, args, by, here.epoch + off), facts)
        if not verdict.accepted:
            assert verdict.after == here
            continue
        arrow = (here.state, event, by)
        assert arrow in table.legal, f"{arrow} was accepted"
        assert off == 0
        wrong = [g.name for g in verdict.guards if not g.held]
        assert not wrong or _another_arrow(table, event, wrong), f"{arrow} was accepted, and {wrong} did not hold"
        accepted.add(event)
        here = table.at(dice.choice(table.live)) if verdict.after.state == "closed" else verdict.after
    assert accepted >= {"escalate", "say_goodbye"}
    assert len(accepted) >= len(table.events) * 2 // 3, f"hardly anything was tried: {sorted(accepted)}"


@pytest.mark.parametrize("table", FLOWS)
def test_a_model_s_words_establish_nothing(table: Table) -> None:
    """Each established fact, claimed by name with a value it could have, is refused and stays as it is."""
    facts: Facts = table.flow.facts()
    for name in table.flow.facts.names("established"):
        with pytest.raises(FactsError, match=name):
            facts.having("claimed", {name: getattr(table.content, name)})


def _some(dice: random.Random, table: Table) -> Facts:
    """Some of what makes the guards content, and some of it not known."""
    if dice.random() < 0.5:
        return table.content
    nothing, known = table.flow.facts(), dict(table.content)
    left_out: dict[str, Any] = {name: getattr(nothing, name) for name in known if dice.random() < 0.3}
    return table.flow.facts.model_validate({**known, **left_out})


def _another_arrow(table: Table, event: str, wrong: list[str]) -> bool:
    return all(any(o.event == event and o.guard == name and o.leads_to for o in table.one_false) for name in wrong)
