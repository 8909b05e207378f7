"""The caller as LiveKit knows them: who of those in a room it is, what is known of them, when their line breaks."""

from collections.abc import Mapping
from datetime import UTC, datetime

from livekit import rtc
from livekit.agents.job import DEFAULT_PARTICIPANT_KINDS
from livekit.agents.utils import wait_for_participant

from agents.call import Call
from agents.clock import Clock, within
from app.driving import Driving

CALLER_LIMIT_S = 30.0
"""How long an agent waits in a room for its caller."""
MISSED_LIMIT_S = 3.0
"""How much longer a caller is waited for whom the server has waited for in vain already, for some 20 seconds."""
FACT_LIMIT = 256  # characters: what a participant says of itself comes from outside
KIND = "PARTICIPANT_KIND_"

NOW = datetime.max.replace(tzinfo=UTC)

HUNG_UP = frozenset({rtc.DisconnectReason.CLIENT_INITIATED, rtc.DisconnectReason.USER_REJECTED})
ROOM_GONE = frozenset({rtc.DisconnectReason.ROOM_DELETED, rtc.DisconnectReason.ROOM_CLOSED})
"""As opposed to a line that broke, with which a caller may be back."""
OURS_BROKE = frozenset(
    {
        rtc.DisconnectReason.UNKNOWN_REASON,
        rtc.DisconnectReason.SERVER_SHUTDOWN,
        rtc.DisconnectReason.STATE_MISMATCH,
        rtc.DisconnectReason.MIGRATION,
        rtc.DisconnectReason.SIGNAL_CLOSE,
        rtc.DisconnectReason.CONNECTION_TIMEOUT,
        rtc.DisconnectReason.MEDIA_FAILURE,
    }
)
"""The agent's line, not the caller's: they may still be there, and another agent is to go on with them."""
NO_CALLER, ROOM_CLOSED, DISCONNECTED = "no_caller", "room_closed", "disconnected"
"""Reasons on record for an end that the room brought about."""


class NoCaller(Exception):
    """Nobody who could be the caller came."""


async def the_caller(room: rtc.Room, clock: Clock, limit_s: float = CALLER_LIMIT_S) -> rtc.RemoteParticipant:
    """The person or phone that joined first, or who joins next. Raises `NoCaller` after `limit_s`."""
    try:
        first = await within(clock, limit_s, wait_for_participant(room, kind=DEFAULT_PARTICIPANT_KINDS))
    except TimeoutError:
        raise NoCaller(f"nobody came within {limit_s:.0f} s") from None
    except RuntimeError:  # LiveKit's way to say that the room went away meanwhile
        raise NoCaller("the room was closed before anybody came") from None
    there = [who for who in room.remote_participants.values() if who.kind in DEFAULT_PARTICIPANT_KINDS]
    return min(there, key=lambda who: who.joined_at or NOW, default=first)


def facts_of(room: rtc.Room, caller: rtc.RemoteParticipant) -> dict[str, str]:
    """What is established of a caller: see `guards.facts.Facts`. Only a phone's attributes are LiveKit's own word."""
    phone: Mapping[str, str] = {}
    if caller.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP:
        phone = caller.attributes
    known = {
        "room": room.name,
        "caller_identity": caller.identity,
        "caller_kind": rtc.ParticipantKind.Name(caller.kind).removeprefix(KIND).lower(),
        "caller_phone": phone.get("sip.phoneNumber", ""),
        "sip_call_id": phone.get("sip.callID", ""),
    }
    return {name: value[:FACT_LIMIT] for name, value in known.items() if value}


def watch_line(room: rtc.Room, call: Call, identity: str, driving: Driving) -> None:
    """From now on, with the session running, tell the call when the caller's line breaks and when they are back.

    Also when the room is no more, or the agent's own line is; `driving` learns of other agents. Of a caller who hangs
    up LiveKit tells the session itself.
    """

    def left(who: rtc.RemoteParticipant) -> None:
        if who.identity != identity or who.disconnect_reason in HUNG_UP:
            return
        if who.disconnect_reason in ROOM_GONE:
            call.spawn(call.end(ROOM_CLOSED))
        elif who.disconnect_reason == rtc.DisconnectReason.CONNECTION_TIMEOUT:
            call.absence.lost(_name(who.disconnect_reason), MISSED_LIMIT_S)
        else:
            call.absence.lost(_name(who.disconnect_reason))

    def came(who: rtc.RemoteParticipant) -> None:
        if who.identity == identity:
            call.absence.back()
        elif who.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT:
            driving.another_came()

    def cut(reason: rtc.DisconnectReason.ValueType) -> None:
        if call.ending:
            return
        if reason in OURS_BROKE:
            call.let_go()  # before LiveKit, which is told as well, has the job end
            call.spawn(driving.let_go())
        else:
            call.spawn(call.end(ROOM_CLOSED if reason in ROOM_GONE else DISCONNECTED))

    room.on("participant_disconnected", left)
    room.on("participant_connected", came)
    room.on("disconnected", cut)
    if not room.isconnected():  # while nobody watched
        cut(rtc.DisconnectReason.UNKNOWN_REASON)
    elif identity not in room.remote_participants:
        call.absence.lost(_name(None))


def _name(reason: rtc.DisconnectReason.ValueType | None) -> str:
    return rtc.DisconnectReason.Name(reason or rtc.DisconnectReason.UNKNOWN_REASON)
