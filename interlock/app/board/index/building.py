"""Keeping an index like its record: built newest first, kept by what a follower tells, and compared now and then.

Whatever was missed (a record that was away, another's index, a call that was removed) is found by comparing: each
call's row says how long its record is. All of it may be done by several processes at once, and stopped at any time.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from interlock.app.board.index import reading, writing
from interlock.app.board.index.answers import IndexState
from interlock.app.board.index.asking import how_far
from interlock.app.board.index.reading import CallSeen, Wanted
from interlock.app.board.index.shelf import Shelf
from interlock.app.board.index.tally import COUNTED, READ, Tally
from interlock.app.store.database import Database
from interlock.app.store.errors import StoreError
from interlock.app.store.followed import Line, Look
from interlock.app.store.known_lines import audit_of

NEWEST = 1000
"""So many calls are there to be looked at first."""
PAGE = 5000
CALLS_AT_ONCE, LINES_AT_ONCE = 500, 20_000
"""What is counted in one transaction: a bound on how long anybody waits for it."""


class Builder:
    """Writes one index, from one thread at a time."""

    def __init__(self, shelf: Shelf, record: Database) -> None:
        self._shelf = shelf
        self._record = record
        self._ids = writing.Ids()

    def steps(self) -> Iterator[IndexState]:
        """Make the index like the record, a batch at a step; how far it is, each time.

        Raises `StoreError`; what was done stays done.
        """
        if not self._shelf.use(lambda its: its.execute("SELECT 1 FROM calls LIMIT 1").fetchone()):
            self._put(self._read(partial(reading.newest, limit=NEWEST)))
            yield from self.catch_up()
            yield from self._put_all()
        yield from self.catch_up()
        for _ in self._compare():
            yield self._state()
        yield from self.catch_up()
        self._shelf.change(lambda its: its.execute("INSERT OR REPLACE INTO notes VALUES ('compared', '1')"))
        yield self._state()

    def catch_up(self) -> Iterator[IndexState]:
        """Count the lines that are known to be there and are not counted, newest calls first."""
        while wanted := self._shelf.use(lambda its: writing.behind(its, CALLS_AT_ONCE, LINES_AT_ONCE)):
            counted = _counted(wanted, self._read(partial(reading.lines, wanted=wanted, most=LINES_AT_ONCE)))
            self._count(counted)
            yield self._state()

    def take(self, look: Look) -> None:
        """Count what a follower tells; what does not follow on what is counted is left for `catch_up`."""
        if not look.moved:
            return
        told = defaultdict[str, list[Line]](list)
        for line in look.lines:
            told[line.call_id].append(line)
        self._put([reading.followed(call) for call in look.moved.values()])
        ids = sorted(told)
        behind = self._shelf.use(lambda its: [row for call_id in ids for row in its.execute(_BEHIND, (call_id,))])
        self._count([made for row in behind if (made := _told(Wanted(*row), told[row[1]]))])

    def _put_all(self) -> Iterator[IndexState]:
        after = ""
        while page := self._read(partial(reading.whole_page, after=after, limit=PAGE)):
            after = page[-1].call_id
            self._put(page)
            yield self._state()

    def _compare(self) -> Iterator[None]:
        """Find what is not like the record, page by page: longer, shorter, another, or gone."""
        here, after = set[int](), ""
        while page := self._read(partial(reading.page, after=after, limit=PAGE)):
            after = page[-1][0]
            known = self._known([row[0] for row in page])
            new = [row[0] for row in page if row[0] not in known or row[1] > known[row[0]][1] or not known[row[0]][2]]
            odd = [row[0] for row in page if row[0] in known and _differs(known[row[0]], row)]
            for first in range(0, len(new), NEWEST):
                some = new[first : first + NEWEST]
                self._put(self._read(partial(reading.calls, ids=some)))
            self._redo(odd)
            here |= {row[0] for row in known.values()}
            here |= {row[0] for row in self._known([*new, *odd]).values()}
            yield
        self._take_out_all_but(here)

    def _redo(self, odd: Sequence[str]) -> None:
        """A record that was put back from a copy: asked again, for somebody may have been faster than this look."""
        if not odd:
            return
        known = self._known(odd)
        rows = {row.call_id: row for row in self._read(partial(reading.calls, ids=odd))}
        other = [its for its in odd if its in rows and _differs(known[its], (its, rows[its].last_seq, rows[its].head))]
        self._shelf.change(lambda its: writing.take_out(its, [known[call_id][0] for call_id in other]))
        self._put([rows[call_id] for call_id in other])

    def _take_out_all_but(self, here: set[int]) -> None:
        every = self._shelf.use(lambda its: its.execute("SELECT n, call_id FROM calls").fetchall())
        missing = {call_id: n for n, call_id in every if n not in here}
        ids = sorted(missing)
        for first in range(0, len(ids), NEWEST):
            some = ids[first : first + NEWEST]
            there = {row.call_id for row in self._read(partial(reading.calls, ids=some))}  # begun meanwhile
            gone = [missing[call_id] for call_id in some if call_id not in there]
            self._shelf.change(partial(writing.take_out, numbers=gone))

    def _known(self, ids: Sequence[str]) -> dict[str, tuple[int, int, bytes]]:
        query = "SELECT c.call_id, c.n, c.last_seq, c.head FROM json_each(?) AS k CROSS JOIN calls AS c"
        query += " ON c.call_id = k.value"
        found = self._shelf.use(lambda its: its.execute(query, (json.dumps(ids),)).fetchall()) if ids else []
        return {row[0]: (row[1], row[2], row[3]) for row in found}

    def _put(self, calls: Sequence[CallSeen]) -> None:
        if calls:
            self._shelf.change(lambda its: writing.put(its, calls))

    def _count(self, counted: Sequence[writing.Counted]) -> None:
        if not counted:
            return
        try:
            self._shelf.change(lambda its: writing.count(its, counted, self._ids))
        except BaseException:
            self._ids.forget()
            raise

    def _state(self) -> IndexState:
        return self._shelf.use(how_far)

    def _read(self, work: Any) -> Any:
        try:
            return self._record.read(work)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            raise StoreError(f"the store cannot be read now ({type(error).__name__})") from None


_BEHIND = "SELECT n, call_id, flow, version, seen, last_seq FROM calls WHERE call_id = ?"


def _differs(known: tuple[int, int, bytes], row: tuple[str, int, bytes]) -> bool:
    """Whether the record is another than the one that is known: shorter, or as long with another end."""
    return row[1] < known[1] or (row[1] == known[1] and known[2] != b"" and row[2] != known[2])


def _counted(wanted: Sequence[Wanted], lines: Sequence[Any]) -> list[writing.Counted]:
    """What lines that were read count for; of the last call, only so far as they were read."""
    calls = {its.call_id: its for its in wanted}
    cut = lines[-1] if len(lines) >= LINES_AT_ONCE else None
    tallies = {its.call_id: Tally() for its in wanted}
    for call_id, _, kind, audit in lines:
        tallies[call_id].add(kind, audit_of(audit) if kind in READ else {})
    if cut is None:
        return [(its, its.upto, tallies[its.call_id]) for its in wanted]
    read = {line[0] for line in lines}
    return [(calls[its], cut[1] if its == cut[0] else calls[its].upto, tallies[its]) for its in sorted(read)]


def _told(call: Wanted, lines: Sequence[Line]) -> writing.Counted | None:
    """What lines that were told count for; None where there is a gap before them."""
    new = [line for line in lines if line.seq > call.seen]
    if not new or new[0].seq != call.seen + 1:
        return None
    tally = Tally()
    for line in new:
        if line.kind in COUNTED:
            tally.add(line.kind, line.audit)
    return call, new[-1].seq, tally
