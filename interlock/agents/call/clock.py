"""Time, injected: what a call's timers and time stamps run on."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Coroutine
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


async def pause(clock: Clock, seconds: float) -> None:
    """Wait on `clock`."""
    over = asyncio.Event()
    clock.call_later(seconds, over.set)
    await over.wait()


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


class Cutoff:
    """Ends the wait for a stream's next item, for a reason of one's own.

    As `asyncio.timeout` it cancels the task that waits: a task of its own would lose the stream's context.
    """

    def __init__(self, why: str) -> None:
        self._why = why
        self._ended = False
        self._waiting: asyncio.Task[object] | None = None

    @property
    def waits(self) -> bool:
        """Whether somebody waits for an item just now."""
        return self._waiting is not None

    def end(self) -> None:
        """Let this wait, or else the next one, raise `TimeoutError`."""
        self._ended = True
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    async def next(self, items: AsyncIterator[T]) -> T:
        """The next item, or `TimeoutError` where the wait was ended."""
        task = asyncio.current_task()
        assert task is not None, "a stream is read in a task"
        if self._ended:
            raise TimeoutError(self._why)
        cancelling, self._waiting = task.cancelling(), task
        try:
            return await anext(items)
        except asyncio.CancelledError:
            if self._ended and task.uncancel() <= cancelling:
                raise TimeoutError(self._why) from None
            raise
        finally:
            self._waiting = None


async def no_gap(clock: Clock, seconds: float, stream: AsyncIterable[T]) -> AsyncGenerator[T, None]:
    """The stream, or `TimeoutError` where the next item takes longer than `seconds` on `clock`."""
    items = aiter(stream)
    while True:
        try:
            item = await _next_within(clock, seconds, items)
        except StopAsyncIteration:
            return
        yield item


async def _next_within(clock: Clock, seconds: float, items: AsyncIterator[T]) -> T:
    cutoff = Cutoff(f"nothing for {seconds} s")
    timer = clock.call_later(seconds, cutoff.end)
    try:
        return await cutoff.next(items)
    finally:
        timer.cancel()


async def done_within(clock: Clock, seconds: float, task: "asyncio.Future[Any]") -> bool:
    """Whether `task` is done after at most `seconds` on `clock`; if not, it goes on."""
    waited = asyncio.Event()
    timer = clock.call_later(seconds, waited.set)
    task.add_done_callback(lambda _: waited.set())
    try:
        await waited.wait()
    finally:
        timer.cancel()
    return task.done()
