"""What a dispatch brings along: the flow, and who calls."""

import json

import pytest

from interlock.app.kept_lines import NOT_SET_UP
from interlock.app.store import open_reader
from tests.e2e.caller import Caller
from tests.e2e.desk import GREETING, VOICES, hears
from tests.e2e.room import Room
from tests.e2e.shift import Shift
from tests.standins.faults import Fault

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

NUMBER, SIP_CALL = "+15550100", "SCL_8dRq2"
SENTENCE_S = 2.0  # most of what the voice takes to say that a line is not set up


async def test_the_metadata_says_which_flow(shift: Shift, room: Room) -> None:
    """
    As JSON in the token that calls the agent.
    """
    async with room.caller(agent_name="interlock", metadata='{"flow": "support", "campaign": 7}') as caller:
        await hears(caller, GREETING)
    call, kinds = await shift.the_call()
    assert call.flow == "support"
    assert kinds[:2] == ["call.opened", "facts.established"]


@pytest.mark.parametrize("metadata", ['{"flow": "hovercraft"}', "{broken, and Anna Kowalski's"])
async def test_a_flow_there_is_not_is_refused_aloud(shift: Shift, room: Room, metadata) -> None:
    """
    The caller hears and reads a sentence before the room closes, the job has failed, and no words are in a log line.
    """
    async with room.caller(agent_name="interlock", metadata=metadata) as caller:
        await caller.until(lambda: caller.happened("out"), "put out of the closed room")
        spoken = caller.voices(caller.happened("joined")[0].who, VOICES)
        assert sum(part.end - part.begin for part in spoken) > SENTENCE_S
        assert [line.text.strip() for line in caller.lines] == [NOT_SET_UP]
    await _job_failed(shift)
    assert "Anna" not in "\n".join(shift.lines)
    assert shift.calls() == []


async def test_a_refusal_with_a_dead_voice_ends_all_the_same(shift: Shift, room: Room) -> None:
    """
    The voice is given up after the refusal's limit, and the room is closed.
    """
    await shift.desk.voice.fail(Fault.SILENT)
    try:
        async with room.caller(agent_name="interlock", metadata="hovercraft") as caller:
            await caller.until(lambda: caller.happened("joined"), "called by the agent")
            await caller.until(lambda: caller.happened("out"), "put out of the closed room")
        await _job_failed(shift)
    finally:
        await shift.desk.voice.heal()


async def test_who_phones_is_established_and_kept_apart(shift: Shift, room: Room) -> None:
    """
    The number, the room's name and who it is are facts from the first verdict on; no log line and no audit has them.
    """
    phone = {"sip.phoneNumber": NUMBER, "sip.callID": SIP_CALL}
    caller = Caller(room.server.url, room.other_token(f"sip_{NUMBER}", kind="sip", attributes=phone))
    async with caller:
        await room.dispatch("interlock", "support")
        await hears(caller, GREETING)
    call, _ = await shift.the_call()
    with open_reader(shift.worker.store) as record:
        private = record.private(call.call_id)
        last = next(r for r in reversed(record.records(call.call_id)) if r.kind.startswith("transition."))
        audit = json.dumps([entry.audit for entry in record.records(call.call_id)])
    assert (
        private[last.seq]["facts"].items()
        >= {
            "call_id": call.call_id,
            "room": room.name,
            "caller_identity": f"sip_{NUMBER}",
            "caller_kind": "sip",
            "caller_phone": NUMBER,
            "sip_call_id": SIP_CALL,
        }.items()
    )
    assert NUMBER not in audit
    assert NUMBER not in "\n".join(shift.lines)


async def test_a_browser_cannot_say_that_it_is_a_phone(shift: Shift, room: Room) -> None:
    """
    A token may let its owner set attributes: only a phone's are believed.
    """
    token = room.other_token("anna", kind="standard", attributes={"sip.phoneNumber": NUMBER})
    async with Caller(room.server.url, token) as caller:
        await room.dispatch("interlock")
        await hears(caller, GREETING)
    call, _ = await shift.the_call()
    with open_reader(shift.worker.store) as record:
        assert NUMBER not in json.dumps(record.private(call.call_id))


async def test_a_caller_who_never_comes_is_on_record(shift: Shift, room: Room) -> None:
    """
    The agent waits a while in the empty room, and then there is neither agent nor room.
    """
    await room.dispatch("interlock")
    call, kinds = await shift.the_call()
    assert call.end_reason == "no_caller"
    assert kinds == ["call.opened", "call.ended"]


async def _job_failed(shift: Shift) -> None:
    await shift.until("process exited with non-zero exit code")
    refused = [json.loads(line) for line in shift.lines if "job.refused" in line]
    assert [line["level"] for line in refused] == ["error"]
    assert not [line for line in shift.lines if '"call.opened"' in line]
