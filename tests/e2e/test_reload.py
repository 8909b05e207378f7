"""`interlock dev` that starts the worker anew when something changes, with a call under way."""

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

import app
from interlock.app.livekit_server import Server
from tests.e2e.desk import GREETING, TRIAGE, hears, says, staffed
from tests.e2e.room import Room
from tests.e2e.worker import READY, events

pytestmark = pytest.mark.e2e

ROOT = Path(app.__file__).parents[1]


def copy_of_the_code(folder: Path) -> Path:
    """A folder that runs as the project does, and in which nobody else changes anything."""
    (folder / "code").mkdir()
    shutil.copy(ROOT / "pyproject.toml", folder / "code" / "pyproject.toml")
    for package in ("interlock", "app", "agents", "guards", "machines"):
        shutil.copytree(ROOT / package, folder / "code" / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder / "code"


async def test_a_change_cuts_no_call_off(livekit: Server, room: Room, new_room: Callable[[], Room], tmp_path) -> None:
    """
    The call goes on, a new one is taken by the new worker, and at the end no process is left.
    """
    code = copy_of_the_code(tmp_path)
    given = {"INTERLOCK_SILENCE_S": "300"}  # the caller says nothing while workers begin and end
    async with staffed(livekit, tmp_path, command=("dev", "--reload"), cwd=code, **given) as (_, ours):
        async with room.caller(agent_name="interlock") as caller:
            await hears(caller, GREETING)
            with (code / "agents" / "support.py").open("a") as file:
                file.write("# changed\n")
            await ours.until("worker.reloading")
            await ours.until(READY, 120, times=2)
            (code / "agents" / "support.py").touch()
            await ours.until(READY, 120, times=3)
            await says(caller, "01-name", TRIAGE)
            async with new_room().caller(agent_name="interlock") as next_one:
                await hears(next_one, GREETING)
                await next_one.leave()
            await caller.leave()
        await ours.until("worker.ended", times=2)
        them = psutil.Process(ours.process.pid).children(recursive=True)
        assert await ours.stop() == 0, ours.lines[-10:]
        assert psutil.wait_procs(them, timeout=60)[1] == []
    assert events(ours).count("call.opened") == 2


async def test_a_follower_that_is_killed_leaves_no_worker(livekit: Server, tmp_path) -> None:
    """
    It could tell nobody: the worker looks for itself.
    """
    code = copy_of_the_code(tmp_path)
    async with staffed(livekit, tmp_path, command=("dev", "--reload"), cwd=code) as (_, ours):
        them = psutil.Process(ours.process.pid).children(recursive=True)
        ours.process.send_signal(signal.SIGKILL)
        assert psutil.wait_procs(them, timeout=60)[1] == []
