"""The questions an index answers, in SQL."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import itemgetter
from typing import Any

from interlock.app.board.index import tally
from interlock.app.board.index.answers import Bar, By, CallInList, EdgeSum, EndSum, GuardSum, IndexState, What
from interlock.app.board.index.filters import TROUBLE, Filters
from interlock.app.board.index.numbers import BITS, DAY_US, HOUR_US, day_of, microseconds, number_at, time_at
from interlock.app.board.index.tally import unpacked

_COLUMNS = (
    "c.n, c.call_id, c.flow, c.version, c.began, c.ended, c.why, c.state, c.last_seq, c.accepted, c.refused, c.slowest,"
    " c.person, c.trouble, c.erased, c.seen >= c.last_seq"
)


@dataclass(slots=True)
class Query:
    """What calls are to be, in SQL: `where` of their rows, within bounds of their numbers.

    `marked` are things that are all in a call, the rarest first; each belongs to one version of one flow.
    """

    where: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    bounds: list[tuple[str, int]] = field(default_factory=list)
    marked: list[int] = field(default_factory=list)

    def add(self, condition: str, *values: Any) -> None:
        """Narrow it by a condition on rows of `calls AS c`."""
        self.where.append(condition)
        self.values += values

    def sql(self, columns: str, rest: str = "", *, rows: bool = True) -> tuple[str, list[Any]]:
        """The statement and its values; without `rows` nothing is wanted of a call's row but what must fit."""
        names = [f"m{at}" for at in range(len(self.marked))]
        n = f"{names[0]}.n" if names else "c.n"
        sources = [f"marks AS {name}" for name in names]
        if rows or self.where or not names:
            sources.append("calls AS c")
        conditions = [f"{name}.what = ?" for name in names]
        conditions += [f"{source.rpartition(' ')[2]}.n = {n}" for source in sources[1:]]
        conditions += [*(f"{n} {sign} ?" for sign, _ in self.bounds), *self.where]
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        values = [*self.marked, *(value for _, value in self.bounds), *self.values]
        return f"SELECT {columns} FROM {' CROSS JOIN '.join(sources)}{where}{rest.format(n=n)}", values


def queries(connection: sqlite3.Connection, filters: Filters, before: int | None = None) -> list[Query]:
    """The filters as queries, of which no two find the same call: one, or one for each version of a flow."""
    query = Query()
    if filters.since is not None:
        query.bounds.append((">=", number_at(microseconds(filters.since))))
    if filters.until is not None:
        query.bounds.append(("<", number_at(microseconds(filters.until))))
    if before is not None:
        query.bounds.append(("<", before))
    things = list(_things(filters))
    _of_rows(query, filters, marked=bool(things))
    if not things:
        return [query]
    found = [_ids(connection, filters, kind, parts) for kind, parts in things]
    common = sorted(set.intersection(*(set(ids) for ids in found)))
    return [replace(query, marked=_rarest_first(connection, {ids[version] for ids in found})) for version in common]


def _of_rows(query: Query, filters: Filters, *, marked: bool) -> None:
    if filters.flow is not None and not marked:
        query.add("c.flow = ?", filters.flow)
    if filters.version is not None and not marked:
        query.add("c.version = ?", filters.version)
    if filters.ended == "":
        query.add("c.why = '' AND c.ended IS NULL")
    elif filters.ended is not None:
        query.add("c.why = ?", filters.ended)
    if filters.place is not None:
        query.add("c.state = ?", filters.place)
    if filters.person is not None:
        query.add("c.person = ?", filters.person)
    if filters.erased is not None:
        query.add("c.erased = ?", filters.erased)
    if filters.slower_s is not None:
        query.add("c.slowest > ?", filters.slower_s * 1000)
    if filters.trouble == "any":
        query.add("c.trouble <> 0")
    elif filters.trouble is not None:
        bit = 1 << TROUBLE.index(filters.trouble) if filters.trouble in TROUBLE else 0
        query.add("c.trouble & ? <> 0", bit)
    if filters.call is not None:
        query.add("c.call_id >= ? AND substr(c.call_id, 1, ?) = ?", filters.call, len(filters.call), filters.call)


