"""Whether the tables are those that the program made: nothing added that works behind its back, nothing changed."""

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from interlock.app.proof.finding import Finding
from interlock.app.store.tables import metadata

_SQLITE = """SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY name"""
_POSTGRES = """
    SELECT 'trigger', t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND n.nspname = current_schema()
    UNION ALL SELECT 'view', viewname FROM pg_views WHERE schemaname = current_schema()
    UNION ALL SELECT 'rule', rulename FROM pg_rules WHERE schemaname = current_schema() AND rulename <> '_RETURN'
    UNION ALL SELECT 'policy', policyname FROM pg_policies WHERE schemaname = current_schema() ORDER BY 2"""


def schema_findings(connection: Connection) -> list[Finding]:
    """Everything that is not as `interlock store upgrade` makes it."""
    own = connection.exec_driver_sql(_SQLITE if connection.dialect.name == "sqlite" else _POSTGRES).all()
    said = [f"the database has a {kind} {name} that is not ours" for kind, name in own]
    return [Finding("schema", each) for each in (*said, *_differences(connection))]


def _differences(connection: Connection) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what SQLAlchemy cannot reflect: somebody else put it there
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    for each in found:
        yield f"the tables are not ours as they were made: {_in_words(each)}"


_WORDS = {
    "remove_table": "a table {} more",
    "add_table": "the table {} is missing",
    "remove_column": "a column {} more",
    "add_column": "the column {} is missing",
    "remove_index": "an index {} more",
    "add_index": "the index {} is missing",
}


def _in_words(difference: Any) -> str:
    its: Sequence[Any] = difference[0] if isinstance(difference, list) else difference
    what, name = str(its[0]), getattr(its[-1], "name", None)
    if what in ("add_column", "remove_column"):
        name = f"{its[2]}.{name}"
    if what.startswith("modify_"):
        return f"the {what.removeprefix('modify_')} of {its[2]}.{its[3]} was changed"
    return _WORDS.get(what, f"{what.replace('_', ' ')} {{}}").format(name or "without a name")
