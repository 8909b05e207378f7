"""Our flows by the suites of every project: what is legal moves, all else is refused, nothing random breaks in."""

import pytest

from interlock.agents.flow import Flow
from interlock.machines.base import guards_of, transitions_of
from interlock.testing import EveryFlow, RandomCalls, Table
from tests.long import here_or_long
from tests.machines.tables import TABLES


class TestEveryFlow(EveryFlow):
    tables = tuple(TABLES.values())
    calls = 2
    proposals = here_or_long(2_000, 10_000)

    @pytest.mark.slow
    def test_random_proposals_take_the_arrows_of_the_table_and_no_others(self, table: Table) -> None:
        """Thousands for each flow."""
        super().test_random_proposals_take_the_arrows_of_the_table_and_no_others(table)

    @pytest.mark.slow
    def test_its_drawings_are_current(self, flow: Flow) -> None:
        """A browser's drawing library draws each anew."""
        super().test_its_drawings_are_current(flow)


@pytest.mark.slow
class TestMoreCalls(RandomCalls):
    tables = tuple(TABLES.values())


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_guard_says_what_the_caller_hears(table):
    """
    When no model is there to put its reason in words.
    """
    guards = {guard for arrow in transitions_of(table.flow.machine) for guard in guards_of(arrow)}
    assert [guard.name for guard in guards if not guard.say] == []
