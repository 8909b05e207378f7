"""A caller whose line breaks: back within ten seconds in the same call, or gone, and the record says which."""

import pytest

from interlock.agents.caller.absence import CUT_OFF, I_SAID, RETURN_LIMIT_S
from interlock.app.livekit_server import Server
from tests.e2e.desk import BILLING, TECHNICAL, hears, staffed, the_call, to_billing
from tests.e2e.far_caller import FarCaller
from tests.e2e.room import Room

pytestmark = pytest.mark.e2e

LEFT_LIMIT_S = 30.0


async def test_a_caller_who_is_back_goes_on_where_they_were(livekit: Server, room: Room, tmp_path) -> None:
    """
    The same call and state: the agent says its last line again, hears the caller, and hands over as before.
    """
    async with staffed(livekit, tmp_path) as (_, ours):
        async with room.caller(agent_name="interlock") as caller:
            await to_billing(caller)
            await caller.drop()
            await caller.join()
            back = caller.happened("joined")[-1].at
            await hears(caller, I_SAID, since=back)
            assert any(CUT_OFF in line.text and BILLING in line.text for line in caller.lines)
            await caller.say("07-technical")
            await hears(caller, TECHNICAL)
            await caller.say("09-goodbye")
            # whether the line that broke said so itself is not certain
            await caller.until(lambda: any(out.at > back for out in caller.happened("out")), "put out of the room", 30)
        assert await ours.stop() == 0, ours.lines[-10:]
    call, kinds = the_call(ours.store)
    assert (call.snapshot.state, call.end_reason) == ("closed", "agent_closed")
    assert (kinds.count("caller.lost"), kinds.count("caller.returned")) == (1, 1)


async def test_a_caller_whose_phone_died_goes_on_with_another(livekit: Server, room: Room, tmp_path) -> None:
    """
    The first connection is dead without a word and the server has not noticed when the same caller joins again.
    """
    async with staffed(livekit, tmp_path) as (_, ours):
        lost = FarCaller(livekit.url, room.token(agent_name="interlock"))
        async with lost, room.caller("listener") as listener:
            await hears(listener, "May I have your name")
            await lost.say("01-name")
            await hears(listener, "What can we help")
            await lost.kill()
            async with room.caller() as caller:
                await hears(caller, CUT_OFF)
                await caller.say("02-billing")
                await hears(caller, BILLING)
                await caller.leave()
            await listener.until(lambda: listener.happened("out"), "put out of the closed room", 30)
        assert await ours.stop() == 0, ours.lines[-10:]
    call, kinds = the_call(ours.store)
    assert (call.snapshot.state, call.end_reason) == ("closed", "caller_left")
    assert (kinds.count("caller.lost"), kinds.count("caller.returned")) == (1, 1)


async def test_a_caller_who_hangs_up_ends_the_call(livekit: Server, room: Room, tmp_path) -> None:
    """
    At once: nobody is waited for.
    """
    async with staffed(livekit, tmp_path) as (_, ours):
        async with room.caller(agent_name="interlock") as caller, room.caller("listener") as listener:
            await hears(caller, "May I have your name")
            left = listener.now
            await caller.leave()
            await listener.until(lambda: listener.happened("out"), "put out of the closed room", 30)
            took = listener.happened("out")[0].at - left
        assert await ours.stop() == 0, ours.lines[-10:]
    call, kinds = the_call(ours.store)
    assert (call.snapshot.state, call.end_reason) == ("closed", "caller_left")
    assert "caller.lost" not in kinds
    assert took < RETURN_LIMIT_S


async def test_a_caller_who_stays_away_has_left(livekit: Server, room: Room, tmp_path) -> None:
    """
    Dead without a word: the call ends within thirty seconds, and the record says that the line was lost before.
    """
    async with staffed(livekit, tmp_path) as (_, ours):
        lost = FarCaller(livekit.url, room.token(agent_name="interlock"))
        async with lost, room.caller("listener") as listener:
            await hears(listener, "May I have your name")
            await lost.kill()
            died = listener.now
            await listener.until(lambda: listener.happened("out"), "put out of the closed room", LEFT_LIMIT_S)
            print(f"The room closed {listener.happened('out')[0].at - died:.1f} s after the caller was gone.")
        assert await ours.stop() == 0, ours.lines[-10:]
    call, kinds = the_call(ours.store)
    assert (call.snapshot.state, call.end_reason) == ("closed", "caller_left")
    assert kinds.index("caller.lost") < kinds.index("call.ended")