def _things(filters: Filters) -> Iterable[tuple[str, tuple[str, str, str]]]:
    for edge in filters.went:
        yield tally.WENT if edge.target else tally.LEFT, (edge.source, edge.event, edge.target)
    for event in filters.asked:
        yield tally.ASKED, (event, "", "")
    for guard in filters.refused_by:
        yield tally.REFUSED_BY, (guard, "", "")
    for reason in filters.reasons:
        yield tally.REASON, (reason, "", "")


def _ids(
    connection: sqlite3.Connection, filters: Filters, kind: str, parts: tuple[str, str, str]
) -> dict[tuple[str, int], int]:
    """The ids of a thing, by flow and version."""
    sql = "SELECT flow, version, id FROM whats WHERE (kind, a, b, c) = (?, ?, ?, ?)"
    found = connection.execute(sql, (kind, *parts))
    return {
        (flow, version): what
        for flow, version, what in found
        if filters.flow in (None, flow) and filters.version in (None, version)
    }


def _rarest_first(connection: sqlite3.Connection, ids: set[int]) -> list[int]:
    sql = "SELECT sum(times) FROM days WHERE what = ?"
    return sorted(ids, key=lambda what: (connection.execute(sql, (what,)).fetchone()[0] or 0, what))


def _marks(ids: Sequence[object]) -> str:
    return ",".join("?" * len(ids))


def calls(connection: sqlite3.Connection, filters: Filters, before: int | None, limit: int) -> list[CallInList]:
    """The newest that fit, from the one before."""
    found: list[Sequence[Any]] = []
    for query in queries(connection, filters, before):
        sql, values = query.sql(_COLUMNS, " ORDER BY {n} DESC LIMIT ?")
        found += connection.execute(sql, [*values, limit])
    return [_call(row) for row in sorted(found, key=itemgetter(0), reverse=True)[:limit]]


def count(connection: sqlite3.Connection, filters: Filters) -> int:
    """How many fit."""
    asked = (query.sql("count(*)", rows=False) for query in queries(connection, filters))
    return sum(connection.execute(*its).fetchone()[0] for its in asked)


def bars(connection: sqlite3.Connection, filters: Filters, by: By) -> list[Bar]:
    """How many fit in each hour or day."""
    us = HOUR_US if by == "hour" else DAY_US
    columns = f"(c.n >> {BITS}) / {us} AS at, count(*), sum(c.refused > 0)"
    fit, refused = Counter[int](), Counter[int]()
    for query in queries(connection, filters):
        for at, number, with_refusal in connection.execute(*query.sql(columns, " GROUP BY at")):
            fit[at] += number
            refused[at] += with_refusal
    return [Bar(time_at(at * us), fit[at], refused[at]) for at in sorted(fit)]


def edges(connection: sqlite3.Connection, flow: str, since: datetime | None, version: int | None) -> list[EdgeSum]:
    """Each way, taken and refused."""
    sums = _sums(connection, (tally.WENT, tally.NO_WAY), flow, since, version)
    ways = sorted({parts for _, parts in sums})
    return [EdgeSum(*parts, sums[tally.WENT, parts], sums[tally.NO_WAY, parts]) for parts in ways]


def guards(connection: sqlite3.Connection, flow: str, since: datetime | None, version: int | None) -> list[GuardSum]:
    """What each guard said where."""
    kinds = (tally.HELD, tally.NOT_HELD, tally.FAILED, tally.SAID_NO)
    sums = _sums(connection, kinds, flow, since, version)
    return [GuardSum(*parts, *(sums[kind, parts] for kind in kinds)) for parts in sorted({parts for _, parts in sums})]


def ends(connection: sqlite3.Connection, flow: str, since: datetime | None, version: int | None) -> list[EndSum]:
    """How many calls ended how."""
    query = Query()
    query.add("c.flow = ?", flow)
    if version is not None:
        query.add("c.version = ?", version)
    if since is not None:
        query.bounds.append((">=", number_at(microseconds(since))))
    rest = " GROUP BY c.why ORDER BY 2 DESC, 1"
    return [EndSum(*row) for row in connection.execute(*query.sql("c.why, count(*)", rest))]


