"""Verifying a record: how many entries a second, and how time and memory grow with their number.

`python -m tests.bench.verifying N` makes SQLite records of N entries, verifies them, and prints what came of it.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from interlock.agents.call.journal import Entry
from interlock.app.proof.keys import new_key
from interlock.app.proof.signing import Checkpoints
from interlock.app.store import open_journal
from interlock.machines.base import Snapshot

AIM_PER_S = 200_000
STYLES = {True: "green", False: "red"}
EACH, TOGETHER = 50, 20
"""So many entries are a call, and so many calls are written at the same time."""
APART: dict[str, Any] = {
    "args": {"order_number": "1042", "amount_cents": 1000},
    "facts": {"caller_name": "Anna", "account_id": "4471", "issue_category": "billing", "caller_verified": True},
}
"""What each verdict keeps apart, and covers by a commitment."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A verification of `records` entries in a process of its own, which took `mib` of memory at most.

    `bare_seconds` is without checkpoints.
    """

    where: str
    records: int
    seconds: float
    bare_seconds: float
    mib: float


def verifying(folder: Path, sizes: Sequence[int], url: str | None) -> list[Verified]:
    """One record of either database, verified at each size; only SQLite's without the `url` of a PostgreSQL."""
    made = _grown("SQLite", str(folder / "verified.sqlite"), folder / "sqlite", sizes)
    made += _grown("SQLite, facts and arguments", str(folder / "apart.sqlite"), folder / "apart", sizes, APART)
    return made + (_grown("PostgreSQL", url, folder / "signed", sizes) if url else [])


def growth(figures: Sequence[Verified]) -> Table:
    """The figures for a person to read."""
    made = Table(title=f"Verifying, with a checkpoint of each {EACH} records and without", title_justify="left")
    made.add_column("", ratio=1)
    for name in ("records", "with", "without", "peak MiB", f"aim {AIM_PER_S:,}/s"):
        made.add_column(name, justify="right", no_wrap=True)
    for each in figures:
        both = (each.seconds, each.bare_seconds)
        rates = [each.records / seconds for seconds in both]
        reached = max(rates) >= AIM_PER_S
        numbers = [f"{seconds:.3f} s\n{rate:,.0f}/s" for seconds, rate in zip(both, rates, strict=True)]
        aim = "yes" if min(rates) >= AIM_PER_S else "only without" if reached else "no"
        made.add_row(each.where, f"{each.records:,}", *numbers, f"{each.mib:.0f}", aim, style=STYLES[reached])
    return made


def _grown(
    where: str, store: str, signed: Path, sizes: Sequence[int], private: dict[str, Any] | None = None
) -> list[Verified]:
    """One record, added to until it has each size."""
    key, made, there = new_key(), [], 0
    for size in sizes:
        with open_journal(store, checkpoints=Checkpoints(signed, key, 3600.0, 10 * EACH)) as journal:
            asyncio.run(_fill(journal.append, there // EACH, size // EACH, private))
        there = size
        command = [sys.executable, "-m", "tests.bench.verifier", store, str(signed), key.public.text]
        said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        assert said["records"] == size // EACH * EACH, f"{said['records']} records were verified, expected {size}"
        made.append(Verified(where, **said))
    return made


async def _fill(
    append: Callable[[Sequence[Entry]], Awaitable[None]], first: int, last: int, private: dict[str, Any] | None
) -> None:
    for start in range(first, last, TOGETHER):
        await asyncio.gather(*(append(_call(number, private)) for number in range(start, min(start + TOGETHER, last))))


def _call(number: int, private: dict[str, Any] | None) -> list[Entry]:
    call_id, at = f"call-{number:08}", datetime.now(UTC)
    said = {"event": "route_to_billing", "kind": "accepted", "before": ["live", "triage"], "after": ["live", "billing"]}
    first = {"machine": "Support", "version": 1, "state": "triage"}
    opened = Entry(call_id, "support", 1, "call.opened", at, 0, first, snapshot=_standing("triage", 0))
    middle = [
        Entry(call_id, "support", seq, "transition.accepted", at, seq, said, private, _standing("billing", seq))
        for seq in range(2, EACH)
    ]
    return [opened, *middle, Entry(call_id, "support", EACH, "call.ended", at, EACH, {"reason": "caller_left"})]


def _standing(state: str, epoch: int) -> Snapshot:
    return Snapshot("Support", 1, ("live", state), {}, epoch)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.verifying", description=__doc__)
    parser.add_argument("many", type=int)
    with tempfile.TemporaryDirectory(prefix="interlock-bench-") as made:
        Console().print(growth(verifying(Path(made), [parser.parse_args().many], None)))


if __name__ == "__main__":
    main()
