"""Time, injected: what a call's timers and time stamps run on."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Timer(Protocol):
    """A pending `call_later`."""

    def cancel(self) -> None:
        """Forget it; nothing happens when it ran already."""
        ...


class Clock(Protocol):
    """Where a call reads the time and waits."""

    def now(self) -> datetime:
        """The time in UTC."""
        ...

    def call_later(self, seconds: float, callback: Callable[[], object]) -> Timer:
        """Call back once, `seconds` from now, on the event loop."""
        ...


class LoopClock:
    """The real clock: the system's time and the event loop's timers, which no clock change moves."""

    def now(self) -> datetime:
        """The time in UTC."""
        return datetime.now(UTC)

    def call_later(self, seconds: float, callback: Callable[[], object]) -> Timer:
        """Call back once, `seconds` from now, on the event loop."""
        return asyncio.get_running_loop().call_later(seconds, callback)


async def within(clock: Clock, seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, or `TimeoutError` (and `work` cancelled) after `seconds` on `clock`."""
    late = False
    task = asyncio.ensure_future(work)

    def stop() -> None:
        nonlocal late
        late = True
        task.cancel()

    timer = clock.call_later(seconds, stop)
    try:
        return await task
    except asyncio.CancelledError:
        if late:
            raise TimeoutError(f"not done within {seconds} s") from None
        raise
    finally:
        timer.cancel()
