"""`python -m tests.bench [--quick] [--records N]`: run all benchmarks and print what came of them."""

import argparse
import asyncio
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from interlock.app.telemetry.logs import configure_logs
from tests.bench.deciding import deciding
from tests.bench.handing import handing
from tests.bench.indexing import indexing, lists
from tests.bench.postgres import MISSING, postgres
from tests.bench.recording import recording
from tests.bench.rounds import rates
from tests.bench.times import Figure, table
from tests.bench.verifying import growth, verifying
from tests.bench.writing import writing


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each thing is done; `together` are so many calls at once, and the verdicts of each in a round."""

    decisions: int = 3000
    verdicts: int = 500
    calls: int = 100
    verdicts_per_call: int = 10
    sessions: int = 8
    handoffs: int = 40
    rounds: int = 5
    together: tuple[tuple[int, int], ...] = ((1, 200), (10, 100), (100, 40))
    records: tuple[int, ...] = (1_000, 10_000, 100_000)
    listed: int = 100_000


QUICK = Counts(
    decisions=600,
    verdicts=100,
    verdicts_per_call=3,
    sessions=2,
    handoffs=15,
    rounds=3,
    together=((1, 50), (10, 20), (100, 10)),
    records=(1_000, 10_000),
    listed=10_000,
)


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a fifth of the runs")
    parser.add_argument("--records", type=int, metavar="N", help="verify a record of so many entries, too")
    given = parser.parse_args(arguments)
    counts = QUICK if given.quick else Counts()
    if given.records:
        counts = replace(counts, records=tuple(sorted({*counts.records, given.records})))
    with open(os.devnull, "w") as nowhere:
        configure_logs("INFO", json=True, stream=nowhere)  # made as for a log collector, and read by nobody
        run(counts, Console())


def run(counts: Counts, console: Console) -> dict[str, list[Figure]]:
    """Run all benchmarks, in a folder of their own, and print each table as soon as it is there."""
    with tempfile.TemporaryDirectory(prefix="interlock-bench-") as made:
        folder = Path(made)
        parts: dict[str, Callable[[], list[Figure]]] = {
            "Deciding": lambda: deciding(counts.decisions),
            "Recording": lambda: asyncio.run(
                recording(folder, counts.verdicts, counts.calls, counts.verdicts_per_call)
            ),
            "Handing over": lambda: asyncio.run(handing(folder, counts.sessions, counts.handoffs)),
        }
        found: dict[str, list[Figure]] = {}
        for title, measure in parts.items():
            with console.status(f"{title} …"):
                found[title] = measure()
            console.print(table(title, found[title]))
        _print_stores(folder, counts, console)
        with console.status("Listing …"):
            listed = indexing(folder, counts.listed)
        console.print(lists(listed))
    return found


def _print_stores(folder: Path, counts: Counts, console: Console) -> None:
    """What is measured in either database."""
    with postgres(folder / "postgres") as database:
        if database is None:
            console.print(MISSING)
        with console.status("Writing …"):
            written = writing(folder, counts.together, counts.rounds, database and database("written"))
        console.print(rates(written))
        with console.status("Verifying …"):
            verified = verifying(folder, counts.records, database and database("verified"))
        console.print(growth(verified))


if __name__ == "__main__":
    main()
