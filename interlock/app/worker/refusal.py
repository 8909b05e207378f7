"""A job that cannot become a call: the caller hears so, and LiveKit learns that the job failed."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from multiprocessing.util import Finalize

import structlog
from livekit import rtc
from livekit.agents import NOT_GIVEN, Agent, AgentSession, JobContext
from livekit.agents.voice.agent_session import RecordingOptions
from livekit.agents.voice.room_io import RoomOptions
from livekit.api import DeleteRoomRequest, ListParticipantsRequest, TwirpError, TwirpErrorCode

from interlock.agents.call.clock import LoopClock, pause
from interlock.agents.call.journal import JournalDown
from interlock.app.kept_lines import kept_sound
from interlock.app.project import UnknownFlow
from interlock.app.providers import text_to_speech
from interlock.app.settings import Settings, SettingsError
from interlock.app.store import StoreError
from interlock.app.store.lease import CallIsOver
from interlock.app.worker.caller import the_caller

log = structlog.get_logger("interlock.worker")

REFUSAL_LIMIT_S = 15.0
"""How long the sentence may take in all, with a caller who may still have to come and a voice that may be dead."""
ON_ITS_WAY_S = 0.5
"""How long the room stays open after the sentence: its end would overtake what is still on its way to the caller."""
CLOSE_LIMIT_S = 5.0
AGENT = int(rtc.ParticipantKind.PARTICIPANT_KIND_AGENT)
NOTHING = RecordingOptions(audio=False, traces=False, logs=False, transcript=False, redaction=False)
"""What LiveKit Cloud is sent of a job, whatever the LiveKit project is set to."""
TELLING = (CallIsOver, JournalDown, SettingsError, StoreError, UnknownFlow)
"""Errors whose text is ours and holds nothing of a caller's; of all others only the type goes to the log."""


async def refuse(context: JobContext, settings: Settings | None, why: Exception, words: str, *, ours: bool) -> bool:
    """End the job as failed, and the room with it; without settings there is no voice to say `words`.

    Whether the room is closed: where the call is not known to be `ours` and another agent may have the caller, it is
    left as it is.
    """
    log.error("job.refused", job_id=context.job.id, why=loggable(why))
    context.init_recording(NOTHING)  # or the log of a job without a session is sent
    fail(context)
    leave = not ours and await _agent_there(context)
    if not leave:
        await _say_in_time(context, settings, words)
    closed = not leave and await close_room(context)
    context.shutdown(reason="refused")
    return closed


async def _say_in_time(context: JobContext, settings: Settings | None, words: str) -> None:
    try:
        if settings is not None:
            async with asyncio.timeout(REFUSAL_LIMIT_S):
                await context.connect()
                caller = await the_caller(context.room, LoopClock(), REFUSAL_LIMIT_S)
                await _say(context, settings, caller.identity, words)
                await pause(LoopClock(), ON_ITS_WAY_S)
    except Exception as error:  # whatever it is, the room is still to be closed
        log.error("refusal.unspoken", job_id=context.job.id, error=type(error).__name__)


def loggable(error: Exception) -> str:
    """What the log may say of an error: its text where that is ours and holds no caller's word, else its type."""
    return str(error) if isinstance(error, TELLING) else type(error).__name__


async def _agent_there(context: JobContext) -> bool:
    """Whether an agent may be in the room: nobody knows where LiveKit does not say."""
    try:
        async with asyncio.timeout(CLOSE_LIMIT_S):
            asked = ListParticipantsRequest(room=context.job.room.name)
            there = (await context.api.room.list_participants(asked)).participants
    except Exception as error:  # of LiveKit's client or the network
        log.warning("room.unknown", job_id=context.job.id, error=type(error).__name__)
        return True
    return any(int(who.kind) == AGENT for who in there)


async def close_room(context: JobContext) -> bool:
    """Put everybody out, in `CLOSE_LIMIT_S` at most; whether the room is closed."""
    asked = DeleteRoomRequest(room=context.job.room.name)  # known also where nobody connected
    try:
        async with asyncio.timeout(CLOSE_LIMIT_S):
            await context.api.room.delete_room(asked)
    except TwirpError as error:
        if error.code == TwirpErrorCode.NOT_FOUND:
            return True
        log.error("room.left_open", job_id=context.job.id, error=error.code)
        return False
    except Exception as error:  # of LiveKit's client or the network
        log.error("room.left_open", job_id=context.job.id, error=type(error).__name__)
        return False
    return True


async def _say(context: JobContext, settings: Settings, caller: str, words: str) -> None:
    voice = text_to_speech(settings)
    session: AgentSession[None] = AgentSession(tts=voice)
    options = RoomOptions(participant_identity=caller, audio_input=False, text_input=False)
    try:
        voiced = Agent(instructions="")
        await session.start(voiced, room=context.room, room_options=options, session_host=False, record=False)
        sound = kept_sound(settings, voice, words)
        await session.say(words, audio=_one_by_one(sound) if sound else NOT_GIVEN, allow_interruptions=False)
    finally:
        await session.aclose()
        await voice.aclose()


async def _one_by_one(sound: Sequence[rtc.AudioFrame]) -> AsyncIterator[rtc.AudioFrame]:
    for frame in sound:
        yield frame


def fail(context: JobContext) -> None:
    """Let the job's process end with exit code 1, once all else is done: by that alone LiveKit tells a failed job."""

    async def at_the_end() -> None:
        Finalize(None, os._exit, args=(1,), exitpriority=0)

    context.add_shutdown_callback(at_the_end)
