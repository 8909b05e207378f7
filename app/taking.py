"""One call of the worker's, from the dispatch to the session: which flow, whose call, and what it is made of."""

import structlog
from livekit.agents import AgentSession, JobContext, inference
from livekit.agents.voice.room_io import RoomOptions

from agents.call import Call
from agents.farewell import APOLOGY
from agents.first_word import FirstWord, dispatched_s_ago
from agents.journal import JournalDown
from app.caller import NO_CALLER, NoCaller, facts_of, the_caller, watch_line
from app.dispatch import flow_of
from app.flows import UnknownFlow
from app.job_session import end_with_the_worker
from app.metrics import open_metrics
from app.providers import close_models, models
from app.refusal import close_room, refuse
from app.session import open_call, start_call
from app.settings import load_settings
from app.store import StoreError, open_journal
from app.systems import open_systems
from app.voiced import lines_for

log = structlog.get_logger("interlock.worker")

LINES, SPARE, LAST = "lines", "spare", "last"
"""Where a process keeps what it has made ready before it takes a call, and what it does last of all."""


async def take_call(context: JobContext) -> None:
    """One call, in a process of its own: everything is opened here and closed when the call ends."""
    first_word = FirstWord(dispatched_s_ago=dispatched_s_ago(context))
    settings = load_settings()
    try:
        flow = flow_of(context.job.metadata, settings.flow)
        journal, systems = open_journal(settings.store), open_systems(flow, settings.store)
    except UnknownFlow as error:
        await refuse(context, settings, error)
        return
    except StoreError as error:
        await refuse(context, settings, error, APOLOGY)
        return
    its, spare, metrics = models(settings), context.proc.userdata.get(SPARE), open_metrics(settings)
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
    )

    async def close() -> None:
        await call.settled()
        await close_models(*its.all, spare)
        journal.close()

    context.add_shutdown_callback(close)
    metrics.follow(session, call)
    try:
        await _begin(context, session, call, first_word)
    except JournalDown as error:
        await refuse(context, settings, error, APOLOGY)


async def _begin(context: JobContext, session: "AgentSession[Call]", call: Call, first_word: FirstWord) -> None:
    """Meet the caller and let the first agent speak; without a caller the call ends as it began."""
    await context.connect()
    first_word.joined()
    try:
        caller = await the_caller(context.room, call.clock)
    except NoCaller as error:
        log.warning("caller.missing", **call.here, why=str(error))
        await call.open(session)
        await call.end(NO_CALLER)
        await close_room(context)
        context.shutdown(reason="no caller")
        return
    session.on("close", lambda _: context.shutdown(reason="the call is over"))
    first_word.listen(session, call)
    options = RoomOptions(participant_identity=caller.identity, delete_room_on_close=True)
    await start_call(session, call, known=facts_of(context.room, caller), room=context.room, room_options=options)
    watch_line(context.room, call, caller.identity)
    context.proc.userdata[LAST] = end_with_the_worker(call)
