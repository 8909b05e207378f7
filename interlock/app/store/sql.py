"""SQL compiled once and handed to the driver itself: Core's own execution costs as much again as the fsync."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from sqlalchemy import ClauseElement, Connection, Dialect
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect


class Sql:
    """One statement in one dialect, run for many rows at once."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=_in_order(dialect))
        self._text = str(compiled)
        self._order: Sequence[str] = compiled.positiontup
        self._own: Mapping[str, Any] = compiled.params  # such as the OFFSET 0 that SQLite is given with each LIMIT

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it for every row in one go of the driver; without rows nothing is asked of the database."""
        if rows:
            connection.exec_driver_sql(self._text, [tuple(row[name] for name in self._order) for row in rows])

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """Run it once; the rows as the driver gives them. Raises the driver's own errors, too."""
        known = {**self._own, **values}
        result = connection.exec_driver_sql(self._text, tuple(known[name] for name in self._order))
        found: Sequence[Sequence[Any]] = result.cursor.fetchall()
        return found


def compiled_once(written: Callable[[str], Mapping[str, ClauseElement]]) -> Callable[[Dialect], Mapping[str, Sql]]:
    """Statements by name, `written` for a dialect of some name: compiled when one is first asked for."""
    compiled: dict[str, Mapping[str, Sql]] = {}

    @wraps(written)
    def statements(dialect: Dialect) -> Mapping[str, Sql]:
        if dialect.name not in compiled:
            compiled[dialect.name] = {name: Sql(what, dialect) for name, what in written(dialect.name).items()}
        return compiled[dialect.name]

    return statements


def _in_order(dialect: Dialect) -> Dialect:
    """The same dialect with parameters by position."""
    return sqlite_dialect(paramstyle="qmark") if dialect.name == "sqlite" else dialect
