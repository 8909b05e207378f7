"""A clock that stands still until it is told to move: for call scripts and tests."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""A Monday morning."""


@dataclass(order=True)
class _Timer:
    due: datetime
    order: int
    callback: Callable[[], object] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class ManualClock:
    """Time as a test wants it; `advance` runs what falls due, in order."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._timers: list[_Timer] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        """The time in UTC."""
        return self._now

    def call_later(self, seconds: float, callback: Callable[[], object]) -> _Timer:
        """Call back once the clock was moved `seconds` from now."""
        timer = _Timer(self._now + timedelta(seconds=seconds), next(self._order), callback)
        heapq.heappush(self._timers, timer)
        return timer

    def advance(self, seconds: float) -> None:
        """Move on, running every timer that falls due on the way."""
        until = self._now + timedelta(seconds=seconds)
        while self._timers and self._timers[0].due <= until:
            timer = heapq.heappop(self._timers)
            self._now = max(self._now, timer.due)
            if not timer.cancelled:
                timer.callback()
        self._now = until

    def jump(self, seconds: float) -> None:
        """Change the time of day as somebody setting the clock would: no timer notices."""
        moved = timedelta(seconds=seconds)
        self._now += moved
        for timer in self._timers:
            timer.due += moved
