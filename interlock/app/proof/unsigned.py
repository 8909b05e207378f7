"""What should have been signed by now and never was: calls that were made up, and records added after an end."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from interlock.app.proof.checkpoint_index import CheckpointIndex, IndexedCheckpoint
from interlock.app.proof.finding import Finding, record_range
from interlock.app.store.kept import KeptCall

GRACE = timedelta(seconds=60)
"""How long what was written a moment ago may wait for its signature, with a clock that is a little off."""


class Unsigned:
    """Judges by an `index` of checkpoints that was read a moment ago, and by the clock of this machine."""

    def __init__(self, index: CheckpointIndex, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._since, self._now = index.since(), now
        self._read_at = now()

    def finding(self, call_id: str, call: KeptCall, marks: Sequence[IndexedCheckpoint]) -> Finding | None:
        """What is wrong with a call that has ended; `marks` are its checkpoints, shortest first.

        An end is signed at once. One that did not end may be a crash: its last seconds are signed by nobody.
        """
        end = next((its.seq for its in call.records if its.kind == "call.ended"), None)
        if end is None or self._since is None:
            return None
        signed, last = marks[-1].length if marks else 0, call.records[-1]
        if last.seq <= signed or self._is_new(last.at):
            return None
        if marks:
            return _added(call_id, signed, last.seq) if end <= signed else None
        return _made_up(call_id, last.seq) if last.at >= self._since else None

    def may_be_made_up(self, call: KeptCall, marks: Sequence[IndexedCheckpoint]) -> bool:
        """Whether a call is not new, never ended and was never signed: its process died, or there was none."""
        ended = any(its.kind == "call.ended" for its in call.records)
        return not (ended or marks) and bool(call.records) and not self._is_new(call.records[-1].at)

    def _is_new(self, at: str) -> bool:
        try:
            return self._read_at - GRACE < datetime.fromisoformat(at) < self._now() + GRACE
        except (TypeError, ValueError):
            return False


def _added(call_id: str, signed: int, last: int) -> Finding:
    was = "was" if last == signed + 1 else "were"
    said = f"{record_range(signed + 1, last)} came after the call's end, and {was} never signed"
    return Finding("unsigned", said, call_id, signed + 1, last)


def _made_up(call_id: str, length: int) -> Finding:
    said = "its end was never signed: the call was made up, or whoever wrote it signed nothing, or died right then"
    return Finding("unsigned", said, call_id, 1, length)
