"""Running a command's work so that however it is ended, it ends in order."""

import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

ENDED_FROM_OUTSIDE = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`; Ctrl-C, SIGTERM and a closed terminal cancel it and wait for what it does last.

    Raises `KeyboardInterrupt` after Ctrl-C and `SystemExit` with 128 and the signal's number after the others.
    """
    import asyncio  # here: most commands run nothing

    came: list[signal.Signals] = []
    try:
        return asyncio.run(_until_ended(work, came))
    except asyncio.CancelledError:
        if not came:
            raise
        raise SystemExit(128 + came[0]) from None


async def _until_ended(work: Coroutine[Any, Any, T], came: list[signal.Signals]) -> T:
    import asyncio

    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)

    def end(sign: signal.Signals) -> None:
        came.append(sign)
        task.cancel()

    heeded = [sign for sign in ENDED_FROM_OUTSIDE if signal.getsignal(sign) is not signal.SIG_IGN]  # as under nohup
    for sign in heeded:
        loop.add_signal_handler(sign, end, sign)
    try:
        return await task
    finally:
        for sign in heeded:
            loop.remove_signal_handler(sign)
