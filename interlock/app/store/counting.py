"""Counting what outlives a call, in the transaction of the entries that count it: all of them fit, or none is written.

A window begins with the first that is counted in it, and is over by the database's clock: what nobody counts any more
locks nobody out. Counters are found by a hash of whose they are under the store's own key, which stays when
INTERLOCK_STORE_KEY is changed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import ceil

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from interlock.agents.call.journal import QuotaSpent
from interlock.app.store import tables
from interlock.app.store.rows import EntryRow
from interlock.app.store.sealing import Seal
from interlock.guards.quotas import KNOWN_FOR_S, Count, Spent

TIDIED = 100
"""How many counters whose window is over are deleted by a transaction that counts."""
ROWS = 500
"""How many counters one statement holds; a database takes so many parameters and no more."""


@dataclass(frozen=True, slots=True)
class Counter:
    """One row: how many were counted in the window that ends at `until`, in seconds since 1970."""

    key: bytes
    quota: str
    whose: str
    count: int = 0
    until: float = 0.0


class Counters:
    """Every counter that a transaction asks for, held until it ends; `write` puts back what changed."""

    def __init__(
        self, connection: Connection, appends: Iterable[Sequence[EntryRow]], seal: Seal, now: float | None = None
    ) -> None:
        self._seal = seal
        asked = {its.key: its for count in _counts_in(appends) for its in self._asked(count)}
        self.now = 0.0 if not asked else _now(connection) if now is None else now
        self._at = {its.key: its for some in _pages(sorted(asked)) for its in _held(connection, asked, some)}
        self._before = dict(self._at)

    def take(self, rows: Sequence[EntryRow]) -> QuotaSpent | None:
        """Do all of an append's counts, or none where one of those it takes is full."""
        changed: dict[bytes, Counter] = {}
        spent = []
        for count in dict.fromkeys(map(self._as_known, _counts_in([rows]))):
            its = self._current({**self._at, **changed} if changed else self._at, count)
            if count.how == "take" and its.count >= count.limit.most:
                spent.append(Spent(count.quota, count.whose, max(1, ceil(its.until - self.now))))
            changed[its.key] = self._counted(its, count)
        if spent:
            return QuotaSpent(spent)
        self._at.update(changed)
        return None

    def write(self, connection: Connection) -> None:
        """Put back what changed, and delete some of what is over."""
        changed = [its for key, its in self._at.items() if its != self._before[key]]
        if changed:
            connection.execute(_CHANGE, [{"its": each.key, "n": each.count, "to": each.until} for each in changed])
        if self._at:
            tidy(connection, self.now)

    def _asked(self, count: Count) -> Iterator[Counter]:
        """The counters that doing it may read."""
        yield Counter(self._key(count.quota, count.whose, count.subject), count.quota, count.whose)
        for whose in ("known", "proved") if count.known else ():
            yield Counter(self._key(count.quota, whose, count.known), count.quota, whose)

    def _as_known(self, count: Count) -> Count:
        """Who is known for the account has a count of their own, instead of those they share with strangers."""
        if not count.known or count.instead is None or count.how in ("begin_anew", "know"):
            return count
        proved = self._at[self._key(count.quota, "proved", count.known)]
        if proved.until <= self.now:
            return count
        return replace(count, whose="known", subject=count.known, limit=count.instead)

    def _current(self, at: Mapping[bytes, Counter], count: Count) -> Counter:
        """The counter of a count, empty where its window is over."""
        whose, subject = ("proved", count.known) if count.how == "know" else (count.whose, count.subject)
        its = at[self._key(count.quota, whose, subject)]
        return its if its.until > self.now else replace(its, count=0, until=0.0)

    def _counted(self, its: Counter, count: Count) -> Counter:
        match count.how:
            case "take":
                return replace(its, count=its.count + 1, until=its.until or self.now + count.limit.within_s)
            case "give_back":
                return replace(its, count=max(0, its.count - 1))
            case "begin_anew":
                return replace(its, count=0, until=0.0)
            case "know":
                return replace(its, count=1, until=self.now + KNOWN_FOR_S)

    def _key(self, quota: str, whose: str, subject: str) -> bytes:
        return self._seal.name_of("quota", quota, whose, subject)


def _counts_in(appends: Iterable[Sequence[EntryRow]]) -> list[Count]:
    return [count for rows in appends for row in rows for count in row.entry.counts]


def tidy(connection: Connection, now: float, limit: int = TIDIED) -> int:
    """Delete counters whose window is over, but for those that somebody holds; how many."""
    c = tables.counters.c
    over = select(c.key).where(c.until <= now).order_by(c.until).limit(limit)
    over = over if connection.dialect.name == "sqlite" else over.with_for_update(skip_locked=True)
    return int(connection.execute(delete(tables.counters).where(c.key.in_(over.scalar_subquery()))).rowcount)


def _held(connection: Connection, asked: Mapping[bytes, Counter], keys: Sequence[bytes]) -> list[Counter]:
    """The counters of these keys, made where there is none; in one order, so that no two wait for each other."""
    table, c = tables.counters, tables.counters.c
    new = [{"key": k, "quota": asked[k].quota, "whose": asked[k].whose, "count": 0, "until": 0.0} for k in keys]
    make = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table).values(new)
    held = make.on_conflict_do_update(index_elements=[c.key], set_={"whose": make.excluded.whose}).returning(*c)
    return [Counter(bytes(row.key), *row[1:]) for row in connection.execute(held)]


def _pages(keys: Sequence[bytes]) -> Iterator[list[bytes]]:
    left = iter(keys)
    while page := list(islice(left, ROWS)):
        yield page


def _now(connection: Connection) -> float:
    return float(connection.execute(select(tables.db_now())).scalar_one())


_CHANGE = (
    update(tables.counters)
    .where(tables.counters.c.key == bindparam("its"))
    .values(count=bindparam("n"), until=bindparam("to"))
)
