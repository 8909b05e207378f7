"""Several processes want one call, and some are stopped for longer than a lease lasts (faults 31, 36)."""

import asyncio
import os
import random
import signal
import sqlite3
import sys
from collections import Counter
from contextlib import closing

import pytest
from sqlalchemy import select

from agents.support import SUPPORT
from interlock.agents.call.journal import JournalDown
from interlock.app.replay import replay
from interlock.app.store import ACCEPTED, open_journal, tables
from interlock.app.store.writing import LEASE_S
from tests.bench.recording import desk_to_desk

pytestmark = pytest.mark.slow

FIGHTERS = int(os.environ.get("TEST_FIGHTERS", "3"))
SECONDS = float(os.environ.get("TEST_FIGHT_S", "12"))


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
async def test_one_verdict_an_epoch_whoever_fights(backend, request, tmp_path):
    """
    What a process was told is durable is on record under its fence; the record is one line of verdicts and replays.
    """
    place = str(tmp_path / "c.sqlite") if backend == "sqlite" else request.getfixturevalue("postgres").fresh()
    with open_journal(place) as journal:
        call = await desk_to_desk(journal)
        fighters = [await fighter(place, call.id) for _ in range(FIGHTERS)]
        stalls = asyncio.create_task(stall_the_driver(journal, place, call.id, fighters, random.Random(backend)))
        try:
            told = await asyncio.gather(*(acknowledged(each) for each in fighters))
        finally:
            stalls.cancel()
            await asyncio.gather(stalls, return_exceptions=True)
            await asyncio.gather(*(each.wait() for each in fighters))
        records = journal.records(call.id)
        accepted = [record for record in records if record.kind == ACCEPTED]
        assert [record.seq for record in records] == list(range(1, len(records) + 1))
        assert [record.epoch for record in accepted] == list(range(1, len(accepted) + 1))
        assert replay(journal, call.id, SUPPORT.machine, SUPPORT.facts) == []
    epochs = Counter(epoch for each in told for epoch, _ in each)
    fences = sorted({fence for each in told for _, fence in each})
    assert max(epochs.values()) == 1
    assert set(epochs) <= {record.epoch for record in accepted}
    assert len(fences) > 1, "nobody was stopped for long enough"
    print(f"{FIGHTERS} processes, {SECONDS:.0f} s on {backend}: {len(accepted)} verdicts, {len(fences)} drivers")


async def fighter(place, call_id):
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.fighter", place, call_id, str(SECONDS)),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )


async def acknowledged(process):
    """What a fighter said it was told."""
    out, _ = await process.communicate()
    assert process.returncode == 0
    lines = [line.split() for line in out.decode().splitlines() if line.startswith("told ")]
    return [(int(epoch), int(fence)) for _, epoch, fence in lines]


async def stop(process, journal, place):
    """Stop a process, but not one that keeps everybody else from writing: nobody could take its call."""
    process.send_signal(signal.SIGSTOP)
    while await (held_row(journal) if place.startswith("postgresql") else asyncio.to_thread(held_file, place)):
        process.send_signal(signal.SIGCONT)
        await asyncio.sleep(0.005)
        process.send_signal(signal.SIGSTOP)


async def held_row(journal):
    """Whether somebody is in the middle of writing to the call."""
    try:
        await journal.read(lambda connection: connection.execute(select(tables.calls).with_for_update(nowait=True)))
    except JournalDown:
        return True
    return False


def held_file(place):
    """Whether somebody is in the middle of writing to the file."""
    with closing(sqlite3.connect(place, timeout=0.02, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
    return False


async def stall_the_driver(journal, place, call_id, processes, chance):
    """Stop whoever drives the call for longer than its lease, again and again."""
    calls = tables.calls.c
    driver = select(calls.owner).where(calls.call_id == call_id)
    try:
        while True:
            await asyncio.sleep(chance.uniform(0.2, 0.8))
            owner = await journal.read(lambda connection: connection.execute(driver).scalar_one())
            for one in processes:
                if owner.startswith(f"{one.pid}-") and one.returncode is None:
                    await stop(one, journal, place)
                    await asyncio.sleep(LEASE_S + chance.uniform(0.2, 0.6))
                    one.send_signal(signal.SIGCONT)
    finally:
        for each in processes:
            if each.returncode is None:
                each.send_signal(signal.SIGCONT)
