"""What is typed in a room, where a setting takes it; a worker of its own."""

import pytest
from livekit.agents.types import TOPIC_CHAT

from interlock.agents.caller.hearing import TOO_LONG
from interlock.app.livekit_server import Server
from tests.e2e.desk import COMES_S, GREETING, TRIAGE, hears, staffed, the_call, was_told
from tests.e2e.room import Room
from tests.e2e.test_whose_call import CANARY, asked

pytestmark = pytest.mark.e2e


async def test_what_is_typed_is_heard_where_that_is_set(livekit: Server, room: Room, tmp_path) -> None:
    """
    As speech is, from the caller alone; of half a megabyte nothing reaches the model, and the call goes on.
    """
    async with staffed(livekit, tmp_path, INTERLOCK_TYPED="true") as (desk, ours):
        async with room.caller(agent_name="interlock", metadata="support") as caller, room.caller("mallory") as mallory:
            await hears(caller, GREETING)
            await mallory.room.local_participant.send_text(f"{CANARY} goodbye", topic=TOPIC_CHAT)
            its = caller.room.local_participant
            await its.send_text(f"{CANARY} " + "x" * 500_000, topic=TOPIC_CHAT)
            await caller.until(lambda: was_told(caller, TOO_LONG, 0.0), "told that it is too long", COMES_S)
            await its.send_text("Hello, my name is Anna Kowalski. My card is 4242 4242 4242 4242.", topic=TOPIC_CHAT)
            await hears(caller, TRIAGE)
        assert await ours.stop() == 0, ours.lines[-10:]
    shown = asked(desk)
    assert "Anna Kowalski" in shown
    assert not [word for word in (CANARY, "4242", "xxx") if word in shown]
    _, kinds = the_call(ours.store)
    assert "caller.changed" not in kinds
