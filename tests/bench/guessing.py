"""`python -m tests.bench.guessing [--guesses N] [--days N] [--seeds N]`: guesses among honest calls, against the real
counters.

Few secrets fall in a day, so their number is chance: beside it stands how many would be expected of as many tries. Each
scenario has the same honest callers: some err once or twice, most called from the same line before. Secrets are
postcodes that somebody could live in, which whoever guesses knows all of, and codes of appointments.
"""

import argparse
import random
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from guards.limits import CODES, PROOFS
from interlock.agents.call.journal import Entry
from interlock.app.store import BUSY_TIMEOUT_MS, Seal
from interlock.app.store.counting import Counters
from interlock.app.store.opening import database_for_writing
from interlock.app.store.rows import rows_of
from interlock.guards.quotas import DAY_S, Count, Quota, settled
from interlock.machines import CallerFacts

ACCOUNTS = 1000
POSTCODES = 8200
"""As many as Germany has."""
CODES_THERE_ARE, CODES_IN_USE = 900_000, 300
HONEST = 4_000
"""Honest calls of the day."""
KNOWN, ERRING, ERRING_TWICE, WITHOUT_NUMBER = 0.9, 0.1, 0.03, 0.05
AT = datetime(2026, 3, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scenario:
    """How the guesses of a day come: from so many numbers (0: none is shown), at so many accounts (0: at codes)."""

    what: str
    numbers: int
    accounts: int


SCENARIOS = (
    Scenario("nobody guesses", 1, 1),
    Scenario("one number, one account", 1, 1),
    Scenario("one number, all accounts", 1, ACCOUNTS),
    Scenario("a hundred numbers, one account", 100, 1),
    Scenario("a hundred numbers, all accounts", 100, ACCOUNTS),
    Scenario("a hundred numbers, codes", 100, 0),
    Scenario("a thousand numbers, codes", 1000, 0),
    Scenario("no number, one account", 0, 1),
    Scenario("no number, all accounts", 0, ACCOUNTS),
)


@dataclass
class Day:
    """What came of one: secrets that fell, guesses that were tried, and honest callers who were turned away.

    Honest callers are told apart by whether they showed a number.
    """

    scenario: Scenario
    guesses: int = 0
    days: float = 1.0
    tried: int = 0
    fell: set[str] = field(default_factory=set)
    honest: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    turned_away: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})

    @property
    def expected(self) -> float:
        """How many secrets as many tries find, each at a secret of its own."""
        return self.tried * (CODES_IN_USE / CODES_THERE_ARE if not self.scenario.accounts else 1 / POSTCODES)

    def and_also(self, other: "Day") -> "Day":
        """Both together."""
        return Day(
            self.scenario,
            self.guesses + other.guesses,
            self.days,
            self.tried + other.tried,
            {f"{n} {its}" for n, day in enumerate((self, other)) for its in day.fell},
            {shown: self.honest[shown] + other.honest[shown] for shown in (True, False)},
            {shown: self.turned_away[shown] + other.turned_away[shown] for shown in (True, False)},
        )


@dataclass(frozen=True, slots=True)
class Try:
    """One call's tries at one secret, at a second of the day."""

    at: float
    account: int
    facts: CallerFacts
    given: tuple[int, ...]
    honest: bool


class Desk:
    """Counts and checks, as a desk does."""

    def __init__(self, connection: Connection, chance: random.Random) -> None:
        self._connection = connection
        self._postcodes = [chance.randrange(POSTCODES) for _ in range(ACCOUNTS)]
        self._codes = set(chance.sample(range(CODES_THERE_ARE), CODES_IN_USE))

    def right(self, account: int, given: int) -> bool:
        return given in self._codes if account < 0 else self._postcodes[account] == given

    def knows(self, account: int) -> int:
        return self._postcodes[account]

    def asks(self, its: Try, given: int) -> str:
        """`refused`, `wrong` or `right`."""
        quota: Quota = CODES if its.account < 0 else PROOFS
        taken = quota.takes(its.facts, {"account_number": str(10_000 + its.account)})
        if not self._counted(taken, its.at):
            return "refused"
        if not self.right(its.account, given):
            return "wrong"
        self._counted(settled(taken, proved=True), its.at)
        return "right"

    def _counted(self, counts: tuple[Count, ...], at: float) -> bool:
        rows = rows_of([Entry("c", "f", 1, "quota.taken", AT, 0, counts=counts)], Seal())
        counters = Counters(self._connection, [rows], Seal(), now=at)
        full = counters.take(rows)
        counters.write(self._connection)
        return full is None


