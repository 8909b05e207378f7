"""Finding out what was done to a call's records, from those that are left and the hashes they carry.

The original order is put together again, one number after the other: a record is genuine as number n when its own hash
is the link from the one before. What then fits nowhere tells what was changed, dropped, swapped, repeated or inserted.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from interlock.app.proof.finding import Finding, Kind, Row, record_range
from interlock.app.proof.wording import in_runs
from interlock.app.store.chain import START, link, record_bytes

AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")
"""The one form times are stored in: with any other, the bounds of what is hashed could be moved."""
FURTHEST = 64
"""How many dropped or inserted records in a row are recognised when those after them were renumbered."""
ATTEMPTS = 50_000
"""How many hashes are tried for one call to find where a record went."""


def hashed(row: Row, head: bytes, number: int) -> bytes | None:
    """The hash of a row as the record `number` after `head`; None for what the journal never writes."""
    try:
        if type(row.epoch) is int and AT.fullmatch(row.at):
            return link(head, record_bytes(row.call_id, number, row.kind, row.at, row.epoch, row.audit, row.covers))
    except (TypeError, ValueError):
        pass
    return None


class Alignment:
    """The outcome: `findings`, the `length` and `head` of what was put together, `heads` of it by length.

    `anchors` are hashes of which the length is known from elsewhere, the call's row and checkpoints.
    """

    def __init__(self, rows: Sequence[Row], anchors: Mapping[bytes, int], end: tuple[int, bytes] | None) -> None:
        self._left = list(rows)
        self._anchors, self._end = anchors, end
        self._aside: list[tuple[Row, int, Row]] = []
        self._content: dict[tuple[object, ...], int] = {}
        self._found: list[Finding] = []
        self._stored = Counter((row.content, row.hash) for row in rows)
        self._misnumbered: tuple[Row, int] | None = None
        self._attempts = ATTEMPTS
        self.length, self.head = 0, START
        self.heads: dict[int, bytes] = {}
        while self._left or self._from_aside():
            if self._left:
                self._step()
        self._judge_the_rest()
        self.findings = in_runs(self._found)

    @property
    def _next(self) -> int:
        return self.length + 1

    def _step(self) -> None:
        row = self._left[0]
        if hashed(row, self.head, self._next) == row.hash:
            self._take(self._left.pop(0))
        elif not (self._from_aside() or self._ends_here() or self._from_further_on(row)):
            self._left.pop(0)
            self._take_unproven(row)

    def _take(self, row: Row, head: bytes | None = None) -> None:
        self.length += 1
        self.head = row.hash if head is None else head
        self.heads[self.length] = self.head
        self._content.setdefault(row.content, self.length)
        if row.seq != self.length and self._misnumbered is None:
            self._misnumbered = row, self.length

    def _from_aside(self) -> bool:
        """A record that stood too early has its place here."""
        for index, (row, number, instead) in enumerate(self._aside):
            self._attempts -= 1
            if self._attempts < 0:
                return False
            if hashed(row, self.head, self._next) == row.hash:
                self._moved(row, number, instead)
                del self._aside[index]
                self._take(row)
                return True
        return False

    def _moved(self, row: Row, number: int, instead: Row) -> None:
        between = instead.seq - row.seq
        if self._next - number == between:
            self._note("swapped", row.seq, instead.seq, f"records {row.seq} and {instead.seq} were swapped")
        elif between == 1:
            self._note("swapped", self._next, self._next, f"record {self._next} stands as number {row.seq}")
        else:
            self._note("swapped", number, number, f"record {number} stands as number {instead.seq}")

    def _ends_here(self) -> bool:
        """All genuine records are there, so what is left is too much."""
        if self._end != (self.length, self.head):
            return False
        self._aside += [(row, self._next, row) for row in self._left]
        self._left.clear()
        return True

    def _from_further_on(self, row: Row) -> bool:
        """The record that belongs here stands later, or what it says does."""
        for index, other in enumerate(self._left[1:], 1):
            self._attempts -= 1
            if self._attempts < 0:
                return False
            digest = hashed(other, self.head, self._next)
            if digest is not None and digest == other.hash:
                self._put_aside(row, other)
                del self._left[index], self._left[0]
                self._take(other)
                return True
            if digest is not None and digest == row.hash:
                self._swap_back(row, index, other)
                return True
        return False

    def _put_aside(self, row: Row, instead: Row) -> None:
        before = self._content.get(row.content)
        if before is not None and self.heads.get(before) == row.hash:  # no other place is its
            self._note("repeated", row.seq, row.seq, f"record {row.seq} is record {before} once more")
        else:
            self._aside.append((row, self._next, instead))

    def _swap_back(self, row: Row, index: int, other: Row) -> None:
        self._left[0] = other._replace(seq=row.seq, hash=row.hash)
        self._left[index] = row._replace(seq=other.seq, hash=other.hash)
        self._note("swapped", row.seq, other.seq, f"records {row.seq} and {other.seq} were swapped")

    def _take_unproven(self, row: Row) -> None:
        """A record that does not fit: it was changed, or what stood before it is not there any more."""
        following = self._left[0] if self._left else None
        own = hashed(row, self.head, self._next)
        if own is not None and self._leads(own, following, self._next):
            self._note("changed", row.seq, row.seq, f"{record_range(row.seq, row.seq)}: its hash was changed")
            self._take(row, own)
            return
        again = self._stood_before(row)
        number = self._next if again else self._number_of(row, following)
        if again:
            self._note("repeated", row.seq, row.seq, f"record {row.seq} is record {again} once more")
        elif number > self._next:
            self._note("dropped", self._next, number - 1)
        elif number < self._next:
            self._note("inserted", number, self.length)
        else:
            self._note("changed", row.seq, row.seq)
        self.length = number - 1
        self._take(row)

    def _stood_before(self, row: Row) -> int | None:
        """Which record this is a copy of, of those before it or, by number, behind it."""
        before, same = self._content.get(row.content), (row.content, row.hash)
        if before is not None or self._stored[same] == 1:
            return before
        return next((each.seq for each in self._left if (each.content, each.hash) == same), None)

    def _number_of(self, row: Row, following: Row | None) -> int:
        """Which record this was, by the one that follows it or by an anchor; else by the number it carries."""
        here = self._next
        for number in (here, row.seq, *range(here + 1, here + FURTHEST), *range(here - 1, max(0, here - FURTHEST), -1)):
            self._attempts -= 1
            if type(number) is int and number > 0 and self._leads(row.hash, following, number):
                return number
            if self._attempts < 0:
                break
        return row.seq if type(row.seq) is int and row.seq > here else here

    def _leads(self, digest: bytes, following: Row | None, number: int) -> bool:
        """Whether the hash is that of record `number`."""
        if self._anchors.get(digest) == number:
            return True
        return following is not None and hashed(following, digest, number + 1) == following.hash

    def _judge_the_rest(self) -> None:
        for row, _, _ in self._aside:
            before = self._content.get(row.content)
            if before is None:
                self._note("inserted", row.seq, row.seq)
            else:
                self._note("repeated", row.seq, row.seq, f"record {row.seq} is record {before} once more")
        if self._misnumbered is not None and not self._found:
            row, number = self._misnumbered
            self._note("changed", number, number, f"record {number} was given the number {row.seq}")

    def _note(self, kind: Kind, first: int, last: int, said: str = "") -> None:
        self._found.append(Finding(kind, said, None, first, last))
