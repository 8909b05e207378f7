"""Named points of a call, at which a test breaks in or holds it."""

import asyncio
from collections.abc import Callable

LIMIT_S = 20.0
"""After this a test is stuck: nothing here waits for time to pass."""
ROUNDS = 60
"""Rounds of the event loop in which nothing happens when a call is quiet."""


class Points:
    """Named points of a call; the armed one runs `then` when it is reached, once."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self._armed: dict[str, Callable[[], None]] = {}
        self._whenever: dict[str, Callable[[], None]] = {}
        self._reached: dict[str, asyncio.Event] = {}
        self._gates: dict[str, asyncio.Event] = {}

    def arm(self, name: str, then: Callable[[], None]) -> None:
        """Have `then` done at once the first time the point of this name is reached."""
        self._armed[name] = then

    def when(self, name: str, then: Callable[[], None]) -> None:
        """Run `then` whenever the point is passed; it is no break-in."""
        self._whenever[name] = then

    def gate(self, name: str) -> asyncio.Event:
        """Hold the call at the point until the event returned is set."""
        return self._gates.setdefault(name, asyncio.Event())

    async def reached(self, name: str) -> None:
        """Wait until the point was reached, also earlier. Raises `TimeoutError` after `LIMIT_S` seconds."""
        async with asyncio.timeout(LIMIT_S):
            await self._reached.setdefault(name, asyncio.Event()).wait()

    def at(self, name: str) -> None:
        """Where nothing can wait."""
        self.passed.append(name)
        self._reached.setdefault(name, asyncio.Event()).set()
        self._whenever.get(name, lambda: None)()
        then = self._armed.pop(name, None)
        if then is not None:
            then()

    async def through(self, name: str) -> None:
        """Where the call stays until what was begun here had time to spread, and its gate, if any, is open."""
        armed = name in self._armed
        self.at(name)
        if armed:
            await rounds()
        if name in self._gates:
            await self._gates[name].wait()


async def rounds(count: int = ROUNDS) -> None:
    """Let everything that is ready run."""
    for _ in range(count):
        await asyncio.sleep(0)
