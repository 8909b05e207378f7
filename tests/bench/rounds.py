"""Rounds of many verdicts from calls that do not wait for each other, and the table they end in."""

import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from rich.table import Table

from tests.bench.times import Times

AIM_PER_S, AIM_AT = 2_000, 100
"""So many verdicts a second, from so many calls at once."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Round:
    """How fast one round was; times are milliseconds from handing a verdict over to knowing that it is durable."""

    per_s: float
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Written:
    """The rounds of `calls` at once in one database: through the journal, and in turns with them without it."""

    where: str
    calls: int
    ours: Sequence[Round]
    bare_name: str
    bare: Sequence[Round]

    @property
    def per_s(self) -> float:
        """Verdicts a second through the journal: the median of the rounds."""
        return statistics.median(each.per_s for each in self.ours)

    @property
    def reached(self) -> bool | None:
        """Whether the aim is; None where there is none."""
        return self.per_s >= AIM_PER_S if self.calls == AIM_AT else None


async def one_round(write: Callable[[T], Awaitable[None]], calls: Sequence[Sequence[T]]) -> Round:
    """Every call writes its verdicts one after the other, all calls at once."""
    times = Times("")

    async def one_after_the_other(verdicts: Sequence[T]) -> None:
        for verdict in verdicts:
            with times.one():
                await write(verdict)

    with _as_in_a_job():
        began = time.perf_counter()
        await asyncio.gather(*(one_after_the_other(verdicts) for verdicts in calls))
        took = time.perf_counter() - began
    return Round(len(times.seconds) / took, times.p50, times.p99)


@contextmanager
def _as_in_a_job() -> Iterator[None]:
    """What was there before is not searched for garbage: LiveKit freezes it in a job's process (`_preload_freeze`).

    Searching all that was imported takes some 30 ms, and would be all that p99 shows.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def rates(figures: Sequence[Written]) -> Table:
    """The figures for a person to read."""
    rounds = max(len(each.ours) for each in figures)
    title = f"Durable verdicts: median, and least to most of {rounds} rounds; bare is a transaction each"
    made = Table(title=title, title_justify="left")
    made.add_column("", ratio=1)
    for name in ("verdicts/s", "p50 ms", "p99 ms", "aim"):
        made.add_column(name, justify="right", no_wrap=True)
    for each in figures:
        calls = "1 call" if each.calls == 1 else f"{each.calls} calls at once"
        aim = "" if each.reached is None else f"{AIM_PER_S:,}/s: {'yes' if each.reached else 'no'}"
        style = {True: "green", False: "red", None: ""}[each.reached]
        made.add_row(f"{each.where}, {calls}", *_cells(each.ours), aim, style=style)
        made.add_row(f"  {each.bare_name}", *_cells(each.bare), style="dim")
    return made


def _cells(rounds: Sequence[Round]) -> list[str]:
    return [
        _spread([each.per_s for each in rounds], "{:,.0f}"),
        _spread([each.p50 for each in rounds], "{:.1f}"),
        _spread([each.p99 for each in rounds], "{:.1f}"),
    ]


def _spread(numbers: Sequence[float], form: str) -> str:
    middle, least, most = (form.format(n) for n in (statistics.median(numbers), min(numbers), max(numbers)))
    return f"{middle}\n{least}-{most}"
