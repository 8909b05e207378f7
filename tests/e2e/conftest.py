"""The LiveKit server that the end-to-end tests share, or the one reason why there is none."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from interlock.app.livekit_server import LiveKitServerError, LocalServer, Server, install_server
from tests.e2e.desk import Desk, staffed
from tests.e2e.figures import pytest_terminal_summary
from tests.e2e.room import Room
from tests.e2e.shift import Shift
from tests.e2e.worker import Worker

__all__ = ["pytest_terminal_summary"]

REQUIRED = "TEST_REQUIRE_LIVEKIT"
LIFE_S = 60 * 60


@pytest.fixture(scope="session")
def livekit_binary() -> Path:
    """
    The program livekit-server, built first when there is none; where it cannot be had, the tests are skipped.
    """
    if not _second_interface():
        _none("LiveKit's Python client needs a network interface beside the loopback, and none is up here")
    try:
        return install_server(lambda line: print(line, flush=True))
    except LiveKitServerError as error:
        _none(str(error))


@pytest.fixture(scope="session")
def livekit(livekit_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """
    A server on the loopback for this test run, an hour at most.
    """
    with LocalServer(livekit_binary, tmp_path_factory.mktemp("livekit"), life_s=LIFE_S) as local:
        yield local.server


@pytest.fixture
def room(livekit: Server) -> Room:
    """
    A room nobody is in.
    """
    return Room(livekit)


@pytest.fixture
def new_room(livekit: Server) -> Callable[[], Room]:
    """
    Rooms nobody is in.
    """
    return lambda: Room(livekit)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def staff(livekit: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Desk, Worker]]:
    """
    One desk and its worker for a whole module, whose tests all run in one loop; it ends in order.
    """
    async with staffed(livekit, tmp_path_factory.mktemp("staff")) as (desk, ours):
        yield desk, ours
        assert await ours.stop() == 0, ours.lines[-10:]


@pytest.fixture
def shift(staff: tuple[Desk, Worker]) -> Iterator[Shift]:
    """
    A test's share of it; where it fails, what the worker logged meanwhile is shown.
    """
    its = Shift.of(*staff)
    yield its
    print(*its.lines, sep="\n")


def _second_interface() -> bool:
    """With the loopback alone `Room.connect` tries for 45 s and fails: no candidates are gathered on it."""
    up = {name for name, stats in psutil.net_if_stats().items() if stats.isup}
    return any(
        address.address and not address.address.startswith(("127.", "::1"))
        for name, addresses in psutil.net_if_addrs().items()
        if name in up
        for address in addresses
        if address.family.name in ("AF_INET", "AF_INET6")
    )


def _none(reason: str) -> None:
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{REQUIRED}=1, and {reason}", pytrace=False)
    pytest.skip(f"{reason}")
