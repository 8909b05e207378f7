"""How a worker ends: told once, it lets calls under way finish; told again, or after a while, it ends them."""

import asyncio
import signal
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

import structlog
from livekit.agents import AgentServer

log = structlog.get_logger("interlock.worker")

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class GracefulStop:
    """While entered, the signals that end a worker end this one: a context manager.

    After the first no call is taken any more and those under way go on, for `drain_s` at most; a second one ends that
    wait. Calls still under way then are told goodbye and end as `drained`: see
    `interlock.agents.call.farewell.cut_off`. The end of
    `until` counts as a signal.
    """

    def __init__(self, server: AgentServer, drain_s: float, until: Coroutine[Any, Any, None] | None = None) -> None:
        self._server = server
        self._drain_s = drain_s
        self._until = asyncio.get_running_loop().create_task(until) if until is not None else None
        self._hurry = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def asked(self) -> None:
        """Begin to end; when that has begun, hurry."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._stop())
        else:
            self._hurry.set()

    async def _stop(self) -> None:
        log.info("worker.draining", calls=self._calls(), limit_s=self._drain_s)
        draining = asyncio.create_task(self._server.drain(timeout=None))
        hurry = asyncio.create_task(self._hurry.wait())
        await asyncio.wait({draining, hurry}, timeout=self._drain_s, return_when=asyncio.FIRST_COMPLETED)
        for waiting in (draining, hurry):
            waiting.cancel()
        await asyncio.wait({draining, hurry})
        if cut_off := self._calls():
            log.warning("worker.ends_calls", calls=cut_off)
        await self._server.aclose()
        log.info("worker.ended")

    def _calls(self) -> int:
        return len(self._server.active_jobs)

    def __enter__(self) -> Self:
        for sign in SIGNALS:
            if signal.getsignal(sign) is not signal.SIG_IGN:  # as under nohup
                asyncio.get_running_loop().add_signal_handler(sign, self.asked)
        if self._until is not None:
            self._until.add_done_callback(lambda done: None if done.cancelled() else self.asked())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for sign in SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(sign)
        if self._until is not None:
            self._until.cancel()
