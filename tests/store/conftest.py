"""The contract of a journal is tested once, over both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock.app.store import StoreJournal, open_journal


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def backend(request: pytest.FixtureRequest) -> str:
    """
    What keeps the record; PostgreSQL takes seconds to start.
    """
    return str(request.param)


@pytest.fixture
def store(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """
    Where a record goes, as a setting would have it: a file, or a database of a real PostgreSQL.
    """
    if backend == "sqlite":
        return str(tmp_path / "calls.sqlite")
    url: str = request.getfixturevalue("postgres").fresh()
    return url


@pytest.fixture
def journal(store: str) -> Iterator[StoreJournal]:
    """
    A writer of that record.
    """
    with open_journal(store) as opened:
        yield opened
