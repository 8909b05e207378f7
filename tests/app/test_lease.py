"""One driver's hold on a call, and what it does when the journal, the room or another agent comes between."""

import asyncio
from types import SimpleNamespace

import pytest
from livekit import rtc
from sqlalchemy import select, text

from agents.support import SUPPORT
from interlock.agents.call.call import Call
from interlock.app.offline.clock import ManualClock
from interlock.app.store import tables
from interlock.app.store.lease import RENEW_S, LeaseGrant, acquire
from interlock.app.store.rooms import Room as Life
from interlock.app.store.rooms import claim_room
from interlock.app.worker.caller import OURS_BROKE, OURS_LIMIT_S, facts_of, watch_connection
from interlock.app.worker.job_session import let_go_with_the_worker
from interlock.app.worker.lease import Lease

AGENT = SimpleNamespace(identity="agent-2", kind=rtc.ParticipantKind.PARTICIPANT_KIND_AGENT)
ANNA = SimpleNamespace(identity="anna", sid="PA_1", disconnect_reason=rtc.DisconnectReason.UNKNOWN_REASON)
STRANGER = SimpleNamespace(identity="eve", kind=rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD)


class Room(rtc.EventEmitter):
    """
    A LiveKit room with the caller in it, as far as its line is watched.
    """

    def __init__(self):
        super().__init__()
        self.name = "room-1"
        self.remote_participants = {"anna": ANNA}

    def isconnected(self):
        return True


@pytest.fixture
async def drive(journal):
    """
    A call on record that is driven and watched in a room, and how often it left the room.
    """
    room, call, left = Room(), Call(SUPPORT, call_id="c1", journal=journal, clock=ManualClock()), []
    await call.record(call._first_line())
    call.on_lost = lambda: left.append(1)
    lease = Lease(journal, LeaseGrant("c1"))
    await lease.renew(call)
    watch_connection(room, call, ("anna", "PA_1"), lease)
    return SimpleNamespace(room=room, call=call, lease=lease, left=left)


async def free(journal):
    """Whether nobody has the call's lease."""
    lease = select(tables.calls.c.lease_until)
    return await journal.read(lambda connection: connection.execute(lease).scalar_one()) is None


async def broken(journal):
    """From now on no sign of life is taken; what else there is to write is."""
    trigger = "CREATE TRIGGER broken BEFORE UPDATE ON calls BEGIN SELECT RAISE(FAIL, 'broken'); END"
    await journal.transact(lambda connection: connection.execute(text(trigger)))


async def mended(journal):
    """As before."""
    await journal.transact(lambda connection: connection.execute(text("DROP TRIGGER broken")))


async def test_who_finds_the_call_taken_leaves(journal, drive):
    """
    By the next sign of life; another's lease is not touched.
    """
    await drive.lease.let_go()
    anew = SimpleNamespace(call=Call(SUPPORT, call_id="c1", journal=journal), lease=Lease(journal, LeaseGrant("c1")))
    await journal.transact(lambda connection: acquire(connection, "c1", "another"))
    await anew.lease.renew(anew.call)
    assert anew.call.lost
    await anew.lease.let_go()
    assert not await free(journal)


async def test_an_agent_that_comes_while_we_cannot_ask_has_the_call(journal, drive):
    """
    Two would speak at once.
    """
    await broken(journal)
    await drive.lease.renew(drive.call)
    drive.room.emit("participant_connected", STRANGER)
    assert not drive.call.lost
    drive.room.emit("participant_connected", AGENT)
    assert (drive.call.lost, drive.left) == (True, [1])


async def test_an_agent_that_came_before_we_knew_that_we_cannot_ask_has_the_call(journal, drive):
    """
    The line to the journal broke a moment ago.
    """
    drive.room.emit("participant_connected", AGENT)
    assert (drive.call.lost, drive.lease.contested) == (False, True)
    await broken(journal)
    await drive.lease.renew(drive.call)
    assert drive.call.lost


