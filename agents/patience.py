"""How long an answer may take until there is something to hear in it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from typing import TypeVar

from agents.clock import Clock

T = TypeVar("T")


async def begins_within(
    clock: Clock, seconds: float, stream: AsyncIterable[T], begun: Callable[[], bool]
) -> AsyncGenerator[T, None]:
    """The stream, or `TimeoutError` when `begun()` is still not so after `seconds` on `clock`, however it drips.

    The waiting task itself is cancelled, as `agents.clock.no_gap` does and for the same reason.
    """
    task = asyncio.current_task()
    assert task is not None, "a stream is read in a task"
    cancelling, late, waiting = task.cancelling(), False, False

    def stop() -> None:
        nonlocal late
        late = True
        if waiting and not begun():
            task.cancel()

    timer = clock.call_later(seconds, stop)
    items = aiter(stream)
    try:
        while True:
            if late and not begun():
                raise TimeoutError(f"nothing to hear for {seconds} s")
            waiting = True
            item = await anext(items)
            waiting = False
            yield item
    except StopAsyncIteration:
        return
    except asyncio.CancelledError:
        if late and not begun() and task.uncancel() <= cancelling:
            raise TimeoutError(f"nothing to hear for {seconds} s") from None
        raise
    finally:
        timer.cancel()
