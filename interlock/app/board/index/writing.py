"""Putting calls into the index and taking them out again; each line counts once, whoever else writes the same index."""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence

from interlock.app.board.index.numbers import day_of, number_of
from interlock.app.board.index.reading import CallSeen, Wanted
from interlock.app.board.index.tally import MARKED, Tally, packed, unpacked

Counted = tuple[Wanted, int, Tally]
"""What is to be counted of a call, the number of the last line that is, and what they count for."""

_NEW = (
    "INSERT INTO calls (n, call_id, flow, version, began, ended, why, state, last_seq, head, seen, accepted, refused,"
    " slowest, person, trouble, erased) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, NULL, 0, 0, 0)"
    " ON CONFLICT (call_id) DO UPDATE SET ended = excluded.ended, why = excluded.why, state = excluded.state,"
    " last_seq = excluded.last_seq, head = excluded.head WHERE excluded.last_seq > last_seq"
)
_SAME = "UPDATE calls SET head = ? WHERE call_id = ? AND last_seq = ? AND head = x''"
_COUNTED = (
    "UPDATE calls SET seen = ?, accepted = accepted + ?, refused = refused + ?, person = person | ?,"
    " trouble = trouble | ?, erased = erased | ?,"
    " slowest = CASE WHEN ? < 0 THEN slowest ELSE max(coalesce(slowest, 0), ?) END WHERE n = ? AND seen = ?"
)
_DAYS = "INSERT INTO days VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET times = times + excluded.times"


class Ids:
    """The ids of what is counted, known for as long as the file stays the same."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], int] = {}
        self._kept_by: sqlite3.Connection | None = None

    def use(self, connection: sqlite3.Connection) -> None:
        """From here on, of this connection's file."""
        if connection is not self._kept_by:
            self.forget()
            self._kept_by = connection

    def forget(self) -> None:
        """After something was undone."""
        self._known.clear()
        self._kept_by = None

    def of(self, connection: sqlite3.Connection, call: Wanted, what: tuple[str, str, str, str]) -> int:
        """The id of a thing in a flow's version, given when it has none."""
        key = (call.flow, str(call.version), *what)
        found = self._known.get(key)
        if found is None:
            kind, *parts = what
            values = (kind, call.flow, call.version, *parts)
            connection.execute(
                "INSERT OR IGNORE INTO whats (kind, flow, version, a, b, c) VALUES (?,?,?,?,?,?)", values
            )
            query = "SELECT id FROM whats WHERE (kind, flow, version, a, b, c) = (?,?,?,?,?,?)"
            found = self._known[key] = connection.execute(query, values).fetchone()[0]
        return int(found)


def put(connection: sqlite3.Connection, calls: Sequence[CallSeen]) -> None:
    """Take in what rows say; one that says less than is known is an older look at it."""
    rows = [(number_of(its.began, its.call_id), its) for its in calls]
    connection.execute("SAVEPOINT many")
    try:
        connection.executemany(_NEW, [(n, *_row(its)) for n, its in rows])
    except sqlite3.IntegrityError:  # two calls of one microsecond have one number
        connection.execute("ROLLBACK TO many")
        for n, its in rows:
            connection.execute(_NEW, (_free(connection, n, its.call_id), *_row(its)))
    connection.execute("RELEASE many")
    connection.executemany(_SAME, [(its.head, its.call_id, its.last_seq) for its in calls if its.head])


def _row(its: CallSeen) -> tuple[object, ...]:
    whole = (its.ended, its.why, its.state, its.last_seq, its.head)
    return its.call_id, its.flow, its.version, its.began, *whole


def behind(connection: sqlite3.Connection, calls: int, lines: int) -> list[Wanted]:
    """The newest calls of which not every line is counted: so many, or fewer where they have so many lines."""
    query = "SELECT n, call_id, flow, version, seen, last_seq FROM calls WHERE seen < last_seq ORDER BY n DESC LIMIT ?"
    chosen: list[Wanted] = []
    for row in connection.execute(query, (calls,)):
        its = Wanted(*row)
        lines -= its.upto - its.seen
        if chosen and lines < 0:
            break
        chosen.append(its)
    return chosen


def count(connection: sqlite3.Connection, counted: Sequence[Counted], ids: Ids) -> None:
    """Count lines, where nobody counted them meanwhile."""
    ids.use(connection)
    days: Counter[tuple[int, int]] = Counter()
    marks: list[tuple[int, int]] = []
    tallies: list[tuple[int, bytes]] = []
    for call, upto, tally in counted:
        slowest = (tally.slowest, tally.slowest)
        flags = (tally.person, tally.trouble, tally.erased)
        row = (upto, tally.accepted, tally.refused, *flags, *slowest, call.n, call.seen)
        if not connection.execute(_COUNTED, row).rowcount or not tally.whats:
            continue
        times = {ids.of(connection, call, what): number for what, number in tally.whats.items()}
        day = day_of(call.n)
        for what, number in times.items():
            days[what, day] += number
        marks += [(ids.of(connection, call, what), call.n) for what in tally.whats if what[0] in MARKED]
        tallies.append((call.n, packed(_with_before(connection, call, times))))
    connection.executemany("INSERT OR IGNORE INTO marks VALUES (?, ?)", sorted(marks))
    connection.executemany("INSERT OR REPLACE INTO tallies VALUES (?, ?)", tallies)
    connection.executemany(_DAYS, ((*key, number) for key, number in sorted(days.items())))


def take_out(connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
    """Leave nothing of these calls, in no sum either."""
    for n in numbers:
        found = connection.execute("SELECT tally FROM tallies WHERE n = ?", (n,)).fetchone()
        times = dict(unpacked(found[0])) if found else {}
        day = day_of(n)
        connection.executemany(_DAYS, [(what, day, -number) for what, number in times.items()])
        connection.executemany("DELETE FROM days WHERE what = ? AND day = ? AND times = 0", [(w, day) for w in times])
        connection.executemany("DELETE FROM marks WHERE what = ? AND n = ?", [(what, n) for what in times])
        connection.execute("DELETE FROM tallies WHERE n = ?", (n,))
        connection.execute("DELETE FROM calls WHERE n = ?", (n,))


def _with_before(connection: sqlite3.Connection, call: Wanted, times: Mapping[int, int]) -> Mapping[int, int]:
    found = connection.execute("SELECT tally FROM tallies WHERE n = ?", (call.n,)).fetchone() if call.seen else None
    return times if found is None else Counter(dict(unpacked(found[0]))) + Counter(times)


def _free(connection: sqlite3.Connection, n: int, call_id: str) -> int:
    """The next number that no other call has."""
    while connection.execute("SELECT 1 FROM calls WHERE n = ? AND call_id <> ?", (n, call_id)).fetchone():
        n += 1
    return n