def a_day(scenario: Scenario, guesses: int, honest: int = HONEST, seed: int = 1, days: float = 1.0) -> Day:
    """Play it, the guesses and the honest calls spread over so many days."""
    chance, day = random.Random(seed), Day(scenario, guesses, days)
    folder = tempfile.TemporaryDirectory()
    with folder, closing(database_for_writing(Path(folder.name) / "calls.sqlite", BUSY_TIMEOUT_MS)) as database:
        database.transact(lambda connection: _play(Desk(connection, chance), day, honest, chance))
    return day


def _play(desk: Desk, day: Day, honest: int, chance: random.Random) -> None:
    for account in range(ACCOUNTS):
        if chance.random() < KNOWN:
            desk.asks(Try(0.0, account, _line(account), (), True), desk.knows(account))
    everybody = [*_honest(desk, honest, chance, day.days), *_guesses(day, chance)]
    for its in sorted(everybody, key=lambda each: each.at):
        answers = [desk.asks(its, given) for given in its.given]
        if its.honest:
            shown = its.facts.caller_phone is not None
            day.honest[shown] += 1
            day.turned_away[shown] += "right" not in answers
            continue
        day.tried += sum(answer != "refused" for answer in answers)
        if "right" in answers:
            day.fell.add(f"{its.account} {its.given if its.account < 0 else ''}")


def _honest(desk: Desk, calls: int, chance: random.Random, days: float) -> Iterator[Try]:
    for _ in range(calls):
        account = chance.randrange(ACCOUNTS)
        wrong = (chance.random() < ERRING) + (chance.random() < ERRING_TWICE)
        given = (*(-1,) * wrong, desk.knows(account))
        facts = CallerFacts() if chance.random() < WITHOUT_NUMBER else _line(account)
        yield Try(1 + chance.random() * days * DAY_S, account, facts, given, True)


def _guesses(day: Day, chance: random.Random) -> Iterator[Try]:
    scenario = day.scenario
    for n in range(day.guesses):
        account = -1 if not scenario.accounts else n % scenario.accounts
        facts = _number(n % scenario.numbers) if scenario.numbers else CallerFacts()
        given = chance.randrange(CODES_THERE_ARE if account < 0 else POSTCODES)
        yield Try(1 + chance.random() * day.days * DAY_S, account, facts, (given,), False)


def _line(account: int) -> CallerFacts:
    return CallerFacts(caller_phone=f"+4930{account:07d}")


def _number(n: int) -> CallerFacts:
    return CallerFacts(caller_phone=f"+4940{n:07d}")


def table(days: list[Day]) -> Table:
    """One row a day."""
    made = Table(
        "scenario", "guesses", "tried", "secrets that fell", "expected", "honest, with a number", "turned away",
        "honest, without", "turned away",
    )  # fmt: skip
    for day in days:
        fell = (day.guesses, day.tried, len(day.fell), f"{day.expected:.3f}")
        honest = (day.honest[True], day.turned_away[True], day.honest[False], day.turned_away[False])
        made.add_row(day.scenario.what, *map(str, (*fell, *honest)))
    return made


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.guessing", description=__doc__)
    parser.add_argument("--guesses", type=int, default=10_000)
    parser.add_argument("--days", type=float, default=1.0)
    parser.add_argument("--seeds", type=int, default=1)
    given = parser.parse_args()

    def played(its: Scenario) -> Day:
        guesses = 0 if its is SCENARIOS[0] else given.guesses
        days = (a_day(its, guesses, seed=seed + 1, days=given.days) for seed in range(given.seeds))
        return reduce(Day.and_also, days)

    Console(width=160).print(table([played(its) for its in SCENARIOS]))


if __name__ == "__main__":
    main()
