"""What is told of each attack on a record, in both databases, is what the table in docs/verifying.md says."""

from pathlib import Path

import pytest

from tests.proof.told import ATTACKS, HEAD, SQLITE_ONLY, in_postgres, in_sqlite, line

DOCS = Path(__file__).parents[2] / "docs" / "verifying.md"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def said() -> list[str]:
    """
    The lines of the table.
    """
    lines = DOCS.read_text().splitlines()
    first = lines.index(HEAD[0])
    return lines[first + 2 : first + 2 + len(ATTACKS)]


def test_the_table_says_what_is_told(tmp_path: Path) -> None:
    """
    Each attack once in a record that is not sealed, once in one that is, and once beside checkpoints.
    """
    assert [line(*row) for row in in_sqlite(tmp_path)] == said()


def test_so_it_is_in_postgresql(postgres, tmp_path: Path) -> None:
    """
    But for what no column there takes.
    """
    only = {what.__doc__ for what in ATTACKS if what.__name__ in SQLITE_ONLY}
    expected = [its for its in said() if its.split("|")[1].strip() not in only]
    assert [line(*row) for row in in_postgres(postgres, tmp_path)] == expected
