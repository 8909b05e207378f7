"""From a proposal to its durable verdict, beside the disk's own fsync and one bare SQLite commit."""

import asyncio
import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

from agents.support import SUPPORT
from interlock.agents.call.call import Call
from interlock.agents.call.draft import DraftEntry
from interlock.app.calls.session import new_call_id
from interlock.app.store import StoreJournal, open_journal
from tests.bench.deciding import BACK, THERE
from tests.bench.times import Figure, Times

P50_AIM_MS, P99_AIM_MS = 2.0, 10.0
PACE_S = 0.5
PAGE = b"x" * 4096


async def recording(folder: Path, count: int, calls: int, each: int) -> list[Figure]:
    """One call alone, `count` verdicts; then `calls` together, `each` verdicts in each."""
    alone, (fsync, commit) = await _alone(folder, count)
    paced, burst = await _together(folder, calls, each)
    aims = {"p50_aim": P50_AIM_MS, "p99_aim": P99_AIM_MS}
    return [Figure(fsync), Figure(commit), *(Figure(times, commit, **aims) for times in (alone, paced, burst))]


async def _alone(folder: Path, count: int) -> tuple[Times, tuple[Times, Times]]:
    fsync, commit = Times("write 4 KiB, fsync"), Times("bare SQLite commit")
    alone = Times("durable verdict, one call alone")
    with open_journal(folder / "alone.sqlite") as journal, closing(_plain_table(folder / "bare.sqlite")) as bare:
        call = await desk_to_desk(journal)
        with (folder / "page").open("wb", buffering=0) as page:
            for run in range(count):
                await _propose(call, alone)
                _fsync(fsync, page.fileno())
                _commit(commit, bare, run)
    return alone, (fsync, commit)


async def _together(folder: Path, calls: int, each: int) -> tuple[Times, Times]:
    paced = Times(f"durable verdict, {calls} calls, each about twice a second")
    burst = Times(f"durable verdict, {calls} calls in the same instant, over and over")
    with open_journal(folder / "together.sqlite") as journal:
        many = [await desk_to_desk(journal) for _ in range(calls)]
        await asyncio.gather(*(_one_after_the_other(call, paced, each, PACE_S) for call in many))
        await asyncio.gather(*(_one_after_the_other(call, burst, each, 0.0) for call in many))
    return paced, burst


async def desk_to_desk(journal: StoreJournal) -> Call:
    """A call at the technical desk that may go on to the billing desk, and back."""
    call = Call(SUPPORT, call_id=new_call_id(), journal=journal)
    await call.record(DraftEntry("call.opened", snapshot=call.snapshot))
    await ready(call)
    for event in ("begin_triage", BACK):
        await call.propose(event)
    return call


async def ready(call: Call) -> None:
    """Make known what lets a call go between the desks."""
    await call.claim(caller_name="Ann", issue_category="billing")
    await call.establish(account_found=True, caller_verified=True)


async def _one_after_the_other(call: Call, times: Times, count: int, pace_s: float) -> None:
    chance = random.Random(call.id)
    for _ in range(count):
        await asyncio.sleep(chance.uniform(0, 2 * pace_s))
        await _propose(call, times)


async def news(call: Call) -> None:
    """The caller says something that is new: whoever asks for the same over and over is offered a person."""
    await call.heard_caller()
    letters = "".join(chr(ord("a") + int(digit)) for digit in str(call.epoch))
    await call.claim(caller_name=f"Ann {letters.title()}")


async def _propose(call: Call, times: Times) -> None:
    await news(call)
    with times.one():
        verdict = await call.propose(BACK if call.state == "billing" else THERE)
    assert verdict.accepted, f"{verdict.event} was refused: {verdict.kind}"


def _plain_table(path: Path) -> sqlite3.Connection:
    bare = sqlite3.connect(path)
    bare.execute("PRAGMA journal_mode=WAL")
    bare.execute("PRAGMA synchronous=FULL")
    bare.execute("CREATE TABLE bare (run INTEGER, data TEXT)")
    bare.commit()
    return bare


def _commit(times: Times, bare: sqlite3.Connection, run: int) -> None:
    with times.one():
        bare.execute("INSERT INTO bare VALUES (?, ?)", (run, "x" * 1000))
        bare.commit()


def _fsync(times: Times, file: int) -> None:
    with times.one():
        os.write(file, PAGE)
        os.fsync(file)
