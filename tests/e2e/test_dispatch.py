"""What a dispatch brings along: the flow, and who calls."""

import json

import pytest

from interlock.app.kept_lines import NOT_SET_UP
from interlock.app.livekit_server import Server
from interlock.app.store import open_reader
from interlock.app.worker.refusal import REFUSAL_LIMIT_S
from tests.e2e.caller import Caller
from tests.e2e.desk import GREETING, VOICE, hears, staffed, the_call
from tests.e2e.room import Room
from tests.e2e.worker import Worker, events
from tests.standins.faults import Fault

pytestmark = pytest.mark.e2e

NUMBER, SIP_CALL = "+15550100", "SCL_8dRq2"
ENDED_S = 30.0


async def test_the_metadata_says_which_flow(livekit: Server, room: Room, tmp_path) -> None:
    """
    As JSON in the token that calls the agent.
    """
    async with staffed(livekit, tmp_path) as (_, ours):
        async with room.caller(agent_name="interlock", metadata='{"flow": "support", "campaign": 7}') as caller:
            await hears(caller, GREETING)
        assert await ours.stop() == 0, ours.lines[-10:]
    call, kinds = the_call(ours.store)
    assert call.flow == "support"
    assert kinds[:2] == ["call.opened", "facts.established"]


@pytest.mark.parametrize("metadata", ['{"flow": "hovercraft"}', "{broken, and Anna Kowalski's"])
async def test_a_flow_there_is_not_is_refused_aloud(livekit: Server, room: Room, tmp_path, metadata) -> None:
    """
    The caller hears a sentence before the room closes, the job has failed, and nobody's words are in a log line.
    """
    async with staffed(livekit, tmp_path) as (_, ours):
        async with room.caller(agent_name="interlock", metadata=metadata) as caller:
            await caller.until(lambda: caller.happened("out"), "put out of the closed room", ENDED_S)
            agent = caller.happened("joined")[0].who
            assert caller.voices(agent, VOICE)
            assert NOT_SET_UP in [line.text for line in caller.lines if line.final]
        await _job_failed(ours)
        assert await ours.stop() == 0, ours.lines[-10:]
    assert "Anna" not in "\n".join(ours.lines)
    with open_reader(ours.store) as record:
        assert record.calls() == []


async def test_a_refusal_with_a_dead_voice_ends_all_the_same(livekit: Server, room: Room, tmp_path) -> None:
    """
    Within the refusal's limit and LiveKit's own few seconds.
    """
    async with staffed(livekit, tmp_path) as (desk, ours):
        await desk.voice.fail(Fault.SILENT)
        async with room.caller(agent_name="interlock", metadata="hovercraft") as caller:
            await caller.until(lambda: caller.happened("joined"), "called by the agent", ENDED_S)
            await caller.until(lambda: caller.happened("out"), "put out of the closed room", REFUSAL_LIMIT_S + 10)
        await _job_failed(ours)
        await desk.voice.heal()
        assert await ours.stop() == 0, ours.lines[-10:]


async def test_who_phones_is_established_and_kept_apart(livekit: Server, room: Room, tmp_path) -> None:
    """
    The number, the room's name and who it is are facts from the first verdict on; no log line and no audit has them.
    """
    phone = {"sip.phoneNumber": NUMBER, "sip.callID": SIP_CALL}
    async with staffed(livekit, tmp_path) as (_, ours):
        caller = Caller(livekit.url, room.other_token(f"sip_{NUMBER}", kind="sip", attributes=phone))
        async with caller:
            await room.dispatch("interlock", "support")
            await hears(caller, GREETING)
        assert await ours.stop() == 0, ours.lines[-10:]
    call, _ = the_call(ours.store)
    with open_reader(ours.store) as record:
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
    assert NUMBER not in "\n".join(ours.lines)


async def test_a_browser_cannot_say_that_it_is_a_phone(livekit: Server, room: Room, tmp_path) -> None:
    """
    A token may let its owner set attributes: only a phone's are believed.
    """
    async with staffed(livekit, tmp_path) as (_, ours):
        token = room.other_token("anna", kind="standard", attributes={"sip.phoneNumber": NUMBER})
        async with Caller(livekit.url, token) as caller:
            await room.dispatch("interlock")
            await hears(caller, GREETING)
        assert await ours.stop() == 0, ours.lines[-10:]
    call, _ = the_call(ours.store)
    with open_reader(ours.store) as record:
        assert NUMBER not in json.dumps(record.private(call.call_id))


async def test_a_caller_who_never_comes_is_on_record(livekit: Server, room: Room, tmp_path) -> None:
    """
    The agent waits a while in the empty room, and then there is neither agent nor room.
    """
    async with staffed(livekit, tmp_path) as (_, ours):
        await room.dispatch("interlock")
        await ours.until("call.ended", 60)
        assert await ours.stop() == 0, ours.lines[-10:]
    call, kinds = the_call(ours.store)
    assert call.end_reason == "no_caller"
    assert kinds == ["call.opened", "call.ended"]


async def _job_failed(ours: Worker) -> None:
    await ours.until("process exited with non-zero exit code")
    refused = [json.loads(line) for line in ours.lines if "job.refused" in line]
    assert [line["level"] for line in refused] == ["error"]
    assert "call.opened" not in events(ours)
