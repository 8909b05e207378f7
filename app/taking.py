"""One call of the worker's, from the dispatch to the session: which flow, whose call, and what it is made of."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial

import structlog
from livekit.agents import NOT_GIVEN, AgentSession, JobContext, NotGivenOr, inference
from livekit.agents.voice.room_io import RoomOptions

from agents.call import Call
from agents.clock import within
from agents.farewell import APOLOGY
from agents.first_word import FirstWord, dispatched_s_ago
from app.caller import NO_CALLER, NoCaller, facts_of, the_caller, watch_line
from app.dispatch import flow_of
from app.driving import claim, keep_driving, left_by
from app.flows import UnknownFlow, flow_named
from app.job_session import end_with_the_worker
from app.journal import journal_of
from app.metrics import open_metrics
from app.providers import close_models, models
from app.refusal import NOTHING, close_room, refuse
from app.session import new_call_id, open_call, start_call
from app.settings import Settings, load_settings
from app.store.driving import DrivenElsewhere
from app.systems import open_systems
from app.voiced import lines_for

log = structlog.get_logger("interlock.worker")

LINES, SPARE, LAST = "lines", "spare", "last"
"""Where a process keeps what it has made ready before it takes a call, and what it does last of all."""
SETTLED_LIMIT_S = 60.0
"""How long the end of a process waits for the call's own work; `app.worker.CLOSING_S` is longer."""


async def take_call(context: JobContext) -> None:
    """One call, in a process of its own: everything is opened here, and closed when the job ends.

    Where the call cannot begin, for whatever reason, the caller hears so and the job has failed.
    """
    settings: Settings | None = None
    opened = AsyncExitStack()
    context.add_shutdown_callback(opened.aclose)
    try:
        first_word = FirstWord(dispatched_s_ago=dispatched_s_ago(context))
        settings = load_settings()
        await _take(context, settings, opened, first_word)
    except DrivenElsewhere as error:
        log.warning("call.driven_elsewhere", job_id=context.job.id, why=str(error))
        context.shutdown(reason="driven elsewhere")
    except UnknownFlow as error:
        await refuse(context, settings, error)
    except Exception as error:
        await refuse(context, settings, error, APOLOGY)


async def _take(context: JobContext, settings: Settings, opened: AsyncExitStack, first_word: FirstWord) -> None:
    if not settings.otel_content:
        context.init_recording(NOTHING)
    flow = flow_of(context.job.metadata, settings.flow)
    journal = journal_of(settings)
    opened.callback(journal.close)
    taken = await claim(journal, context.job.room.sid, context.job.room.name, new_call_id())
    left = await left_by(journal, taken) if taken.resumes else None
    flow = flow_named(left.flow) if left else flow
    systems, its, spare = open_systems(flow, settings.store), models(settings), context.proc.userdata.get(SPARE)
    opened.push_async_callback(close_models, *its.all, spare)
    metrics = open_metrics(settings)
    session, call = open_call(
        flow,
        llm=its.llm,
        stt=its.stt,
        tts=its.tts,
        vad=inference.VAD(),
        spare=spare,
        voices=its.voices,
        voiced=lines_for(flow, settings, context.proc.userdata.get(LINES)),
        models=its.llms,
        journal=metrics.journal(journal),
        services=systems,
        timezone=settings.timezone,
        silence_s=settings.silence_s,
        call_id=taken.call_id,
        memory=journal,
        left=left,
    )
    opened.push_async_callback(_settled, call)
    metrics.follow(session, call)
    call.on_lost = partial(_leave, context)
    opened.callback(asyncio.get_running_loop().create_task(keep_driving(call, journal, taken.fence)).cancel)
    try:
        await _begin(context, session, call, first_word, record=NOT_GIVEN if settings.otel_content else False)
    except Exception:
        if call.lost:  # no word and no closed room: the caller is somebody else's
            raise DrivenElsewhere(f"call {call.id} was taken over") from None
        raise


def _over(context: JobContext, call: Call) -> None:
    """Close the room with the call, unless it goes on with another driver."""
    if not call.lost:
        call.spawn(close_room(context))
    context.shutdown(reason="the call is over")


def _leave(context: JobContext) -> None:
    """Another driver has the call: out of the room, which stays."""
    context.shutdown(reason="driven elsewhere")


async def _settled(call: Call) -> None:
    """Let the call finish its own work, but not for ever: its models and its journal are closed after it."""
    try:
        await within(call.clock, SETTLED_LIMIT_S, call.settled())
    except TimeoutError:
        log.error("call.unsettled", **call.here)


async def _begin(
    context: JobContext, session: "AgentSession[Call]", call: Call, first_word: FirstWord, *, record: NotGivenOr[bool]
) -> None:
    """Meet the caller and let the first agent speak; without a caller the call ends as it began."""
    await context.connect()
    first_word.joined()
    try:
        caller = await the_caller(context.room, call.clock)
    except NoCaller as error:
        if call.lost:
            return
        log.warning("caller.missing", **call.here, why=str(error))
        await call.open(session)
        await call.end(NO_CALLER)
        await close_room(context)
        context.shutdown(reason="no caller")
        return
    if call.lost:
        return
    session.on("close", lambda _: _over(context, call))
    first_word.listen(session, call)
    options = RoomOptions(participant_identity=caller.identity)
    known = facts_of(context.room, caller)
    await start_call(session, call, known=known, record=record, room=context.room, room_options=options)
    watch_line(context.room, call, caller.identity)
    context.proc.userdata[LAST] = end_with_the_worker(call)
