"""How long an answer may take until there is something to hear in it."""

from collections.abc import AsyncGenerator, AsyncIterable, Callable
from typing import TypeVar

from interlock.agents.call.clock import Clock, Cutoff

T = TypeVar("T")


async def begins_within(
    clock: Clock, seconds: float, stream: AsyncIterable[T], begun: Callable[[], bool]
) -> AsyncGenerator[T, None]:
    """The stream, or `TimeoutError` when `begun()` is still not so after `seconds` on `clock`, however it drips."""
    why = f"nothing to hear for {seconds} s"
    cutoff, late = Cutoff(why), False

    def stop() -> None:
        nonlocal late
        late = True
        if cutoff.waits and not begun():
            cutoff.end()

    timer = clock.call_later(seconds, stop)
    items = aiter(stream)
    try:
        while True:
            if late and not begun():
                raise TimeoutError(why)
            yield await cutoff.next(items)
    except StopAsyncIteration:
        return
    finally:
        timer.cancel()
