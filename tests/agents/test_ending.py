"""The end of a call: once, on record, and nothing begins after it."""

import pytest

from agents.support import SUPPORT
from interlock.agents.call.journal import JournalDown
from interlock.app.calls.session import open_call, start_call
from interlock.app.offline.clock import ManualClock
from interlock.app.offline.scripted import ScriptedModel
from interlock.testing.points import rounds
from tests.faults.held import OutageJournal
from tests.faults.stage import on_stage


async def a_second_passes(stage):
    """The journal is tried again."""
    await rounds()
    stage.clock.advance(1)
    await stage.call.wait_until_idle()


async def test_an_end_that_could_not_be_recorded_is_recorded_later(journal, systems):
    """
    The journal comes back, and within a second the call is closed by its machine and ended on record.
    """
    outage = OutageJournal(journal)
    async with on_stage(journal, systems, writes_to=outage) as stage:
        await stage.to("billing")
        outage.down = True
        await stage.call.end("caller_left")
        outage.down = False
        await a_second_passes(stage)
        assert stage.verdicts()[-1] == "caller_left accepted"
        assert stage.last("call.ended") == {"reason": "caller_left", "state": "closed"}
        await stage.typed.hang_up()
        assert stage.kinds().count("call.ended") == 1


@pytest.mark.parametrize("by", ["agent", "operator"])
async def test_no_work_begins_after_the_end(journal, systems, by):
    """
    The caller hung up while the journal was down: what a late answer asks for is recorded, refused and not done.
    """
    outage = OutageJournal(journal)
    async with on_stage(journal, systems, writes_to=outage) as stage:
        await stage.to("billing")
        outage.down = True
        await stage.call.end("caller_left")
        outage.down = False
        event, args = ("refund", {"amount_cents": 1000}) if by == "agent" else ("take_over", {})
        assert (await stage.call.propose(event, args, by=by)).kind == "stale"
        await a_second_passes(stage)
        assert "effect.started" not in stage.kinds()
        await stage.typed.hang_up()


async def test_an_effect_state_entered_after_the_end_does_no_work(journal, systems):
    """
    Whoever proposed it: the acceptance was on its way when the caller hung up.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        await stage.call.end("drained")
        verdict = await stage.call.propose("refund", {"amount_cents": 1000})
        await stage.call.wait_until_idle()
        assert verdict.kind == "stale"
        assert stage.state == "billing"
        await stage.typed.hang_up()


@pytest.mark.parametrize("reason", ["drained", "error", "handoff_failed"])
async def test_a_caller_who_did_not_leave_is_not_said_to_have(journal, systems, reason):
    """
    When we end the call, the record says why, and no `caller_left`.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("triage")
        await stage.call.end(reason)
        assert stage.last("call.ended") == {"reason": reason, "state": "triage"}
        assert "caller_left accepted" not in stage.verdicts()


def not_started(journal, systems):
    """A session and a call, and the clock that they run on."""
    clock = ManualClock()
    given = {"llm": ScriptedModel(), "journal": journal, "services": systems, "clock": clock, "call_id": "call-1"}
    return *open_call(SUPPORT, **given), clock


async def test_a_call_whose_session_does_not_start_ends_as_an_error(journal, systems, monkeypatch):
    """
    On record, with nothing left to wait for, and whoever ends the process has nobody to take leave of.
    """
    session, call, _ = not_started(journal, systems)

    async def start(*_, **given):
        assert given == {"record": False, "session_host": False}
        raise RuntimeError("no room")

    monkeypatch.setattr(session, "start", start)
    with pytest.raises(RuntimeError, match="no room"):
        await start_call(session, call)
    await call.wait_until_idle()
    await call.cut_off()
    assert [entry.kind for entry in journal.records("call-1")] == ["call.opened", "call.ended"]
    assert journal.records("call-1")[-1].audit["reason"] == "error"


async def test_a_call_whose_journal_goes_down_before_it_starts_ends_as_an_error(journal, systems):
    """
    On record as soon as the journal is back.
    """
    outage = OutageJournal(journal)
    session, call, clock = not_started(outage, systems)
    call.watch(lambda _: setattr(outage, "down", True))
    with pytest.raises(JournalDown):
        await start_call(session, call, known={"room": "r"})
    outage.down = False
    await rounds()
    clock.advance(1)
    await call.wait_until_idle()
    assert [entry.kind for entry in journal.records("call-1")] == ["call.opened", "call.ended"]
    assert journal.records("call-1")[-1].audit["reason"] == "error"
