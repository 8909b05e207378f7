"""What all tests share: the plugin of every project, real business systems, a real PostgreSQL."""

import gc
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.support.systems import SupportSystems
from app.business import open_support_systems
from tests.e2e.reason import pytest_terminal_summary
from tests.store.postgres import Postgres

__all__ = ["pytest_terminal_summary"]

pytest_plugins = ["interlock.testing.plugin"]


@pytest.fixture
def systems(tmp_path: Path) -> SupportSystems:
    """
    The seeded business systems of a support call.
    """
    return open_support_systems(tmp_path / "business.sqlite")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """
    A PostgreSQL server of this process's own.
    """
    server = Postgres()
    yield server
    server.stop()


# A shell lets its background jobs ignore Ctrl-C, `nohup` a lost terminal, and children of our tests would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

SLOW_FOLDERS = ("standins", "e2e", "faults")
SLOW_LIMIT_S = 300


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Whole folders are left out of the fast part: what talks over sockets, loopback only as it is, and what fails or dies
    in each of its ways. Slow tests may last.
    """
    for item in items:
        if item.path.parent.name in SLOW_FOLDERS:
            item.add_marker(pytest.mark.slow)
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_LIMIT_S))


def pytest_collection_finish() -> None:
    """
    Libraries and collected tests stay to the end, and looking through them is most of what a `gc.collect` costs.
    """
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """
    What is frozen would count as leaked when the interpreter ends.
    """
    gc.unfreeze()
