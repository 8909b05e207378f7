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
from tests.bench.recording import desk_to_desk
from tests.long import here_or_long

pytestmark = pytest.mark.slow

FIGHTERS = int(os.environ.get("TEST_FIGHTERS", "3"))
STALLS = here_or_long(1, 4)
LOOK_S = 0.05


@pytest.mark.parametrize("backend", ["sqlite", "postgres"])
async def test_one_verdict_an_epoch_whoever_fights(backend, request, tmp_path):
    """
    What a process was told is durable is on record under its fence; the record is one line of verdicts and replays.
    """
    place = str(tmp_path / "c.sqlite") if backend == "sqlite" else request.getfixturevalue("postgres").fresh()
    with open_journal(place) as journal:
        call = await desk_to_desk(journal)
        fighters = [await Fighter.begun(place, call.id) for _ in range(FIGHTERS)]
        chance = random.Random(backend)
        try:
            for _ in range(STALLS):
                await asyncio.sleep(chance.uniform(0.2, 0.8))  # wherever in its work it is
                await stall_the_driver(journal, place, call.id, fighters)
        finally:
            told = [await each.ended() for each in fighters]
        records = journal.records(call.id)
        accepted = [record for record in records if record.kind == ACCEPTED]
        assert [record.seq for record in records] == list(range(1, len(records) + 1))
        assert [record.epoch for record in accepted] == list(range(1, len(accepted) + 1))
        assert replay(journal, call.id, SUPPORT.machine, SUPPORT.facts) == []
    epochs = Counter(epoch for each in told for epoch, _ in each)
    fences = sorted({fence for each in told for _, fence in each})
    assert max(epochs.values()) == 1
    assert set(epochs) <= {record.epoch for record in accepted}
    assert len(fences) > STALLS, "each that was stopped had driven, and so has another since"
    print(f"{FIGHTERS} processes, {STALLS} stopped on {backend}: {len(accepted)} verdicts, {len(fences)} drivers")


class Fighter:
    """A process that fights, and what it says."""

    def __init__(self, process):
        self.process, self._lines, self._news = process, [], asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def begun(cls, place, call_id):
        return cls(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.faults.fighter", place, call_id),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": os.getcwd()},
            )
        )

    def times(self, word):
        """How often it has said this."""
        return sum(line.startswith(word) for line in self._lines)

    async def until_more(self, word, times):
        """Wait until it has said this more than so many times."""
        while self.times(word) <= times:
            assert not self._reading.done(), self._lines[-5:]
            self._news.clear()
            await self._news.wait()

    async def ended(self):
        """Let it fight no more; what it was told is durable, as epoch and fence."""
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.close()
        await self._reading
        assert await self.process.wait() == 0
        return [tuple(map(int, line.split()[1:])) for line in self._lines if line.startswith("told ")]

    async def _read(self):
        async for line in self.process.stdout:
            self._lines.append(line.decode())
            self._news.set()
        self._news.set()


async def stall_the_driver(journal, place, call_id, fighters):
    """Stop whoever drives the call until another was told of a verdict, and let it find out."""
    owner = select(tables.calls.c.owner).where(tables.calls.c.call_id == call_id)

    async def driver():
        drives = await journal.read(lambda connection: connection.execute(owner).scalar_one())
        return next((each for each in fighters if drives.startswith(f"{each.process.pid}-")), None)

    while (one := await driver()) is None:  # noqa: ASYNC110 - what another process does has no event
        await asyncio.sleep(LOOK_S)
    await one.until_more("told", 0)
    lost = one.times("lost")
    others = {each: each.times("told") for each in fighters if each is not one}
    await stop(one.process, journal, place)
    await first([each.until_more("told", times) for each, times in others.items()])
    one.process.send_signal(signal.SIGCONT)
    await one.until_more("lost", lost)


async def first(awaited):
    """Wait for one of these."""
    tasks = [asyncio.create_task(each) for each in awaited]
    done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for each in others:
        each.cancel()
    for each in done:
        each.result()


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
