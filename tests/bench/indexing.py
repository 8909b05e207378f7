"""Lists and sums over very many calls: building their index, asking it, and listing them from the command line."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

from rich.table import Table

from interlock.app.board.index import Edge, Filters, KeptIndex, open_index
from tests.bench.many_calls import LAST, write_many

PER_S_AIM, SIZE_AIM_PERCENT, ASKED_AIM_MS, LISTED_AIM_MS = 50_000, 20, 50.0, 300.0
AGAIN = 5
STYLES = {True: "green", False: "red"}


@dataclass(frozen=True, slots=True)
class Measured:
    """One line of the table; `value` is in `unit`, and well where it is at most `aim`, or at least where `more`."""

    what: str
    value: float
    unit: str
    aim: float
    more: bool = False

    @property
    def well(self) -> bool:
        """Whether the aim is reached."""
        return self.value >= self.aim if self.more else self.value <= self.aim


def indexing(folder: Path, calls: int) -> list[Measured]:
    """A record of so many calls, its index, every kind of question, and the commands."""
    store, path = folder / "many.sqlite", folder / "index.sqlite"
    records = write_many(store, calls)
    with closing(open_index(store, path)) as index:
        took = _seconds(lambda: list(index.build()))
        share = 100 * path.stat().st_size / store.stat().st_size
        found = [
            Measured(f"building, {calls:,} calls, {records:,} records", records / took, "records/s", PER_S_AIM, True),
            Measured("size of the journal's", share, "%", SIZE_AIM_PERCENT),
        ]
        found += [
            Measured(what, 1000 * median(_seconds(ask) for _ in range(AGAIN)), "ms", ASKED_AIM_MS)
            for what, ask in _questions(index)
        ]
        found.append(
            Measured("comparing with the record again", 1000 * _seconds(lambda: list(index.build())), "ms", 2e3)
        )
    listed = median(_seconds(lambda: _list_calls(store)) for _ in range(AGAIN))
    return [*found, Measured("interlock audit list, the whole command", 1000 * listed, "ms", LISTED_AIM_MS)]


def _questions(index: KeptIndex) -> Iterator[tuple[str, Callable[[], object]]]:
    middle = index.calls(Filters(until=LAST - timedelta(days=14)), limit=1)[0].n
    taken = [its for its in index.edges("support") if its.taken]
    rare = min(taken, key=lambda its: its.taken)
    several = Filters(
        went=(Edge("triage", "begin_triage"),), refused_by=("agreed",), reasons=("stale",), slower_s=1.0, trouble="any"
    )
    asked = {
        "the newest": Filters(),
        "that ended by silence": Filters(ended="caller_silent"),
        "last with a person": Filters(place="person"),
        "refused by one guard": Filters(refused_by=("agreed",)),
        "through one rare way": Filters(flow="support", went=(Edge(rare.source, rare.event, rare.target),)),
        "five filters at once": several,
        "that nothing fits": Filters(slower_s=1000.0),
    }
    for what, filters in asked.items():
        yield f"100 calls: {what}", lambda its=filters: index.calls(its)  # type: ignore[misc]
        yield f"how many: {what}", lambda its=filters: index.count(its)  # type: ignore[misc]
    yield "100 calls: a page from the middle", lambda: index.calls(Filters(), before=middle)
    since = LAST - timedelta(days=27, hours=5)
    yield "every way of a flow, 28 days", lambda: index.edges("support", since)
    yield "every guard of a flow, 28 days", lambda: index.guards("support", since)
    yield "how calls of a flow ended", lambda: index.ends("support", since)
    yield "bars of all calls by day", lambda: index.bars(Filters(), "day")
    yield "bars of a day by hour", lambda: index.bars(Filters(since=LAST - timedelta(days=1)), "hour")


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _list_calls(store: Path) -> None:
    command = [sys.executable, "-m", "interlock.app.command", "audit", "list"]
    subprocess.run(command, env={**os.environ, "INTERLOCK_STORE": str(store)}, stdout=subprocess.DEVNULL, check=True)


def lists(figures: list[Measured]) -> Table:
    """The figures for a person to read."""
    made = Table(title="Lists and sums", title_justify="left")
    made.add_column("", ratio=1)
    for name in ("measured", "aim"):
        made.add_column(name, justify="right")
    for its in figures:
        sign = "at least" if its.more else "at most"
        value = f"[{STYLES[its.well]}]{its.value:,.1f} {its.unit}[/]"
        made.add_row(its.what, value, f"{sign} {its.aim:,.0f} {its.unit}")
    return made
