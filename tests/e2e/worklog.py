"""A running worker's log lines as they come: what happens in a call at this moment, before anybody reads the record."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.e2e.worker import Worker


@dataclass(frozen=True, slots=True)
class Logged:
    """One line; `at` is when it was logged, in seconds since the epoch."""

    at: float
    event: str
    call_id: str
    keys: dict[str, Any]


class Worklog:
    """Reads each line once."""

    def __init__(self, its: Worker) -> None:
        self._its, self._read = its, 0
        self._lines: list[Logged] = []

    def of(self, call_id: str, event: str = "") -> list[Logged]:
        """The lines of one call so far, of one event or all."""
        self._catch_up()
        return [line for line in self._lines if line.call_id == call_id and event in ("", line.event)]

    def calls(self) -> list[str]:
        """The ids of the calls so far, oldest first."""
        self._catch_up()
        return list(dict.fromkeys(line.call_id for line in self._lines if line.call_id))

    async def until(self, true: Callable[[], object], what: str, seconds: float) -> None:
        """Wait until `true()` is, asked again at every line. Fails after `seconds`, saying `what`."""
        try:
            async with asyncio.timeout(seconds):
                while not true():
                    self._its.news.clear()
                    await self._its.news.wait()
        except TimeoutError:
            raise AssertionError(f"after {seconds} s: not {what}") from None

    def _catch_up(self) -> None:
        new, self._read = self._its.lines[self._read :], len(self._its.lines)
        for text in new:
            try:
                keys = json.loads(text)
                at = datetime.fromisoformat(keys["timestamp"]).timestamp()
            except (ValueError, KeyError, TypeError):
                continue
            self._lines.append(Logged(at, str(keys.get("event")), str(keys.get("call_id", "")), keys))
