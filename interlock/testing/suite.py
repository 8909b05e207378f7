"""How a suite of tests is made for each flow, table or state: what a project subclasses is parametrized here."""

from collections.abc import Iterable
from typing import Any, ClassVar

import pytest

from interlock.testing.table import Table


class Suite:
    """Tests over legal tables; a subclass in a test module gives `tables`, and its name begins with `Test`."""

    tables: ClassVar[Iterable[Table]] = ()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """A test that takes `table` runs for each, one that takes `state` or `one_false` too for each of the table."""
        wanted = metafunc.fixturenames
        if "table" not in wanted:
            return
        tables = tuple(self.tables)
        if "state" in wanted:
            metafunc.parametrize(("table", "state"), [_param(t, s, s) for t in tables for s in t.states])
        elif "one_false" in wanted:
            rows = [_param(t, one, f"{one.event}-{one.guard}") for t in tables for one in t.every_false()]
            metafunc.parametrize(("table", "one_false"), rows)
        else:
            metafunc.parametrize("table", [pytest.param(t, id=t.flow.name) for t in tables])


def _param(table: Table, value: Any, name: str) -> Any:
    return pytest.param(table, value, id=f"{table.flow.name}-{name}")
