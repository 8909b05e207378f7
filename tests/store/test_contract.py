"""What a journal owes whoever writes to it, in SQLite and in PostgreSQL: all or none, durable on return, one bad append
never another's problem, and nothing lost."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from interlock.agents.call.journal import Entry, JournalDown, Turn
from interlock.app.store import AuditRecord, StoreError, open_journal, open_reader
from interlock.app.store.sealing import new_key
from tests.store.entries import AT, accepted, held, opened, position, spoil


async def together(journal, store, *appends):
    """The outcomes of appends handed over while the writer cannot write: at most two groups."""
    with held(store):
        tasks = [asyncio.ensure_future(journal.append(a)) for a in appends]
        await asyncio.sleep(0)
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_was_appended_is_read_back_as_it_was(journal):
    """Record, private part and snapshot, each in its place."""
    private = {"args": {"name": "Zoë \ud83d"}}
    await journal.append([opened(), accepted(2, 1, private=private)])
    assert journal.records("c1") == [
        AuditRecord("c1", 1, "call.opened", AT, 0, {}),
        AuditRecord("c1", 2, "transition.accepted", AT, 1, {"event": "e"}),
    ]
    assert journal.private("c1") == {2: private}
    assert journal.snapshot("c1") == position(1)


async def test_a_turn_is_read_back_with_what_is_known_of_it(journal):
    """When and after which line it was said, when it sounded; of typed words, and of older records, less."""
    spoken = Turn(2, "assistant", "Good morning.", True, AT + timedelta(seconds=3), 1, AT, AT + timedelta(seconds=2))
    await journal.append([opened()])
    for turn in (Turn(1, "user", "Hello."), spoken):
        await journal.remember("c1", turn, 1)
    assert journal.turns("c1") == [Turn(1, "user", "Hello."), spoken]
    assert journal.turns("c2") == []


async def test_times_are_kept_in_utc(journal):
    """Whatever zone they came in."""
    await journal.append([opened(at=AT.astimezone(timezone(timedelta(hours=5))))])
    assert journal.records("c1")[0].at.utcoffset() == timedelta(0)
    assert journal.records("c1")[0].at == AT


async def test_a_call_knows_its_flow_its_chart_and_its_end(journal):
    """What a list of calls shows."""
    end = Entry("c1", "support", 3, "call.ended", AT + timedelta(minutes=2), 1, {"reason": "caller_left"})
    await journal.append([opened(), accepted(2, 1)])
    await journal.append([end])
    call = journal.call("c1")
    assert (call.flow, call.machine, call.machine_version, call.epoch) == ("support", "Support", 1, 1)
    assert (call.started_at, call.ended_at, call.end_reason) == (AT, AT + timedelta(minutes=2), "caller_left")
    assert (call.accepted, call.refused) == (1, 0)


async def test_calls_come_newest_first_and_no_more_than_asked_for(journal):
    """The latest call is the one people ask about."""
    for number in range(3):
        await journal.append([opened(f"c{number}", at=AT + timedelta(minutes=number))])
    assert [c.call_id for c in journal.calls(2)] == ["c2", "c1"]


async def test_an_append_is_written_whole_or_not_at_all(journal):
    """The second entry is a repetition, so the first is not there either, nor its snapshot."""
    await journal.append([opened(), accepted(2, 1)])
    with pytest.raises(JournalDown, match="written before"):
        await journal.append([accepted(3, 2), accepted(2, 3)])
    assert [r.seq for r in journal.records("c1")] == [1, 2]
    assert journal.snapshot("c1") == position(1)


async def test_a_repeated_sequence_number_is_refused(journal):
    """Two writers cannot both have had the second word."""
    await journal.append([opened()])
    await journal.append([accepted(2, 0, snapshot=None)])
    with pytest.raises(JournalDown, match="written before"):
        await journal.append([accepted(2, 0, snapshot=None)])


async def test_a_stale_writer_cannot_move_a_call_back(journal):
    """A snapshot of an earlier epoch is refused; one of the same epoch is not."""
    await journal.append([opened(), accepted(2, 5)])
    with pytest.raises(JournalDown, match="stale"):
        await journal.append([accepted(3, 4)])
    assert journal.snapshot("c1").epoch == 5
    await journal.append([accepted(3, 5)])


async def test_a_call_is_opened_first_and_once(journal):
    """Neither a record without its call nor a second beginning."""
    with pytest.raises(JournalDown, match="never opened"):
        await journal.append([accepted(1, 1)])
    with pytest.raises(JournalDown, match="never opened"):
        await journal.append([accepted(1, 0, snapshot=None)])
    await journal.append([opened()])
    with pytest.raises(JournalDown):
        await journal.append([opened(seq=2)])


@pytest.mark.parametrize(
    "bad",
    [
        {"audit": {"x": float("nan")}},
        {"audit": {"x": object()}},
        {"private": {"x": {1, 2}}},
        {"at": datetime(2026, 3, 2)},
        {"epoch": 2**70, "snapshot": None},
        {"kind": "\ud800"},
    ],
)
async def test_what_cannot_be_written_is_refused_without_its_values_and_the_journal_lives_on(journal, bad):
    """Not JSON, no zone, a number or a text no database holds."""
    await journal.append([opened()])
    with pytest.raises(JournalDown) as raised:
        await journal.append([replace(accepted(2, 1, private={"c": "canary"}), **bad)])
    assert "canary" not in str(raised.value)
    await journal.append([accepted(2, 1)])


async def test_nothing_to_append_is_nothing(journal):
    """No entries, no transaction, no error."""
    await journal.append([])
    assert journal.calls() == []


async def test_one_bad_append_in_a_group_fails_alone(journal, store):
    """Strangers in the same transaction do not pay for it."""
    appends = [opened("a")], [opened("b")], [opened("a")], [accepted(9, 0, "nobody")], [opened("c")]
    outcome = await together(journal, store, *appends)
    assert [type(o) for o in outcome] == [type(None), type(None), JournalDown, JournalDown, type(None)]
    assert {c.call_id for c in journal.calls()} == {"a", "b", "c"}


async def test_what_waits_together_is_written_together(journal, store, monkeypatch):
    """Twenty appends, one transaction, but for those that were first."""
    groups, real = [], journal._database.transact
    monkeypatch.setattr(journal._database, "transact", lambda work: groups.append(work) or real(work))
    await together(journal, store, *([opened(f"c{i}")] for i in range(20)))
    assert len(groups) <= 2
    assert len(journal.calls()) == 20


async def test_appends_of_one_call_keep_their_order_within_a_group(journal, store):
    """First come, first written: the last snapshot is the last one appended."""
    await journal.append([opened()])
    outcome = await together(journal, store, *([accepted(n + 1, n)] for n in range(1, 30)))
    assert outcome == [None] * 29
    assert journal.snapshot("c1").epoch == 29


async def test_a_hundred_callers_at_once_are_all_written(journal):
    """Each call whole and in order."""

    async def call(name):
        await journal.append([opened(name)])
        for seq in range(2, 12):
            await journal.append([accepted(seq, seq - 1, name)])

    await asyncio.gather(*(call(f"c{i}") for i in range(100)))
    assert all([r.seq for r in journal.records(f"c{i}")] == list(range(1, 12)) for i in range(100))


async def test_a_cancelled_append_harms_nobody(journal, store):
    """Its caller is gone, the entry may be there, and strangers in its group are answered (faults 25, 34)."""
    with held(store):
        first, lost, stranger = (asyncio.ensure_future(journal.append([opened(c)])) for c in ("c1", "c2", "c3"))
        await asyncio.sleep(0)
        lost.cancel()
        with pytest.raises(asyncio.CancelledError):
            await lost
    async with asyncio.timeout(10):
        assert await asyncio.gather(first, stranger) == [None, None]
    await journal.append([accepted(2, 1)])
    assert {c.call_id for c in journal.calls()} == {"c1", "c2", "c3"}


def test_a_loop_that_closed_before_the_answer_harms_nobody(journal, store):
    """What waited is written all the same, and another loop can go on."""

    async def leave_one_waiting():
        waiting.append(asyncio.ensure_future(journal.append([accepted(2, 1)])))
        await asyncio.sleep(0)

    waiting = []
    asyncio.run(journal.append([opened()]))
    with held(store):
        asyncio.run(leave_one_waiting())
    asyncio.run(journal.append([accepted(3, 2)]))
    assert waiting[0].cancelled()
    assert [r.seq for r in journal.records("c1")] == [1, 2, 3]


async def test_closing_writes_what_waits_and_refuses_what_comes_after(store):
    """Nothing that was handed over is lost; nothing is taken that would be."""
    journal = open_journal(store)
    await journal.append([opened()])
    waiting = [asyncio.ensure_future(journal.append([accepted(n, n - 1)])) for n in range(2, 50)]
    await asyncio.sleep(0)
    journal.close()
    journal.close()
    assert not journal._thread.is_alive()
    assert await asyncio.gather(*waiting) == [None] * 48
    with pytest.raises(JournalDown, match="closed"):
        await journal.append([accepted(50, 49)])
    with open_reader(store) as reader:
        assert len(reader.records("c1")) == 49


@pytest.mark.slow
async def test_closing_waits_for_who_is_at_work_and_refuses_who_comes_after(postgres):
    """A thread that waited for an answer nobody gives any more would keep its process."""
    journal = open_journal(postgres.fresh())
    work = asyncio.ensure_future(journal.read(lambda c: c.exec_driver_sql("SELECT 7, pg_sleep(0.3)").one()[0]))
    while not journal._database._running:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await asyncio.to_thread(journal.close)
    assert await work == 7
    with pytest.raises(JournalDown):
        await journal.read(lambda connection: None)


def test_an_unknown_call_is_nothing(store):
    """No error, just nothing there."""
    with open_journal(store) as journal:
        assert (journal.call("x"), journal.snapshot("x"), journal.records("x"), journal.private("x")) == (
            None,
            None,
            [],
            {},
        )


async def test_a_gap_in_the_numbers_is_refused(journal):
    """Between appends and within one: nothing that is missing can be hidden."""
    await journal.append([opened()])
    for entries in ([accepted(3, 1)], [accepted(2, 1), accepted(4, 2)], [accepted(2, 1), accepted(2, 2)]):
        with pytest.raises(JournalDown, match="do not follow entry 1"):
            await journal.append(entries)
    with pytest.raises(JournalDown, match="opened and written before"):
        await journal.append([opened("c2", seq=2)])
    await journal.append([accepted(2, 1), accepted(3, 2)])
    assert [r.seq for r in journal.records("c1")] == [1, 2, 3]


async def test_what_a_database_cannot_hold_fails_alone(journal, store):
    """PostgreSQL has no NUL in a text; a stranger in the same group is written in either."""
    with_nul = Entry("c1", "support", 2, "call.ended", AT, 0, {"reason": "a\x00canary"})
    await journal.append([opened()])
    outcome = await together(journal, store, [opened("c2")], [with_nul], [opened("c3")])
    assert outcome[::2] == [None, None]
    assert outcome[1] is None or "canary" not in str(outcome[1])
    assert {c.call_id for c in journal.calls()} == {"c1", "c2", "c3"}


async def test_reading_never_waits_for_a_writer_nor_a_writer_for_who_reads(journal, store):
    """An auditor looks on in the middle of a transaction, and sees what was committed."""
    await journal.append([opened()])
    with open_reader(store) as reader:
        with held(store):
            waits = asyncio.ensure_future(journal.append([accepted(2, 1)]))
            await asyncio.sleep(0)
            assert len(reader.records("c1")) == 1
            assert not waits.done()
        await waits

        def look(connection):
            before = connection.exec_driver_sql("SELECT count(*) FROM records").scalar_one()
            asyncio.run_coroutine_threadsafe(journal.append([accepted(3, 2)]), loop).result()
            return before

        loop = asyncio.get_running_loop()
        assert await asyncio.to_thread(reader._database.read, look) == 2
        assert len(reader.records("c1")) == 3


async def test_sealed_personal_data_opens_only_with_its_key_and_only_in_its_place(store):
    """Neither whoever copies the disk nor whoever may write the tables learns or moves what a caller said."""
    with open_journal(store, key := new_key()) as journal:
        for name in ("c1", "c2"):
            await journal.append([opened(name), accepted(2, 1, name, private={"said": f"canary {name}"})])
        assert journal.private("c1") == {2: {"said": "canary c1"}}
        kept = await journal.read(lambda c: c.exec_driver_sql("SELECT data FROM private").scalars().all())
        assert not any(b"canary" in bytes(data) for data in kept)
    for other, says in (("", "is sealed: set INTERLOCK_STORE_KEY"), (new_key(), "sealed with another key")):
        with open_reader(store, other) as reader, pytest.raises(StoreError, match=says) as raised:
            reader.private("c1")
        assert "canary" not in str(raised.value)
    spoil(store, "UPDATE private SET data = (SELECT data FROM private WHERE call_id = 'c1') WHERE call_id = 'c2'")
    with open_reader(store, key) as reader:
        assert reader.private("c1") == {2: {"said": "canary c1"}}
        with pytest.raises(StoreError, match="or changed since"):
            reader.private("c2")
