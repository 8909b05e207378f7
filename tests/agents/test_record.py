"""What a call writes down, and who is told of it."""

import asyncio

import pytest

from agents.support import SUPPORT
from interlock.agents.call.call import Call
from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.journal import Entry
from interlock.app.offline.clock import ManualClock
from interlock.app.store import StoreJournal


async def opened(journal: StoreJournal, watch) -> Call:
    call = Call(SUPPORT, call_id="told", journal=journal, clock=ManualClock(), watch=watch)
    await call.record(DraftEntry("call.opened", snapshot=call.snapshot))
    return call


async def test_whoever_proposed_finds_the_watcher_told(journal: StoreJournal) -> None:
    """In the order of the record, each entry once it is durable."""
    told: list[Entry] = []
    call = await opened(journal, told.append)
    await call.claim(caller_name="Ann")
    await call.propose("begin_triage")
    assert [e.kind for e in told][:3] == ["call.opened", "facts.claimed", "transition.accepted"]
    assert [e.seq for e in told] == [r.seq for r in journal.records("told")]


async def test_a_watcher_that_raises_stops_no_call(journal: StoreJournal) -> None:
    """What is durable is acted on: a broken log stream must not leave the call behind its own record."""
    lost: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: lost.append(str(context["exception"])))

    def broken(entry: Entry) -> None:
        raise BrokenPipeError(entry.kind)

    call = await opened(journal, broken)
    await call.claim(caller_name="Ann")
    assert call.facts.caller_name == "Ann"
    assert (await call.propose("begin_triage")).accepted
    assert call.state == "triage"
    assert call.snapshot == journal.snapshot("told")
    assert "transition.accepted" in lost


async def test_a_watcher_that_raises_silences_no_other(journal: StoreJournal) -> None:
    """However many there are, each is told, in the order of the record."""
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)

    def broken(entry: Entry) -> None:
        raise BrokenPipeError(entry.kind)

    call = await opened(journal, broken)
    told: list[Entry] = []
    call.watch(told.append)
    await call.claim(caller_name="Ann")
    await call.propose("begin_triage")
    assert [e.kind for e in told] == ["facts.claimed", "transition.accepted", "handoff.started"]


@pytest.mark.parametrize("rounds", range(6))
async def test_a_note_cancelled_half_way_leaves_the_record_whole(journal: StoreJournal, rounds: int) -> None:
    """The next entry has the next number, whether or not the cancelled one came to be written."""
    call = await opened(journal, lambda entry: None)
    note = asyncio.create_task(call.malformed("refund", "amount_cents: missing"))
    for _ in range(rounds):
        await asyncio.sleep(0)
    note.cancel()
    await asyncio.wait([note])
    assert (await call.propose("escalate")).accepted
    await call.wait_until_idle()
    seqs = [r.seq for r in journal.records("told")]
    assert seqs == list(range(1, len(seqs) + 1))
