"""Signs checkpoints of what a process writes: every so many records or seconds of a call, and when it ends.

A thread of its own does it, so that no append waits for it or fails with it.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from interlock.app.proof.checkpoint import Checkpoint, signed_statement
from interlock.app.proof.folder import append, make_folder
from interlock.app.proof.keys import PrivateKey
from interlock.app.store.ends import End
from interlock.app.store.rows import text_of

log = structlog.get_logger("interlock.checkpoints")

AGAIN_S = 5.0
"""How long is waited before what could not be written is tried again."""


@dataclass(frozen=True, slots=True)
class Unsigned:
    """Where a call ends by now; `since` when (monotonic seconds) its `end.records` are not signed."""

    end: End
    since: float


class Checkpoints:
    """Keeps a folder of checkpoints up to date while a journal is written."""

    def __init__(
        self,
        folder: Path,
        key: PrivateKey,
        every_s: float,
        every_records: int,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        make_folder(folder)
        self._folder, self._key = folder, key
        self._every_s, self._every_records = every_s, every_records
        self._now, self._monotonic = now, monotonic
        self._unsigned: dict[str, Unsigned] = {}
        self._not_before = 0.0
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._sign_until_closed, name="checkpoints", daemon=True)
        self._thread.start()

    def wrote(self, ends: Mapping[str, End]) -> None:
        """Hear where calls end by now; returns at once."""
        now = self._monotonic()
        with self._changed:
            for call_id, end in ends.items():
                before = self._unsigned.get(call_id)
                since, sum_of = (before.since, end.after(before.end)) if before else (now, end)
                self._unsigned[call_id] = Unsigned(sum_of, since)
            self._changed.notify()

    def close(self) -> None:
        """Sign what is not signed yet. A second time does nothing."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def due(self, now: float) -> tuple[set[str], float | None]:
        """The calls to be signed by now, and in how many seconds the next one is; None when there is none."""
        if self._closed:
            return set(self._unsigned), None
        if now < self._not_before:
            return set(), self._not_before - now
        left = {call_id: self._left_s(its, now) for call_id, its in self._unsigned.items()}
        return {call_id for call_id, s in left.items() if s <= 0}, min(left.values(), default=None)

    def _left_s(self, its: Unsigned, now: float) -> float:
        if its.end.ended or its.end.records >= self._every_records:
            return 0.0
        return its.since + self._every_s - now

    def _sign_until_closed(self) -> None:
        while True:
            with self._changed:
                its_time, left_s = self.due(self._monotonic())
                if not its_time and not self._closed:
                    self._changed.wait(left_s)
                    continue
                taken = {call_id: self._unsigned.pop(call_id) for call_id in its_time}
                last = self._closed
            self._sign(taken)
            if last:
                return

    def _sign(self, taken: Mapping[str, Unsigned]) -> None:
        if not taken:
            return
        try:
            signed_at = text_of(self._now())
            lines = [
                signed_statement(_checkpoint(c, its.end, signed_at).to_json(), self._key) for c, its in taken.items()
            ]
            append(self._folder, signed_at[:10], lines)
        except Exception as error:  # the record is written all the same
            log.error(
                "checkpoint.failed", calls=len(taken), error=type(error).__name__, why=getattr(error, "strerror", "")
            )
            self._take_back(taken)

    def _take_back(self, taken: Mapping[str, Unsigned]) -> None:
        with self._changed:
            self._not_before = self._monotonic() + AGAIN_S
            for call_id, its in taken.items():
                newer = self._unsigned.get(call_id)
                self._unsigned[call_id] = Unsigned(newer.end.after(its.end), its.since) if newer else its


def _checkpoint(call_id: str, end: End, signed_at: str) -> Checkpoint:
    return Checkpoint(call_id, end.length, end.head, end.written_at, signed_at)
