"""What is typed, line by line, whatever is on the other end: a terminal, a pipe, a file, or nothing."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable
from io import BytesIO
from typing import BinaryIO

LONGEST_INPUT = 2_000
"""Bytes of one line that are read as the caller's words; nobody says more in one breath."""


async def typed_inputs(ask: Callable[[], str] | None = None) -> AsyncIterator[str]:
    """Lines of standard input, each read when it is wanted, in a thread that never keeps the process from ending."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[str | None] = asyncio.Queue()
    wanted = threading.Semaphore(0)
    next_line = ask or _standard_input()

    def read() -> None:
        line: str | None = ""
        while line is not None:
            wanted.acquire()
            try:
                line = next_line()
            except (EOFError, OSError, ValueError):
                line = None
            try:
                loop.call_soon_threadsafe(waiting.put_nowait, line)
            except RuntimeError:  # the loop is closed: nobody listens any more
                return

    threading.Thread(target=read, name="typed-lines", daemon=True).start()
    while True:
        wanted.release()
        line = await waiting.get()
        if line is None:
            return
        yield line


class InputReader:
    """Reads the next line when called, as text whatever its bytes are; of a longer line the rest is left out.

    Raises `EOFError` at the end. A line without an end costs no memory.
    """

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._within_a_line = False

    def __call__(self) -> str:
        while self._within_a_line:
            self._piece()
        found = self._piece()
        if not found:
            raise EOFError
        return found.decode("utf-8", "replace")

    def _piece(self) -> bytes:
        piece = self._source.readline(LONGEST_INPUT)
        self._within_a_line = len(piece) == LONGEST_INPUT and not piece.endswith(b"\n")
        return piece


def _standard_input() -> Callable[[], str]:
    if sys.stdin is None:  # closed by whoever started us
        return InputReader(BytesIO())
    # Not sys.stdin itself: Python dies at exit when a thread still waits in that one.
    return InputReader(open(sys.stdin.fileno(), "rb", closefd=False))
