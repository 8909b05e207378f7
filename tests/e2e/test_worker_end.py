"""How a worker ends with a call under way: in order, in a hurry, and killed."""

import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing

import psutil
import pytest

from interlock.agents.call.farewell import WE_CLOSE
from interlock.app.livekit_server import Server
from tests.e2e.desk import GREETING, TECHNICAL, hears, says, says_goodbye, staffed, the_call, to_billing, was_told_last
from tests.e2e.room import Room
from tests.e2e.worker import job_process, processes

pytestmark = pytest.mark.e2e

OUT_S = 60.0
GONE_S = 60.0
QUIET_S = 5.0  # long enough for an agent that was taken to be in the room


def all_gone(them: list[psutil.Process]) -> bool:
    """Whether none of these processes is left after a while."""
    return not [p for p in psutil.wait_procs(them, timeout=GONE_S)[1] if p.status() != psutil.STATUS_ZOMBIE]


async def test_told_to_end_it_lets_the_call_finish(
    livekit: Server, room: Room, new_room: Callable[[], Room], tmp_path
) -> None:
    """
    No new call is taken; the one under way goes on as if nothing was; then exit code 0, and no process is left.
    """
    async with staffed(livekit, tmp_path) as (_, ours):
        async with room.caller(agent_name="interlock") as caller:
            await to_billing(caller)
            them = processes(ours)
            ours.process.send_signal(signal.SIGTERM)
            await ours.until("worker.draining")
            async with new_room().caller(agent_name="interlock") as late:
                await says(caller, "07-technical", TECHNICAL)
                with pytest.raises(AssertionError, match="taken"):
                    await late.until(lambda: late.happened("joined"), "taken", QUIET_S)
            await says_goodbye(caller)
        assert await ours.stop(again=False) == 0, ours.lines[-10:]
        assert all_gone(them)
    call, _ = the_call(ours.store)
    assert (call.snapshot.state, call.end_reason) == ("closed", "agent_closed")


async def test_told_twice_it_says_goodbye(livekit: Server, room: Room, tmp_path) -> None:
    """
    The caller hears that we have to end here; the record is whole and says that it was not the caller who left.
    """
    async with staffed(livekit, tmp_path) as (_, ours):
        async with room.caller(agent_name="interlock") as caller:
            await to_billing(caller)
            them = processes(ours)
            ours.process.send_signal(signal.SIGTERM)
            await ours.until("worker.draining")
            ours.process.send_signal(signal.SIGTERM)
            await caller.until(lambda: was_told_last(caller, WE_CLOSE), "told that we close", OUT_S)
            await caller.until(lambda: caller.happened("out"), "put out of the closed room", OUT_S)
        assert await ours.stop(again=False) == 0, ours.lines[-10:]
        assert all_gone(them)
    call, kinds = the_call(ours.store)
    assert (call.snapshot.state, call.end_reason) == ("billing", "drained")
    assert kinds.count("call.ended") == 1


async def test_calls_that_take_too_long_are_ended(livekit: Server, room: Room, tmp_path) -> None:
    """
    After `INTERLOCK_DRAIN_S`, without being told again; also a caller who is in the middle of a sentence hears it.
    """
    async with staffed(livekit, tmp_path, INTERLOCK_DRAIN_S="2") as (_, ours):
        async with room.caller(agent_name="interlock") as caller:
            await hears(caller, GREETING)
            ours.process.send_signal(signal.SIGINT)
            await caller.until(lambda: was_told_last(caller, WE_CLOSE), "told that we close", OUT_S)
            await caller.until(lambda: caller.happened("out"), "put out of the closed room", OUT_S)
        assert await ours.stop(again=False) == 0, ours.lines[-10:]
    call, _ = the_call(ours.store)
    assert (call.snapshot.state, call.end_reason) == ("greeting", "drained")


async def test_killed_it_leaves_a_whole_record_and_a_call_to_go_on_with(livekit: Server, room: Room, tmp_path) -> None:
    """
    The processes of its calls end by themselves, and let go: whoever takes the call need not wait for its lease.
    """
    async with staffed(livekit, tmp_path) as (_, ours), room.caller(agent_name="interlock") as caller:
        await to_billing(caller)
        them = processes(ours)
        ours.process.kill()
        assert all_gone(them)
        await caller.until(lambda: caller.happened("left"), "left by the agent", OUT_S)
    call, kinds = the_call(ours.store)
    assert (call.snapshot.state, call.end_reason) == ("billing", None)
    assert kinds.count("transition.accepted") == 2
    with closing(sqlite3.connect(ours.store)) as connection:
        assert connection.execute("SELECT lease_until FROM calls").fetchall() == [(None,)]


async def test_a_call_whose_process_is_killed_takes_nobody_along(
    livekit: Server, room: Room, new_room: Callable[[], Room], tmp_path
) -> None:
    """
    Its record is whole up to the last verdict, and the worker takes the next call.
    """
    async with staffed(livekit, tmp_path) as (_, ours):
        async with room.caller(agent_name="interlock") as caller:
            await to_billing(caller)
            os.kill(job_process(ours), signal.SIGKILL)
            await caller.until(lambda: caller.happened("left"), "left by the agent", OUT_S)
        call, _ = the_call(ours.store)
        assert (call.snapshot.state, call.end_reason) == ("billing", None)
        async with new_room().caller(agent_name="interlock") as next_one:
            await hears(next_one, GREETING)
        assert await ours.stop() == 0, ours.lines[-10:]
