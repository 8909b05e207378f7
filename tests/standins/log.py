"""What a stand-in was asked, in order, without audio."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that reached the stand-in, and the fault it met."""

    kind: str
    what: dict[str, Any] = field(default_factory=dict)
    fault: str | None = None


class Log(list[Heard]):
    """Grows while the stand-in runs; a test waits on it where it would sleep otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self._grew = asyncio.Event()

    def add(self, kind: str, fault: str | None = None, **what: Any) -> None:
        """Note one thing."""
        self.append(Heard(kind, what, fault))
        self._grew.set()

    def of(self, kind: str) -> list[Heard]:
        """All of that kind."""
        return [heard for heard in self if heard.kind == kind]

    async def wait(self, kind: str, times: int = 1) -> Heard:
        """The `times`-th of that kind, once it is there. Raises `TimeoutError` that says what was there instead."""
        await self.until(lambda: len(self.of(kind)) >= times, f"{times} of {kind!r}")
        return self.of(kind)[times - 1]

    async def until(self, holds: Callable[[], bool], expected: str) -> None:
        """Wait until that holds. Raises `TimeoutError` that says what was there instead."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not holds():
                    self._grew.clear()
                    await self._grew.wait()
        except TimeoutError:
            raise TimeoutError(f"heard {[heard.kind for heard in self]}, expected {expected}") from None
