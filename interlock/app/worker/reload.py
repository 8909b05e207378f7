"""`interlock dev` that follows the code: a worker in a process of its own, started anew whenever something changes.

The worker before takes no more calls and ends when its last one has; so no call is cut off, and each runs from its
beginning to its end on the code it began with.
"""

import asyncio
import os
import sys
from asyncio.subprocess import Process
from contextlib import suppress
from pathlib import Path

import structlog
from watchfiles import Change, PythonFilter, awatch

import interlock
from interlock.app.project import project
from interlock.app.settings import FILES, Settings
from interlock.app.worker.stopping import SIGNALS

log = structlog.get_logger("interlock.worker")

PARENT_CHECK_S = 1.0
CHANGES_TOLD = 3


async def run_reloading(settings: Settings) -> int:
    """Run a worker, and a new one after each change, until SIGINT, SIGTERM or SIGHUP; the last one's exit code.

    A worker that cannot begin at all ends this too; one that cannot after a change waits for the next.
    """
    workers = Workers(in_turn=settings.metrics_port is not None or bool(settings.worker_port))
    with workers:
        await workers.begin()
        watching = asyncio.create_task(_follow(workers))
        try:
            return await workers.ended()
        finally:
            watching.cancel()


async def parent_gone(parent: int) -> None:
    """Wait until this process's parent is no longer that one: it was killed and could tell nobody."""
    while os.getppid() == parent:  # noqa: ASYNC110 - the end of a parent has no event
        await asyncio.sleep(PARENT_CHECK_S)


class Workers:
    """The worker that takes calls, and those before it that finish theirs.

    `in_turn`, a worker begins only when the one before has ended: they would listen on the same port.
    """

    def __init__(self, *, in_turn: bool) -> None:
        self._in_turn = in_turn
        self._running: list[Process] = []
        self._signalled: set[Process] = set()
        self._changed = False
        self._over = asyncio.Event()
        self._code = 0
        self._waits: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Start a worker with the code as it is now."""
        command = [sys.executable, "-m", "interlock.app.command", "dev", "--no-reload", "--under", str(os.getpid())]
        worker = await asyncio.create_subprocess_exec(*command, start_new_session=True)  # Ctrl-C is for us
        self._running.append(worker)
        waiting = asyncio.create_task(self._wait(worker))
        self._waits.add(waiting)
        waiting.add_done_callback(self._waits.discard)

    async def replace(self) -> None:
        """Let the present worker finish its calls, and start the next."""
        self._changed = True
        self._signal(set(self._running) - self._signalled)  # told twice, a worker would cut its calls off
        if self._in_turn:
            await asyncio.gather(*self._waits)
        if not self._over.is_set():
            await self.begin()

    async def ended(self) -> int:
        """Wait for the end that a signal asks for; the last worker's exit code."""
        await self._over.wait()
        await asyncio.gather(*self._waits)
        return self._code

    def asked(self) -> None:
        """Pass a signal on: each worker ends in order, and quicker when told again."""
        self._over.set()
        self._signal(set(self._running))

    def _signal(self, workers: set[Process]) -> None:
        self._signalled |= workers
        for worker in workers:
            with suppress(ProcessLookupError):
                worker.terminate()

    async def _wait(self, worker: Process) -> None:
        code = await worker.wait()
        self._running.remove(worker)
        self._code = code
        signalled = worker in self._signalled
        self._signalled.discard(worker)
        if not self._changed:
            self._over.set()
        elif code and not signalled:
            log.error("worker.failed", code=code, next="change the code and save it")

    def __enter__(self) -> "Workers":
        for sign in SIGNALS:
            asyncio.get_running_loop().add_signal_handler(sign, self.asked)
        return self

    def __exit__(self, *_: object) -> None:
        for sign in SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(sign)


class _Relevant(PythonFilter):
    """Code, and the files with settings."""

    def __call__(self, change: Change, path: str) -> bool:
        return Path(path).name in FILES or super().__call__(change, path)


async def _follow(workers: Workers) -> None:
    while names := await _changed():
        log.info("worker.reloading", changed=", ".join(names[:CHANGES_TOLD]))
        await workers.replace()


async def _changed() -> list[str]:
    """Wait for a change, and tell the names of the files; watched anew each time, as many a program replaces a file."""
    async for changes in awatch(*_watched(), watch_filter=_Relevant()):
        return sorted({Path(path).name for _, path in changes})
    return []


def _watched() -> list[Path]:
    ours = (project().root / room for room in ("agents", "app", "guards", "machines"))
    code = [Path(str(interlock.__file__)).parent, *(room for room in ours if room.is_dir())]
    return [*code, *(Path(file) for file in FILES if Path(file).is_file())]
