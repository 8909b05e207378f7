"""A call that ends because its process has to."""

import asyncio

from interlock.agents.call.farewell import WE_CLOSE, WE_CLOSE_LIMIT_S
from interlock.agents.call.record import RECORD_LIMIT_S
from interlock.testing.points import LIMIT_S, rounds
from tests.faults.held import OutageJournal
from tests.faults.stage import on_stage


async def test_a_caller_is_told_goodbye_and_the_record_says_drained(journal, systems):
    """
    The record first: whoever ends the process may not wait for the words.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        await stage.call.cut_off()
        assert stage.typed.said[-1] == WE_CLOSE
        assert stage.last("call.ended") == {"reason": "drained", "state": "billing"}
        assert "caller_left accepted" not in stage.verdicts()
        await stage.typed.hang_up()
        assert stage.kinds().count("call.ended") == 1


async def test_a_call_that_ended_is_left_alone(journal, systems):
    """
    Nobody is there to hear anything.
    """
    async with on_stage(journal, systems) as stage:
        await stage.call.end("caller_left")
        said = list(stage.typed.said)
        await stage.call.cut_off()
        assert stage.typed.said == said
        assert stage.last("call.ended")["reason"] == "caller_left"
        await stage.typed.hang_up()


async def test_a_journal_that_hangs_does_not_keep_the_words_back(journal, systems):
    """
    The record gets its two seconds; the end is written when the journal answers again.
    """
    outage = OutageJournal(journal)
    async with on_stage(journal, systems, writes_to=outage) as stage:
        await stage.to("billing")
        outage.answers.clear()
        ending = asyncio.create_task(stage.call.cut_off())
        await rounds()
        stage.clock.advance(RECORD_LIMIT_S)
        async with asyncio.timeout(LIMIT_S):
            await ending
        assert stage.typed.said[-1] == WE_CLOSE
        assert "call.ended" not in stage.kinds()
        outage.answers.set()
        await stage.call.wait_until_idle()
        assert stage.last("call.ended") == {"reason": "drained", "state": "billing"}
        await stage.typed.hang_up()


async def test_words_that_cannot_be_said_hold_nobody_up(journal, systems, monkeypatch):
    """
    A dead voice: after eight seconds the process goes on ending.
    """
    async with on_stage(journal, systems) as stage:
        monkeypatch.setattr(stage.typed.session, "say", lambda *_, **__: _Never())
        ending = stage.call.spawn(stage.call.cut_off())
        while stage.call.at_rest or "call.ended" not in stage.kinds():
            await rounds()
        while not ending.done():
            stage.clock.advance(WE_CLOSE_LIMIT_S)
            await rounds()
        monkeypatch.undo()
        await stage.typed.hang_up()


class _Never:
    """
    Words that are never done.
    """

    def __await__(self):
        return asyncio.Event().wait().__await__()
