"""Our own worker as a process of its own, wired to the stand-ins."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from interlock.app.livekit_server import Server

READY = "registered worker"
READY_S = 120.0
STOP_S = 120.0


@dataclass
class Worker:
    """A running `interlock dev`; `lines` are what it logged, `store` is its record."""

    process: asyncio.subprocess.Process
    store: Path
    lines: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, words: str, seconds: float = 60.0, *, times: int = 1, since: int = 0) -> None:
        """Wait for a log line, or for so many, after the first `since` lines. Fails after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while sum(words in line for line in self.lines[since:]) < times:
                    self.news.clear()
                    await self.news.wait()
        except TimeoutError:
            raise AssertionError(f"after {seconds} s: not logged {words!r}. {self.lines[-10:]}") from None

    async def stop(self, *, again: bool = True) -> int:
        """Ask it to end as an orchestrator would, or with `again` false wait for it; its exit code."""
        if self.process.returncode is None and again:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_S):
            return await self.process.wait()


@asynccontextmanager
async def worker(
    server: Server,
    folder: Path,
    given: Mapping[str, str],
    *,
    command: Sequence[str] = ("dev",),
    cwd: Path | None = None,
    program: str = "interlock.app.command",
    ready_when: str = READY,
) -> AsyncIterator[Worker]:
    """Start it, wait until LiveKit knows it, and end it; `program` is a module that takes the place of ours."""
    store = folder / "calls.sqlite"
    settings = {
        "LIVEKIT_URL": server.url,
        "LIVEKIT_API_KEY": server.key,
        "LIVEKIT_API_SECRET": server.secret,
        "OPENAI_API_KEY": "none",
        "ASSEMBLYAI_API_KEY": "none",
        "ELEVEN_API_KEY": "none",
        "INTERLOCK_STORE": str(store),
        "INTERLOCK_LOG_JSON": "true",
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        program,
        *command,
        cwd=cwd,
        env=kept | settings | dict(given),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    its = Worker(process, store)
    ready = asyncio.Event()
    reading = asyncio.create_task(_read(its, ready, ready_when))
    try:
        async with asyncio.timeout(READY_S):
            await ready.wait()
        assert process.returncode is None, its.lines[-5:]
        yield its
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading


async def _read(its: Worker, ready: asyncio.Event, ready_when: str) -> None:
    assert its.process.stderr is not None
    async for line in its.process.stderr:
        its.lines.append(line.decode(errors="replace").rstrip())
        its.news.set()
        if ready_when in its.lines[-1]:
            ready.set()
    ready.set()  # it ended: whoever waits shall see why


def events(its: Worker) -> list[str]:
    """The names of what was logged."""
    found = []
    for line in its.lines:
        try:
            found.append(str(json.loads(line).get("event")))
        except ValueError:
            found.append(line)
    return found


def processes(its: Worker) -> list[psutil.Process]:
    """The worker and everything it started."""
    worker = psutil.Process(its.process.pid)
    return [worker, *worker.children(recursive=True)]


def job_process(its: Worker) -> int:
    """The one that has a room: LiveKit's native client runs in no other."""
    them = [p for p in processes(its) if any("liblivekit_ffi" in m.path for m in p.memory_maps())]
    with_threads = max(them, key=lambda p: p.num_threads())
    return int(with_threads.pid)