Sums = Counter[tuple[str, tuple[str, str, str]]]


def _sums(
    connection: sqlite3.Connection, kinds: Sequence[str], flow: str, since: datetime | None, version: int | None
) -> Sums:
    """Whole days by their sums, the day that `since` is in call by call."""
    of = "" if version is None else " AND version = ?"
    sql = f"SELECT id, kind, a, b, c FROM whats WHERE kind IN ({_marks(kinds)}) AND flow = ?{of}"
    values = [*kinds, flow, *([] if version is None else [version])]
    whats = {row[0]: (row[1], (row[2], row[3], row[4])) for row in connection.execute(sql, values)}
    first = number_at(microseconds(since)) if since is not None else 0
    day = day_of(first)
    whole = day if first == number_at(day * DAY_US) else day + 1
    times: Counter[int] = Counter()
    for what in whats:
        found = connection.execute("SELECT sum(times) FROM days WHERE what = ? AND day >= ?", (what, whole)).fetchone()
        times[what] += found[0] or 0
    if whole > day:
        part = (first, number_at(whole * DAY_US))
        for row in connection.execute("SELECT tally FROM tallies WHERE n >= ? AND n < ?", part):
            for what, number in unpacked(row[0]):
                if what in whats:
                    times[what] += number
    sums: Sums = Counter()
    for what, number in times.items():
        if number:
            sums[whats[what]] += number
    return sums


_KNOWN: dict[What, str] = {"asked": tally.ASKED, "refused_by": tally.REFUSED_BY, "reason": tally.REASON}
_ROWS: dict[What, str] = {"flow": "flow", "ended": "why", "place": "state"}


def known(connection: sqlite3.Connection, what: What, flow: str | None) -> list[str]:
    """The values there are."""
    of = "" if flow is None else " AND {}flow = ?"
    values = [] if flow is None else [flow]
    if what in _ROWS:
        sql = f"SELECT DISTINCT {_ROWS[what]} FROM calls WHERE {_ROWS[what]} <> ''{of.format('')} ORDER BY 1"
    elif what in _KNOWN:
        there = "EXISTS (SELECT 1 FROM marks WHERE what = w.id)" + of.format("w.")
        sql = f"SELECT DISTINCT w.a FROM whats AS w WHERE w.kind = '{_KNOWN[what]}' AND {there} ORDER BY 1"
    else:
        bits = connection.execute(f"SELECT DISTINCT trouble FROM calls WHERE trouble <> 0{of.format('')}", values)
        found = [row[0] for row in bits]
        return [name for bit, name in enumerate(TROUBLE) if any(its & 1 << bit for its in found)]
    return [row[0] for row in connection.execute(sql, values)]


def how_far(connection: sqlite3.Connection) -> IndexState:
    """What is counted in full, back to when."""
    every = connection.execute("SELECT count(*) FROM calls").fetchone()[0]
    compared = connection.execute("SELECT 1 FROM notes WHERE name = 'compared'").fetchone() is not None
    last = connection.execute("SELECT n FROM calls WHERE seen < last_seq ORDER BY n DESC LIMIT 1").fetchone()
    if last is None:
        return IndexState(every, every, None, compared)
    newest = connection.execute("SELECT count(*), min(n) FROM calls WHERE n > ?", last).fetchone()
    return IndexState(every, newest[0], time_at(newest[1] >> BITS) if newest[0] else None, False)


def _call(row: Sequence[Any]) -> CallInList:
    return CallInList(
        n=row[0],
        call_id=row[1],
        flow=row[2],
        version=row[3],
        began=time_at(row[4]),
        ended=time_at(row[5]) if row[5] is not None else None,
        why=row[6] if row[5] is not None else None,
        state=row[7],
        last_seq=row[8],
        accepted=row[9],
        refused=row[10],
        slowest_ms=row[11],
        person=bool(row[12]),
        trouble=tuple(name for bit, name in enumerate(TROUBLE) if row[13] & 1 << bit),
        erased=bool(row[14]),
        complete=bool(row[15]),
    )
