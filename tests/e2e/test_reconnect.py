"""A caller whose line breaks: back within ten seconds in the same call, or gone, and the record says which."""

import pytest

from interlock.agents.caller.absence import I_SAID, RETURN_LIMIT_S
from interlock.agents.desk import WHO_IS_THERE
from interlock.app.store import open_reader
from tests.e2e.desk import BILLING, COMES_S, GREETING, TECHNICAL, TRIAGE, hears, says, says_goodbye, to_billing
from tests.e2e.far_caller import FarCaller
from tests.e2e.room import Room
from tests.e2e.shift import Shift

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

NOTICED_S = 120.0  # a server waits some 20 s for a caller who is gone without a word


async def test_a_caller_who_is_back_goes_on_where_they_were(shift: Shift, room: Room) -> None:
    """
    The same stay in the room: LiveKit's client took the call up again, and nothing that was proven is asked anew.
    """
    async with room.caller(agent_name="interlock") as caller:
        await to_billing(caller)
        await caller.flicker()
        await caller.until(lambda: caller.happened("back"), "back in the room")
        await says(caller, "07-technical", TECHNICAL)
        await says_goodbye(caller)
    call, kinds = await shift.the_call()
    assert (call.snapshot.state, call.end_reason) == ("closed", "agent_closed")
    assert "caller.changed" not in kinds


async def test_a_caller_who_joins_anew_is_asked_who_they_are(shift: Shift, room: Room) -> None:
    """
    The same call, from its first desk: nobody can tell who it is, and the last line is not said to them.
    """
    async with room.caller(agent_name="interlock") as caller:
        await to_billing(caller)
        await caller.drop()
        await caller.join()
        back = caller.happened("joined")[-1].at
        await hears(caller, WHO_IS_THERE, since=back)
        assert not any(I_SAID in line.text for line in caller.lines)
        await says_goodbye(caller)
    call, kinds = await shift.the_call()
    assert (call.snapshot.state, call.end_reason) == ("closed", "agent_closed")
    assert (kinds.count("caller.lost"), kinds.count("caller.returned"), kinds.count("caller.changed")) == (1, 1, 1)


async def test_a_caller_whose_phone_died_goes_on_with_another(shift: Shift, room: Room) -> None:
    """
    The first connection is dead without a word and the server has not noticed when the same caller joins again, and
    says who they are again.
    """
    lost = FarCaller(room.server.url, room.token(agent_name="interlock"))
    async with lost, room.caller("listener") as listener:
        await hears(listener, GREETING)
        await says(listener, "01-name", TRIAGE, by=lost)
        await lost.kill()
        async with room.caller() as caller:
            await hears(caller, WHO_IS_THERE)
            await says(caller, "01-name", TRIAGE)
            await says(caller, "02-billing", BILLING)
            await caller.leave()
        await listener.until(lambda: listener.happened("out"), "put out of the closed room", COMES_S)
    call, kinds = await shift.the_call()
    assert (call.snapshot.state, call.end_reason) == ("closed", "caller_left")
    assert (kinds.count("caller.lost"), kinds.count("caller.returned")) == (1, 1)


async def test_a_caller_who_hangs_up_ends_the_call(shift: Shift, room: Room) -> None:
    """
    At once: nobody is waited for.
    """
    async with room.caller(agent_name="interlock") as caller, room.caller("listener") as listener:
        await hears(caller, GREETING)
        left = listener.now
        await caller.leave()
        await listener.until(lambda: listener.happened("out"), "put out of the closed room", COMES_S)
        took = listener.happened("out")[0].at - left
    call, kinds = await shift.the_call()
    assert (call.snapshot.state, call.end_reason) == ("closed", "caller_left")
    assert "caller.lost" not in kinds
    assert took < RETURN_LIMIT_S


async def test_a_caller_who_stays_away_has_left(shift: Shift, room: Room) -> None:
    """
    Dead without a word: once the server has noticed, the call ends, and sooner than for a line that may be back.
    """
    lost = FarCaller(room.server.url, room.token(agent_name="interlock"))
    async with lost, room.caller("listener") as listener:
        await hears(listener, GREETING)
        await lost.kill()
        died = listener.now
        await listener.until(lambda: listener.happened("out"), "put out of the closed room", NOTICED_S)
        print(f"The room closed {listener.happened('out')[0].at - died:.1f} s after the caller was gone.")
    call, kinds = await shift.the_call()
    assert (call.snapshot.state, call.end_reason) == ("closed", "caller_left")
    assert kinds.index("caller.lost") < kinds.index("call.ended")
    with open_reader(shift.worker.store) as record:
        at = {entry.kind: entry.at for entry in record.records(call.call_id)}
    assert (at["call.ended"] - at["caller.lost"]).total_seconds() < RETURN_LIMIT_S
