"""The caller as LiveKit knows them: who in a room it is, what is known of them, when their connection breaks."""

from collections.abc import Mapping
from datetime import UTC, datetime

from livekit import rtc
from livekit.agents.job import DEFAULT_PARTICIPANT_KINDS
from livekit.agents.utils import wait_for_participant

from interlock.agents.call.call import Call
from interlock.agents.call.clock import Clock, Timer, within
from interlock.app.worker.lease import Lease

CALLER_LIMIT_S = 30.0
"""How long an agent waits in a room for its caller."""
MISSED_LIMIT_S = 3.0
"""How much longer a caller is waited for whom the server has waited for in vain already, for some 20 seconds."""
FACT_LIMIT = 256  # characters: what a participant says of itself comes from outside
KIND = "PARTICIPANT_KIND_"

NOW = datetime.max.replace(tzinfo=UTC)

HUNG_UP = frozenset({rtc.DisconnectReason.CLIENT_INITIATED, rtc.DisconnectReason.USER_REJECTED})
ROOM_GONE = frozenset({rtc.DisconnectReason.ROOM_DELETED, rtc.DisconnectReason.ROOM_CLOSED})
"""As opposed to a connection that broke, with which a caller may be back."""
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
"""The agent's connection, not the caller's: they may still be there, and another agent is to go on with them."""
OURS_LIMIT_S = 10.0
"""How long the agent's own connection may take to be back, as a server does that is started anew."""
NO_CALLER, ROOM_CLOSED, DISCONNECTED = "no_caller", "room_closed", "disconnected"
"""Reasons on record for an end that the room brought about."""


class NoCaller(Exception):
    """Nobody who could be the caller came."""


async def the_caller(
    room: rtc.Room, clock: Clock, limit_s: float = CALLER_LIMIT_S, *, identity: str | None = None
) -> rtc.RemoteParticipant:
    """The person or phone that joined first, or who joins next; with `identity` nobody else.

    Raises `NoCaller` after `limit_s`.
    """
    waiting = wait_for_participant(room, identity=identity, kind=DEFAULT_PARTICIPANT_KINDS)
    try:
        first = await within(clock, limit_s, waiting)
    except TimeoutError:
        raise NoCaller(f"nobody came within {limit_s:.0f} s") from None
    except RuntimeError:  # LiveKit's way to say that the room went away meanwhile
        raise NoCaller("the room was closed before anybody came") from None
    if identity is not None:
        return first
    return min(_people(room), key=lambda who: who.joined_at or NOW, default=first)


def anybody_in(room: rtc.Room) -> bool:
    """Whether a person or phone is there, be it the caller or not."""
    return bool(_people(room))


def _people(room: rtc.Room) -> list[rtc.RemoteParticipant]:
    return [who for who in room.remote_participants.values() if who.kind in DEFAULT_PARTICIPANT_KINDS]


def facts_of(room: rtc.Room, caller: rtc.RemoteParticipant) -> dict[str, str]:
    """What is established of a caller: see `interlock.guards.facts.Facts`.

    Only a phone's attributes are LiveKit's own word: of anybody else they say what whoever it is says. What a line has
    of a caller who hides their number ("anonymous") is no number.
    """
    phone: Mapping[str, str] = {}
    if caller.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP:
        phone = caller.attributes
    number = phone.get("sip.phoneNumber", "")
    known = {
        "room": room.name,
        "caller_identity": caller.identity,
        "caller_sid": caller.sid,
        "caller_kind": rtc.ParticipantKind.Name(caller.kind).removeprefix(KIND).lower(),
        "caller_phone": number if any(map(str.isdecimal, number)) else "",
        "sip_call_id": phone.get("sip.callID", ""),
    }
    return {name: value[:FACT_LIMIT] for name, value in known.items() if value}


def is_another(call: Call, caller: rtc.RemoteParticipant) -> bool:
    """Whether this is not the stay in the room that a call taken over has on record, or nobody can tell."""
    return call.resumed and call.facts.caller_sid != caller.sid


