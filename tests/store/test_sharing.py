"""Several writers of one record: drivers that come after each other, journals beside each other, whole processes."""

import asyncio
import sys

import pytest

from interlock.agents.call.journal import Entry, JournalDown, Superseded
from interlock.app.store import open_journal
from tests.store.entries import AT, accepted, held, opened, spoil

NEW_DRIVER = "UPDATE calls SET fence = 2"


async def test_an_earlier_driver_is_told_and_writes_nothing(journal, store):
    """Whatever it has to say, also the end of the call; the new driver goes on from the same number."""
    await journal.append([opened()])
    spoil(store, NEW_DRIVER)
    end = Entry("c1", "support", 2, "call.ended", AT, 0, {"reason": "drained"})
    for entries in ([accepted(2, 1)], [end], [accepted(2, 1), accepted(3, 2)], [accepted(9, 9)]):
        with pytest.raises(Superseded, match=r"stale \(fence 1, 2 now\)"):
            await journal.append(entries)
    assert (len(journal.records("c1")), journal.call("c1").epoch, journal.call("c1").ended_at) == (1, 0, None)
    await journal.append([accepted(2, 1, fence=2)])
    assert journal.snapshot("c1").epoch == 1


@pytest.mark.parametrize("order", [1, -1], ids=["late", "early"])
async def test_an_earlier_driver_in_one_group_with_the_new_one_writes_nothing(journal, store, order):
    """Whichever of them came first."""
    await journal.append([opened()])
    spoil(store, NEW_DRIVER)
    appends = [[accepted(2, 1, fence=2, audit={"by": "new"})], [accepted(2, 1, audit={"by": "old"})]][::order]
    with held(store):
        tasks = [asyncio.ensure_future(journal.append(entries)) for entries in ([opened("other")], *appends)]
        await asyncio.sleep(0)
    outcome = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in outcome] == [type(None), *[type(None), Superseded][::order]]
    assert [r.audit for r in journal.records("c1")] == [{}, {"by": "new"}]


async def test_a_driver_nobody_appointed_is_refused(journal):
    """A fence of the future is as wrong as one of the past."""
    await journal.append([opened()])
    with pytest.raises(Superseded, match=r"fence 3, 1 now"):
        await journal.append([accepted(2, 1, fence=3)])


async def test_a_call_that_two_open_at_once_is_opened_once(store):
    """Each of two journals is told its own part, and what waited beside it is written."""
    with open_journal(store) as one, open_journal(store) as other:
        with held(store):
            tasks = [
                asyncio.ensure_future(journal.append([opened(f"{name}{number}", audit={"by": index})]))
                for index, journal in enumerate((one, other))
                for number in range(10)
                for name in ("both", f"own{index}-")
            ]
            await asyncio.sleep(0)
        outcome = await asyncio.gather(*tasks, return_exceptions=True)
        assert sum(each is None for each in outcome) == 30
        assert {type(each) for each in outcome if each is not None} == {JournalDown}
        assert len(one.calls()) == 30
        assert all(len(one.records(f"both{number}")) == 1 for number in range(10))


async def test_of_two_journals_that_write_one_number_one_does(store):
    """Each number once, and the record is that of those who were told so."""
    with open_journal(store) as one, open_journal(store) as other:
        await one.append([opened()])
        told = []
        for seq in range(2, 22):
            tries = [each.append([accepted(seq, seq - 1, audit={"by": i})]) for i, each in enumerate((one, other))]
            outcome = await asyncio.gather(*tries, return_exceptions=True)
            assert sorted(type(each).__name__ for each in outcome) == ["JournalDown", "NoneType"]
            told.append(outcome.index(None))
        assert [r.audit["by"] for r in one.records("c1")[1:]] == told
        assert one.snapshot("c1").epoch == 20


@pytest.mark.slow
async def test_two_processes_share_a_record(store):
    """Calls of their own side by side, and one they both write to: each number of it was written by one of them."""
    with open_journal(store) as journal:
        await journal.append([opened("shared")])
        others = [await started(store, name) for name in ("a", "b")]
        for other in others:
            other.stdin.write(b"go\n")
        told = [(await other.communicate())[0].decode().split() for other in others]
        assert [other.returncode for other in others] == [0, 0]
        written = {r.seq: r.audit["by"] for r in journal.records("shared")[1:]}
        assert written == {int(seq): name for name, seqs in zip("ab", told, strict=True) for seq in seqs}
        assert list(written) == list(range(2, 42))
        assert [len(journal.records(name)) for name in ("a", "b")] == [40, 40]


async def started(store, name):
    """A process that has the record open and waits for a line."""
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "tests.store.scribe", store, name)
    scribe = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert await scribe.stdout.readline() == b"ready\n"
    return scribe