async def test_an_answer_that_is_late_is_a_doubt(journal, drive):
    """
    A lease may run out before the journal gives up.
    """
    held, transact = asyncio.Event(), journal.transact

    async def slow(work):
        await held.wait()
        return await transact(work)

    journal.transact = slow
    drive.room.emit("participant_connected", AGENT)
    giving = asyncio.ensure_future(drive.lease.renew(drive.call))
    await asyncio.sleep(0)
    assert not drive.call.lost
    drive.call.clock.advance(RENEW_S)
    await drive.call.wait_until_idle()
    await asyncio.sleep(0)
    assert drive.call.lost
    held.set()
    await giving


async def test_a_sign_of_life_that_is_taken_ends_the_doubt(journal, drive):
    """
    The call is still ours, whoever else came before.
    """
    await broken(journal)
    await drive.lease.renew(drive.call)
    await mended(journal)
    await drive.lease.renew(drive.call)
    drive.room.emit("participant_connected", AGENT)
    await drive.lease.renew(drive.call)
    assert not drive.lease.contested
    await broken(journal)
    await drive.lease.renew(drive.call)
    assert not drive.call.lost


class Hasty(ManualClock):
    """
    Whatever is waited for is over at once.
    """

    def call_later(self, seconds, callback):
        return asyncio.get_running_loop().call_soon(callback)


async def test_signs_of_life_go_on_until_the_end_is_on_record(journal, drive):
    """
    Nobody takes the call in the middle of a goodbye.
    """
    signs, transact = [], journal.transact

    async def counted(work):
        signs.append(drive.call.ending)
        drive.call._context.interlocking.ended = len(signs) == 2
        return await transact(work)

    journal.transact = counted
    drive.call._context.clock = Hasty()
    drive.call._context.interlocking.ending = True
    await drive.lease.keep_alive(drive.call)
    assert signs == [True, True]


async def test_a_call_whose_room_another_one_has_ends(journal, drive):
    """
    Its process stood still for too long; the record says so, and the room stays open.
    """
    room = Life("RM_1", "a room", "support")
    await journal.transact(lambda c: claim_room(c, journal.seal, room, "c2", "another"))
    drive.call._context.session = SimpleNamespace(interrupt=lambda **_: None)
    await Lease(journal, LeaseGrant("c1"), room).renew(drive.call)
    assert (journal.call("c1").end_reason, drive.call.lost, drive.left) == ("room_taken", True, [1])


async def test_our_own_line_that_is_back_in_time_changes_nothing(journal, drive):
    """
    That we saw nobody in the room meanwhile says nothing of the caller.
    """
    drive.room.emit("reconnecting")
    drive.room.emit("participant_disconnected", ANNA)
    assert not drive.call.absence.away
    drive.room.emit("reconnected")
    drive.call.clock.advance(2 * OURS_LIMIT_S)
    assert (drive.call.lost, drive.call.absence.away) == (False, False)


def as_eve(sid="PA_2", kind=rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD):
    """Somebody with the caller's identity in another stay, who says that they are a phone."""
    said = {"sip.phoneNumber": "+15550100"}
    gone = rtc.DisconnectReason.DUPLICATE_IDENTITY
    return SimpleNamespace(identity="anna", sid=sid, kind=kind, attributes=said, disconnect_reason=gone)


@pytest.fixture
def met(drive, monkeypatch):
    """Of whom the call was told that they have the caller's place."""
    met = []
    monkeypatch.setattr(drive.call, "caller_changed", met.append)
    return met


@pytest.mark.parametrize(
    ("kind", "said", "known"),
    [
        ("SIP", "+15550100", "+15550100"),
        ("SIP", "anonymous", None),
        ("SIP", "", None),
        ("STANDARD", "+15550100", None),
        ("CONNECTOR", "+15550100", None),
    ],
)
def test_the_number_is_known_of_a_phone_alone(kind, said, known):
    """
    And only where its line shows one: a browser's attributes are what the caller says of themselves.
    """
    which = getattr(rtc.ParticipantKind, f"PARTICIPANT_KIND_{kind}")
    who = SimpleNamespace(identity="anna", sid="PA_1", kind=which, attributes={"sip.phoneNumber": said})
    facts = facts_of(Room(), who)
    assert (facts.get("caller_phone"), facts["caller_kind"]) == (known, kind.lower())


