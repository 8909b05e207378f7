"""Our flows by the suites of every project: what is legal moves, all else is refused, nothing random breaks in."""

import pytest

from interlock.machines.base import guards_of, transitions_of
from interlock.testing import EveryFlow, RandomProposals
from tests.machines.tables import TABLES


class TestEveryFlow(EveryFlow):
    tables = tuple(TABLES.values())


@pytest.mark.slow
class TestTenThousandProposals(RandomProposals):
    tables = tuple(TABLES.values())
    proposals = 10_000


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_guard_says_what_the_caller_hears(table):
    """
    When no model is there to put its reason in words.
    """
    guards = {guard for arrow in transitions_of(table.flow.machine) for guard in guards_of(arrow)}
    assert [guard.name for guard in guards if not guard.say] == []
