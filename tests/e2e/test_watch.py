"""A call's process dies in the middle of it: the watcher sends for another, and the caller goes on with that one."""

import os
import signal
from collections.abc import AsyncIterator, Callable, Set
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agents.support import SUPPORT
from interlock.agents.caller.absence import CUT_OFF
from interlock.app.livekit_server import Server
from interlock.app.replay import replay
from interlock.app.store import open_reader
from interlock.app.worker.last_driver import facts_at_the_end
from tests.e2e.caller import Caller
from tests.e2e.desk import BILLING, TECHNICAL, hears, says, says_goodbye, staffed, to_billing
from tests.e2e.figures import FIGURES, table
from tests.e2e.room import Room
from tests.e2e.tones import loudness
from tests.e2e.worker import Worker, job_process, worker

pytestmark = pytest.mark.e2e

KILLS = int(os.environ.get("TEST_E2E_KILLS", "1"))
AGAIN_S = 20.0
LOUD = 300.0


@asynccontextmanager
async def watcher(server: Server, folder: Path) -> AsyncIterator[Worker]:
    """`interlock watch` on the same store; when the test fails it shows what it logged."""
    async with worker(server, folder, {}, command=("watch",), ready_when="watcher.watching") as its:
        try:
            yield its
        except BaseException:
            print(*its.lines, sep="\n")
            raise


async def killed(caller: Caller, kill: Callable[[], None]) -> float:
    """Kill whoever holds the call; seconds until the caller hears another agent."""
    at, before = caller.now, set(caller.heard)
    kill()
    await caller.until(lambda: sounds(caller, before), "spoken to again", AGAIN_S)
    took = sounds(caller, before)[0] - at
    await hears(caller, CUT_OFF, at)
    return took


def sounds(caller: Caller, before: Set[str]) -> list[float]:
    """When the caller heard somebody who was not there before."""
    others = [parts for who, parts in caller.heard.items() if who not in before]
    return [part.at for parts in others for part in parts if loudness(part.sound) > LOUD]


async def goes_on(caller: Caller) -> None:
    """The call goes on where it was, to its end."""
    await says(caller, "07-technical", TECHNICAL)
    await says_goodbye(caller)


def as_it_was(store: Path, calls: int) -> None:
    """Each call is on record as one, taken over once, with the facts from before; it replays."""
    with open_reader(store) as record:
        assert len(record.calls()) == calls
        for call in record.calls():
            entries = record.records(call.call_id)
            kinds = [entry.kind for entry in entries]
            assert (call.end_reason, kinds.count("call.resumed"), kinds.count("call.opened")) == ("agent_closed", 1, 1)
            known = facts_at_the_end(entries, record.private(call.call_id))
            assert known is not None
            assert known["caller_name"] == "Anna Kowalski"
            assert known["caller_verified"]
            assert replay(record, call.call_id, SUPPORT.machine, SUPPORT.facts) == []


async def test_a_caller_whose_agents_process_died_goes_on_with_another(
    livekit: Server, new_room: Callable[[], Room], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """
    At the same desk, with the same facts; the record says that another driver took the call, and replays.
    """
    took = []
    async with staffed(livekit, tmp_path) as (_, ours), watcher(livekit, tmp_path) as watching:
        for number in range(KILLS):
            async with new_room().caller(agent_name="interlock") as caller:
                await to_billing(caller)
                took.append(1000 * await killed(caller, lambda: os.kill(job_process(ours), signal.SIGKILL)))
                await watching.until("call.dispatched_again", times=number + 1)
                assert any(BILLING in line.text for line in caller.lines)
                await goes_on(caller)
        assert await ours.stop() == 0, ours.lines[-10:]
    record_property(FIGURES, table(f"{KILLS} calls whose process was killed", {"kill -> heard again": took}))
    as_it_was(tmp_path / "calls.sqlite", KILLS)


async def test_a_caller_whose_worker_died_goes_on_with_another_worker(
    livekit: Server, room: Room, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """
    The processes of the dead worker's calls let go of them, so nobody waits for a lease.
    """
    async with (
        staffed(livekit, tmp_path) as (its, ours),
        watcher(livekit, tmp_path),
        room.caller(agent_name="interlock") as caller,
    ):
        await to_billing(caller)
        async with worker(livekit, tmp_path, its.given) as another:
            took = 1000 * await killed(caller, ours.process.kill)
            await goes_on(caller)
            assert await another.stop() == 0, another.lines[-10:]
    record_property(FIGURES, table("a call whose worker was killed", {"kill -> heard again": [took]}))
    as_it_was(tmp_path / "calls.sqlite", 1)
