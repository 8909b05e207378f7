"""Durable verdicts a second, beside the bare database with the same rows and a transaction for each verdict."""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from interlock.agents.call.draft import DraftEntry, verdict_entry
from interlock.agents.call.journal import Entry
from interlock.app.store import Seal, StoreJournal, open_journal
from interlock.app.store.rows import rows_of
from interlock.guards.base import Proposal
from interlock.machines.base import Snapshot
from interlock.machines.decide import decide
from machines.support import Support
from tests.bench.deciding import BACK, PROVED, THERE, technical_desk
from tests.bench.plain import plain
from tests.bench.rounds import Round, Written, one_round

Append = list[Entry]


def writing(folder: Path, sizes: Sequence[tuple[int, int]], rounds: int, url: str | None) -> list[Written]:
    """Either database at each size, so many calls with so many verdicts each; only SQLite without a `url`."""
    stores = {"SQLite FULL": str(folder / "written.sqlite"), "PostgreSQL": url}
    return [
        asyncio.run(_written(where, store, *size, rounds)) for where, store in stores.items() if store for size in sizes
    ]


async def _written(where: str, store: str, calls: int, each: int, rounds: int) -> Written:
    ours: list[Round] = []
    bare: list[Round] = []
    with open_journal(store) as journal:
        async with plain(store, calls) as write:
            for _ in range(rounds):
                mine, others = [await _calls(journal, calls, each) for _ in range(2)]
                ready = [[rows_of(append, Seal()) for append in call] for call in others]
                ours.append(await one_round(journal.append, mine))
                bare.append(await one_round(write, ready))
                _check(journal, mine + others)
    return Written(where, calls, ours, "bare asyncpg" if "://" in store else "bare sqlite3", bare)


async def _calls(journal: StoreJournal, calls: int, each: int) -> list[list[Append]]:
    """What each of these calls has to write, from the technical desk to the billing desk and back; they are open."""
    desk, at = technical_desk(), datetime.now(UTC)
    ids = [uuid.uuid4().hex for _ in range(calls)]
    opened = [Entry(name, "support", 1, "call.opened", at, 0, snapshot=desk) for name in ids]
    await asyncio.gather(*(journal.append([entry]) for entry in opened))
    lines = _accepted(desk)
    return [[_append(name, lines[n % 2], desk.epoch + n + 1, 2 * n + 2, at) for n in range(each)] for name in ids]


def _accepted(here: Snapshot) -> list[DraftEntry]:
    """What a call says of an accepted verdict, on the way there and on the way back."""
    lines = []
    for event in (THERE, BACK):
        proposal = Proposal(event, by="agent", seen_epoch=here.epoch)
        verdict = decide(Support, here, proposal, PROVED)
        lines.append(verdict_entry(verdict, proposal, PROVED))
        here = verdict.after
    return lines


def _append(call_id: str, line: DraftEntry, epoch: int, seq: int, at: datetime) -> Append:
    """One verdict as `Call` writes it: what was decided, and that the next agent is sent for."""
    assert line.snapshot is not None, "it was refused"
    snapshot = replace(line.snapshot, epoch=epoch)
    verdict = Entry(call_id, "support", seq, line.kind, at, epoch, line.audit, line.private, snapshot)
    handoff = {"from": line.audit["before"][-1], "to": line.audit["after"][-1]}
    return [verdict, Entry(call_id, "support", seq + 1, "handoff.started", at, epoch, handoff)]


def _check(journal: StoreJournal, calls: list[list[Append]]) -> None:
    """Every last verdict is there."""
    for verdicts in calls:
        last = verdicts[-1][-1]
        found = journal.call(last.call_id)
        assert found is not None, f"call {last.call_id} is not on record"
        assert found.last_seq == last.seq, f"call {last.call_id} ends with {found.last_seq}, expected {last.seq}"
