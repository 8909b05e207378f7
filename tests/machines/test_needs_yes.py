"""Nothing that a chart says needs a yes happens without one, in any flow."""

from typing import get_args

import pytest

from interlock.agents.speech.asking import Consent
from interlock.guards.answers import AGREED, asks_for_a_yes
from interlock.machines.base import candidates, guards_of
from interlock.testing.table import CALLBACK
from tests.machines.tables import TABLES

EVENTS = [
    pytest.param(table, event, id=f"{name}-{event}")
    for name, table in TABLES.items()
    for event in table.flow.machine.needs_yes
]


def arrows(table, event):
    """The event's arrows that a yes is asked for, with the state each begins in."""
    return [
        (state, arrow)
        for state in table.live
        for arrow in candidates(table.flow.machine, table.at(state), event)
        if any(map(asks_for_a_yes, guards_of(arrow)))
    ]


@pytest.mark.parametrize("consent", [*(its for its in get_args(Consent) if its not in AGREED), "", None, "yes", 1])
@pytest.mark.parametrize(("table", "event"), EVENTS)
def test_without_a_yes_to_exactly_that_it_is_not_done(table, event, consent):
    """Over a no, a question, silence, a yes to something else or to other values: the arrow is not taken."""
    for state, arrow in arrows(table, event):
        verdict = table.ask(table.at(state), event, args={**table.args, **CALLBACK, "consent": consent})
        assert not verdict.accepted or verdict.after.state != arrow.target.id


@pytest.mark.parametrize(("table", "event"), EVENTS)
def test_with_one_it_is(table, event):
    """So nothing else kept it back before."""
    taken = arrows(table, event)
    assert taken
    for state, _ in taken:
        assert table.ask(table.at(state), event).accepted
