"""A business database of before: on opening it has today's rules, whatever it was left with."""

import sqlite3

import pytest

from interlock.app.project import FLOWS
from tests.app.test_scarce import opened

RULES = "SELECT type, name, sql FROM sqlite_master WHERE type <> 'table' AND sql IS NOT NULL ORDER BY 1, 2"


def rules_of(file):
    raw = sqlite3.connect(file)
    found = raw.execute(RULES).fetchall()
    raw.close()
    return found


@pytest.mark.parametrize("weaker", [False, True], ids=["without its rules", "with weaker ones of the same names"])
@pytest.mark.parametrize("flow", FLOWS)
def test_an_older_file_has_todays_rules_on_opening(flow, weaker, tmp_path):
    """Triggers, views and unique indexes, in every flow; rows stay."""
    file = tmp_path / "business.sqlite"
    opened(flow, file)
    today = rules_of(file)
    assert [kind for kind, *_ in today if kind == "trigger"]
    raw = sqlite3.connect(file)
    tables = dict(raw.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"))
    for kind, name, _ in today:
        raw.execute(f"DROP {kind} {name}")
    for name, table in tables.items() if weaker else ():
        raw.execute(f"CREATE TRIGGER {name} AFTER INSERT ON {table} BEGIN SELECT 1; END")
    raw.commit()
    raw.close()
    assert rules_of(file) != today
    opened(flow, file)
    assert rules_of(file) == today