async def test_who_joins_with_the_callers_identity_is_somebody_else(drive, met):
    """
    LiveKit puts the one before out, whether it tells of that first or last; what they say of themselves is nothing.
    """
    eve = as_eve()
    drive.room.emit("participant_connected", eve)
    drive.room.emit("participant_disconnected", as_eve("PA_1"))
    assert not drive.call.absence.away
    assert [(each["caller_sid"], each["caller_kind"]) for each in met] == [("PA_2", "standard")]
    assert "caller_phone" not in met[0]
    drive.room.emit("participant_disconnected", eve)
    assert drive.call.absence.away
    drive.room.emit("participant_connected", as_eve("PA_3"))
    assert [each["caller_sid"] for each in met] == ["PA_2", "PA_3"]
    assert not drive.call.absence.away
    await drive.call.wait_until_idle()


async def test_the_same_stay_is_the_same_caller(drive, met):
    """
    A client that takes its connection up again keeps its SID, and what was proven.
    """
    drive.room.emit("participant_disconnected", ANNA)
    drive.room.emit("participant_connected", ANNA)
    assert met == []
    await drive.call.wait_until_idle()


async def test_who_came_while_we_could_not_see_is_somebody_else(drive, met):
    """
    Our own line was gone meanwhile, and LiveKit tells nobody of what happened then.
    """
    drive.room.emit("reconnecting")
    drive.room.remote_participants["anna"] = as_eve()
    drive.room.emit("reconnected")
    assert [each["caller_sid"] for each in met] == ["PA_2"]


async def test_who_came_while_the_session_began_is_somebody_else(drive, met):
    """
    Between the caller's being there and the first look at their line.
    """
    drive.room.remote_participants["anna"] = as_eve()
    watch_connection(drive.room, drive.call, ("anna", "PA_1"), drive.lease)
    assert [each["caller_sid"] for each in met] == ["PA_2"]


async def test_a_caller_who_is_gone_when_our_own_line_is_back_is_missed(journal, drive):
    """
    From then on they have as long as ever.
    """
    drive.room.emit("reconnecting")
    drive.room.emit("participant_disconnected", ANNA)
    del drive.room.remote_participants["anna"]
    drive.room.emit("reconnected")
    assert drive.call.absence.away
    await drive.call.wait_until_idle()


async def test_our_own_line_that_stays_away_is_anothers_call(journal, drive):
    """
    Who can reach LiveKit is to go on.
    """
    drive.room.emit("reconnecting")
    drive.room.emit("reconnecting")
    drive.room.emit("participant_disconnected", ANNA)
    drive.call.clock.advance(OURS_LIMIT_S)
    assert (drive.call.lost, drive.left) == (True, [1])
    await drive.call.wait_until_idle()
    assert await free(journal)
    assert journal.call("c1").ended_at is None


@pytest.mark.parametrize("reason", sorted(OURS_BROKE))
async def test_an_agent_whose_own_line_breaks_lets_go_of_the_call(journal, drive, reason):
    """
    The caller may still be there: nothing ends, and nobody need wait for the lease.
    """
    drive.room.emit("disconnected", reason)
    assert (drive.call.lost, drive.left) == (True, [1])
    await drive.call.wait_until_idle()
    assert await free(journal)
    assert journal.call("c1").ended_at is None


async def test_a_room_that_is_gone_ends_the_call(journal, drive):
    """
    Nobody is left to go on with.
    """
    drive.room.emit("disconnected", rtc.DisconnectReason.ROOM_DELETED)
    await drive.call.wait_until_idle()
    assert (journal.call("c1").end_reason, drive.call.lost) == ("room_closed", False)


async def test_a_process_whose_worker_is_gone_lets_go_of_its_call(journal, drive):
    """
    When everything in it is cancelled.
    """
    keeping = let_go_with_the_worker(drive.call, drive.lease.let_go)
    await asyncio.sleep(0)  # it waits for its end
    keeping.cancel()
    await asyncio.wait([keeping])
    assert await free(journal)
    assert journal.call("c1").ended_at is None


async def test_only_the_callers_own_keys_are_heard(drive, monkeypatch):
    """
    Not those of somebody else in the room, nor what a server sent.
    """
    pressed = []
    monkeypatch.setattr(drive.call.keypad, "pressed", pressed.append)
    for key, who in (("1", ANNA), ("2", STRANGER), ("3", None)):
        drive.room.emit("sip_dtmf_received", rtc.SipDTMF(int(key), key, who))
    assert pressed == ["1"]
