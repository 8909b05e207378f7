"""A job that cannot become a call: the caller hears so, and LiveKit learns that the job failed."""

import asyncio
import os
from multiprocessing.util import Finalize

import structlog
from livekit.agents import Agent, AgentSession, JobContext
from livekit.agents.voice.room_io import RoomOptions

from agents.clock import LoopClock
from app.caller import the_caller
from app.providers import text_to_speech
from app.settings import Settings

log = structlog.get_logger("interlock.worker")

NOT_SET_UP = "I am sorry, this line is not set up. Please call us another time. Goodbye."
REFUSAL_LIMIT_S = 15.0
"""How long the sentence may take in all, with a caller who may still have to come and a voice that may be dead."""
CLOSE_LIMIT_S = 5.0


async def refuse(context: JobContext, settings: Settings, why: Exception, words: str = NOT_SET_UP) -> None:
    """End the job as failed, and the room with it; `why` goes to the log, so it holds nothing of a caller's."""
    log.error("job.refused", job_id=context.job.id, why=str(why))
    try:
        async with asyncio.timeout(REFUSAL_LIMIT_S):
            await context.connect()
            caller = await the_caller(context.room, LoopClock(), REFUSAL_LIMIT_S)
            await _say(context, settings, caller.identity, words)
    except Exception as error:  # whatever it is, the room is still to be closed
        log.error("refusal.unspoken", job_id=context.job.id, error=type(error).__name__)
    fail(context)
    await close_room(context)
    context.shutdown(reason="refused")


async def close_room(context: JobContext) -> None:
    """Put everybody out, in `CLOSE_LIMIT_S` at most."""
    try:
        async with asyncio.timeout(CLOSE_LIMIT_S):
            await context.delete_room()
    except TimeoutError:
        log.error("room.left_open", job_id=context.job.id)


async def _say(context: JobContext, settings: Settings, caller: str, words: str) -> None:
    voice = text_to_speech(settings)
    session: AgentSession[None] = AgentSession(tts=voice)
    options = RoomOptions(participant_identity=caller, audio_input=False, text_input=False)
    try:
        await session.start(Agent(instructions=""), room=context.room, room_options=options, record=False)
        await session.say(words, allow_interruptions=False)
    finally:
        await session.aclose()
        await voice.aclose()


def fail(context: JobContext) -> None:
    """Let the job's process end with exit code 1, once all else is done: by that alone LiveKit tells a failed job."""

    async def at_the_end() -> None:
        Finalize(None, os._exit, args=(1,), exitpriority=0)

    context.add_shutdown_callback(at_the_end)
