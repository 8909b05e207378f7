"""A call's process dies in the middle of it: the watcher sends for another, and the caller goes on with that one."""

import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agents.absence import CUT_OFF
from agents.support import SUPPORT
from app.driving import facts_at_the_end
from app.livekit_server import Server
from app.replay import replay
from app.store import open_reader
from tests.e2e.caller import Caller
from tests.e2e.desk import BILLING, TECHNICAL, hears, staffed, to_billing
from tests.e2e.figures import FIGURES, table
from tests.e2e.room import Room
from tests.e2e.worker import Worker, job_process, worker

pytestmark = pytest.mark.e2e

KILLS = int(os.environ.get("INTERLOCK_E2E_KILLS", "2"))
AGAIN_S = 20.0
OUT_S = 30.0


@asynccontextmanager
async def watcher(server: Server, folder: Path) -> AsyncIterator[Worker]:
    """`interlock watch` on the same store; when the test fails it shows what it logged."""
    async with worker(server, folder, {}, command=("watch",), ready_when="watcher.watching") as its:
        try:
            yield its
        except BaseException:
            print(*its.lines, sep="\n")
            raise


async def killed(ours: Worker, caller: Caller) -> float:
    """Kill the process that holds the call; seconds until the caller hears an agent again."""
    at = caller.now
    os.kill(job_process(ours), signal.SIGKILL)
    await caller.until(lambda: again(caller, at), "spoken to again", AGAIN_S)
    return min(line.at for line in caller.lines if line.at > at and CUT_OFF in line.text) - at


def again(caller: Caller, since: float) -> bool:
    """Whether an agent said that the line was cut."""
    return any(line.at > since and line.final and CUT_OFF in line.text for line in caller.lines)


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
                took.append(1000 * await killed(ours, caller))
                await watching.until("call.dispatched_again", times=number + 1)
                assert any(BILLING in line.text for line in caller.lines)
                await hears(caller, CUT_OFF)
                await caller.say("07-technical")
                await hears(caller, TECHNICAL)
                await caller.say("09-goodbye")
                await caller.until(lambda: caller.happened("out"), "put out of the closed room", OUT_S)
        assert await ours.stop() == 0, ours.lines[-10:]
    record_property(FIGURES, table(f"{KILLS} calls whose process was killed", {"kill -> heard again": took}))
    with open_reader(tmp_path / "calls.sqlite") as record:
        assert len(record.calls()) == KILLS
        for call in record.calls():
            entries = record.records(call.call_id)
            kinds = [entry.kind for entry in entries]
            assert (call.end_reason, kinds.count("call.resumed"), kinds.count("call.opened")) == ("agent_closed", 1, 1)
            known = facts_at_the_end(entries, record.private(call.call_id))
            assert known is not None
            assert known["caller_name"] == "Anna Kowalski"
            assert known["caller_verified"]
            assert replay(record, call.call_id, SUPPORT.machine, SUPPORT.facts) == []
