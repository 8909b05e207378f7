"""A caller whose line breaks: missed for ten seconds, welcomed back, or gone."""

from interlock.agents.caller.absence import AGAIN, CUT_OFF, I_SAID, RETURN_LIMIT_S
from interlock.app.offline.scripted import Says
from interlock.testing.points import rounds
from tests.faults.stage import on_stage

QUESTION = "What is your account number?"


async def returned(stage):
    """The caller is there again, and was greeted."""
    stage.typed.said = []
    stage.call.absence.back()
    await stage.typed.rest()
    return stage.typed.said


async def test_a_caller_who_is_back_in_time_is_told_what_was_said_last(journal, systems):
    """
    Same call, same state: the agent says that the line broke, and its last words again.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        await stage.caller("Hm.", Says(QUESTION))
        stage.call.absence.lost("SIGNAL_CLOSE")
        stage.clock.advance(RETURN_LIMIT_S - 0.1)
        assert await returned(stage) == [f"{CUT_OFF} {I_SAID} {QUESTION}"]
        assert stage.state == "billing"
        assert stage.last("caller.lost") == {"why": "SIGNAL_CLOSE"}
        assert stage.kinds().count("caller.returned") == 1
        stage.clock.advance(RETURN_LIMIT_S)
        await rounds()
        assert "call.ended" not in stage.kinds()


async def test_a_line_that_breaks_again_is_told_the_same(journal, systems):
    """
    Not that it said that it was saying.
    """
    async with on_stage(journal, systems) as stage:
        await stage.caller("Hm.", Says(QUESTION))
        for _ in range(3):
            stage.call.absence.lost("SIGNAL_CLOSE")
            assert await returned(stage) == [f"{CUT_OFF} {I_SAID} {QUESTION}"]


async def test_a_caller_cut_off_in_their_own_turn_is_asked_again(journal, systems):
    """
    When their words are the last there are, nobody knows how they would have gone on.
    """
    async with on_stage(journal, systems) as stage:
        stage.typed.session.history.add_message(role="user", content="I was charged")
        stage.call.absence.lost("SIGNAL_CLOSE")
        assert await returned(stage) == [f"{CUT_OFF} {AGAIN}"]


async def test_a_caller_who_stays_away_has_left(journal, systems):
    """
    After ten seconds the machine is told, the record says why, and the session closes.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        stage.call.absence.lost("CONNECTION_TIMEOUT")
        stage.clock.advance(RETURN_LIMIT_S)
        await stage.typed.over.wait()
        await stage.call.wait_until_idle()
        assert stage.verdicts()[-1] == "caller_left accepted"
        assert stage.last("call.ended") == {"reason": "caller_left", "state": "closed"}
        assert stage.kinds()[-3:].count("caller.lost") == 1


async def test_nobody_is_asked_whether_they_are_there_while_they_are_not(journal, systems):
    """
    A broken line is no silence: none is counted, and nobody is hung up on for it.
    """
    async with on_stage(journal, systems, silence_s=3.0) as stage:
        stage.call.absence.lost("SIGNAL_CLOSE")
        for _ in range(9):
            stage.clock.advance(1.0)
            await rounds()
        assert stage.call.facts.silences == 0
        await returned(stage)
        stage.clock.advance(3.0)
        await stage.typed.rest()
        assert stage.call.facts.silences == 1


async def test_a_return_nobody_waited_for_says_nothing(journal, systems):
    """
    Somebody joins who was never missed, or after the call has ended.
    """
    async with on_stage(journal, systems) as stage:
        assert await returned(stage) == []
        stage.call.absence.lost("SIGNAL_CLOSE")
        await stage.call.end("drained")
        assert await returned(stage) == []
        stage.call.absence.lost("SIGNAL_CLOSE")
        assert not stage.call.absence.away
        await stage.typed.hang_up()