def watch_connection(room: rtc.Room, call: Call, caller: tuple[str, str], lease: Lease) -> None:
    """From now on, with the session running, tell the call when the caller's connection breaks and when they are back,
    and which keys they press.

    `caller` is their identity and the SID of their stay. A client that takes its connection up again keeps the SID: it
    is the same caller. Whoever joins with the identity anew has another SID, be it the caller with a page loaded again
    or somebody else with their token (LiveKit puts the one before out): LiveKit does not tell these apart, so neither
    do we, and the call is told that its caller changed.

    Also when the room is no more, or the agent's own connection is; `lease` learns of other agents. Of a caller who
    hangs up LiveKit tells the session itself.
    """
    connection = _Connection(room, call, caller, lease)
    room.on("participant_disconnected", connection.left)
    room.on("participant_connected", connection.came)
    room.on("reconnecting", connection.ours_breaks)
    room.on("reconnected", connection.ours_is_back)
    room.on("disconnected", connection.cut)
    room.on("sip_dtmf_received", connection.pressed)
    if not room.isconnected():  # while nobody watched
        connection.cut(rtc.DisconnectReason.UNKNOWN_REASON)
    else:
        connection.look()


class _Connection:
    """The caller's and the agent's connection to the room."""

    def __init__(self, room: rtc.Room, call: Call, caller: tuple[str, str], lease: Lease) -> None:
        self._room = room
        self._call = call
        self._identity, self._sid = caller
        self._lease = lease
        self._ours: Timer | None = None

    def pressed(self, key: rtc.SipDTMF) -> None:
        """A key of the caller's telephone, and of nobody else's."""
        if key.participant is not None and key.participant.sid == self._sid:
            self._call.keypad.pressed(key.digit)

    def left(self, who: rtc.RemoteParticipant) -> None:
        call, why = self._call, who.disconnect_reason
        if who.identity != self._identity or who.sid != self._sid or why in HUNG_UP:
            return
        if why in ROOM_GONE:
            call.spawn(call.end(ROOM_CLOSED))
        elif self._ours is not None:
            return  # it is we who see nobody any more
        elif why == rtc.DisconnectReason.CONNECTION_TIMEOUT:
            call.absence.lost(_name(why), MISSED_LIMIT_S)
        else:
            call.absence.lost(_name(why))

    def came(self, who: rtc.RemoteParticipant) -> None:
        if who.identity == self._identity:
            self._is_there(who)
        elif who.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT:
            self._lease.another_agent_came()

    def look(self) -> None:
        """Whether the caller is there: nobody told us what happened while we could not see."""
        who = self._room.remote_participants.get(self._identity)
        if who is None:
            self._call.absence.lost(_name(None))
        elif who.sid != self._sid:
            self._is_there(who)

    def _is_there(self, who: rtc.RemoteParticipant) -> None:
        changed = who.sid != self._sid
        if changed:
            self._call.caller_changed(facts_of(self._room, who))
            self._sid = who.sid
        self._call.absence.back(changed=changed)

    def ours_breaks(self) -> None:
        if self._ours is None and not self._call.ending:
            self._ours = self._call.clock.call_later(OURS_LIMIT_S, self._let_go)

    def ours_is_back(self) -> None:
        if self._ours is None:
            return
        self._ours.cancel()
        self._ours = None
        self.look()

    def cut(self, reason: rtc.DisconnectReason.ValueType) -> None:
        if self._call.ending:
            return
        if reason in OURS_BROKE:
            self._let_go()
        else:
            self._call.spawn(self._call.end(ROOM_CLOSED if reason in ROOM_GONE else DISCONNECTED))

    def _let_go(self) -> None:
        if not self._call.ending:
            self._call.let_go()  # before LiveKit, which is told as well, has the job end
            self._call.spawn(self._lease.let_go())


def _name(reason: rtc.DisconnectReason.ValueType | None) -> str:
    return rtc.DisconnectReason.Name(reason or rtc.DisconnectReason.UNKNOWN_REASON)
