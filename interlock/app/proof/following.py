"""Following a call's chain from record to record: the quick way, which only tells whether anything is wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

from interlock.app.proof.aligning import AT
from interlock.app.proof.placing import Places
from interlock.app.store.chain import START, link, record_bytes


class Chain:
    """One call's records so far: how many, and what they end in; if `broken`, record `length + 1` does not fit.

    `marks` are the hashes that checkpoints give, by length; `places` is where the records say that the call stands.
    """

    __slots__ = ("broken", "call_id", "head", "length", "marks", "places")

    def __init__(self, call_id: str, marks: Mapping[int, bytes]) -> None:
        self.call_id, self.marks = call_id, marks
        self.length, self.head, self.broken = 0, START, False
        self.places = Places()

    def follow(self, rows: Sequence[Sequence[Any]]) -> None:
        """Go on with the next records of the call, as they are stored."""
        if self.broken:
            return
        call_id, number, head, marks = self.call_id, self.length, self.head, self.marks
        self.places.note(rows)
        try:
            for _, seq, kind, at, epoch, audit, digest, covers in rows:
                found = link(head, record_bytes(call_id, number + 1, kind, at, epoch, audit, covers))
                # types: SQLite puts any value into any column; the form of `at`: see `aligning`
                if found != digest or seq != number + 1 or type(epoch) is not int or not AT.fullmatch(at):
                    self.broken = True
                    break
                number, head = number + 1, found
                if number in marks and marks[number] != head:
                    self.broken = True
                    break
        except (TypeError, ValueError):
            self.broken = True
        self.length, self.head = number, head
