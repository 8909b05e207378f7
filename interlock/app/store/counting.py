"""Counting what outlives a call, in the transaction of the entries that count it: all of them fit, or none is written.

A window begins with the first that is counted in it, and is over by the database's clock: what nobody counts any more
locks nobody out. Counters are found by a hash of whose they are under the store's own key, which stays when
INTERLOCK_STORE_KEY is changed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from interlock.agents.call.journal import QuotaSpent
from interlock.app.store import tables
from interlock.app.store.rows import EntryRow
from interlock.app.store.sealing import Seal
from interlock.app.store.sql import compiled_once
from interlock.guards.quotas import KNOWN_FOR_S, Count, Limit, Spent

PROVED = Limit(1, KNOWN_FOR_S)
"""How long somebody stays known."""
TIDIED = 100
"""How many counters whose window is over are deleted by a transaction that counts."""


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
        # In one order, so that no two transactions wait for each other.
        self._at = {key: _held(connection, asked[key]) for key in sorted(asked)}
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
            if count.whose == "caller" and count.known:
                self._at_one_account(changed, its.key, count)
            if count.how == "know":
                own = self._at[self._key(_beside(count, "known"))]
                changed[own.key] = replace(own, count=0, until=0.0)
        if spent:
            return QuotaSpent(spent)
        self._at.update(changed)
        return None

    def write(self, connection: Connection) -> None:
        """Put back what changed, and delete some of what is over."""
        changed = [its for key, its in self._at.items() if its != self._before[key]]
        if changed:
            rows = [{"its": each.key, "n": each.count, "to": each.until} for each in changed]
            _statements(connection.dialect)["change"].run(connection, rows)
        if self._at:
            tidy(connection, self.now)

    def _asked(self, count: Count) -> Iterator[Counter]:
        """The counters that doing it may read."""
        yield Counter(self._key(count), count.quota, count.whose)
        for its in map(partial(_beside, count), ("known", "proved", "tried") if count.known else ()):
            yield Counter(self._key(its), its.quota, its.whose)

    def _as_known(self, count: Count) -> Count:
        """Who is known for the account has a count of their own, instead of those they share with strangers."""
        if not count.known or count.instead is None or count.how in ("begin_anew", "know"):
            return count
        if self._at[self._key(_beside(count, "proved"))].until <= self.now:
            return count
        return _beside(count, "known")

    def _current(self, at: Mapping[bytes, Counter], count: Count) -> Counter:
        """The counter of a count, empty where its window is over."""
        its = at[self._key(_beside(count, "proved") if count.how == "know" else count)]
        return its if its.until > self.now else replace(its, count=0, until=0.0)

    def _counted(self, its: Counter, count: Count) -> Counter:
        match count.how:
            case "take":
                return replace(its, count=its.count + 1, until=its.until or self.now + count.limit.within_s)
            case "give_back":
                return replace(its, count=max(0, its.count - 1))
            case "take_back":
                return its
            case "begin_anew":
                return replace(its, count=0, until=0.0)
            case "know":
                return replace(its, count=1, until=self.now + KNOWN_FOR_S)

    def _at_one_account(self, changed: dict[bytes, Counter], key: bytes, count: Count) -> None:
        """Count what of a caller's is at one account, in the very window of the caller; or take that back."""
        caller, tried = changed[key], self._at[self._key(_beside(count, "tried"))]
        there = tried.count if tried.until == caller.until else 0
        match count.how:
            case "take":
                there += 1
            case "give_back":
                there = max(0, there - 1)
            case "take_back":
                changed[key], there = replace(caller, count=max(0, caller.count - there)), 0
        changed[tried.key] = replace(tried, count=there, until=caller.until)

    def _key(self, count: Count) -> bytes:
        """Each window has a counter of its own."""
        return self._seal.name_of("quota", count.quota, count.whose, count.subject, f"{count.limit.within_s:.0f}")


def _beside(count: Count, whose: str) -> Count:
    """What is counted beside it for who is known: their own count, that they proved it, what they tried at it."""
    within = {"known": count.instead or count.limit, "proved": PROVED, "tried": count.limit}[whose]
    return replace(count, whose=whose, subject=count.known, limit=within)


def _counts_in(appends: Iterable[Sequence[EntryRow]]) -> list[Count]:
    return [count for rows in appends for row in rows for count in row.entry.counts]


def tidy(connection: Connection, now: float, limit: int = TIDIED) -> int:
    """Delete counters whose window is over, but for those that somebody holds; how many."""
    return len(_statements(connection.dialect)["tidy"].rows(connection, {"now": now, "most": limit}))


def _now(connection: Connection) -> float:
    return float(_statements(connection.dialect)["now"].rows(connection, {})[0][0])


def _held(connection: Connection, its: Counter) -> Counter:
    """The counter as it is, made where there is none, and held."""
    asked = {"key": its.key, "quota": its.quota, "whose": its.whose}
    return Counter(its.key, its.quota, its.whose, *_statements(connection.dialect)["hold"].rows(connection, asked)[0])


@compiled_once
def _statements(dialect: str) -> dict[str, Any]:
    table, c = tables.counters, tables.counters.c
    given: dict[str, Any] = {name: bindparam(name, type_=c[name].type) for name in ("key", "quota", "whose")}
    make = (
        (sqlite if dialect == "sqlite" else postgresql).insert(table).values(**given, count=text("0"), until=text("0"))
    )
    over = select(c.key).where(c.until <= bindparam("now", type_=c.until.type))
    over = over.order_by(c.until).limit(bindparam("most", type_=c.count.type))
    if dialect != "sqlite":
        over = over.with_for_update(skip_locked=True)
    changed = {"count": bindparam("n", type_=c.count.type), "until": bindparam("to", type_=c.until.type)}
    return {
        "now": select(tables.db_now()),
        "hold": make.on_conflict_do_update(index_elements=[c.key], set_={"whose": c.whose}).returning(c.count, c.until),
        "change": update(table).where(c.key == bindparam("its", type_=c.key.type)).values(changed),
        "tidy": delete(table).where(c.key.in_(over.scalar_subquery())).returning(c.key),
    }
