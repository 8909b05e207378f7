"""One call of the worker's, from the dispatch to the session: which flow, whose call, and what it is made of."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

import structlog
from livekit.agents import NOT_GIVEN, AgentSession, JobContext, inference
from livekit.agents.voice.room_io import AudioInputOptions, RoomOptions

from interlock.agents.call.call import Call
from interlock.agents.call.clock import within
from interlock.agents.call.farewell import APOLOGY
from interlock.agents.call.recording import AGREED
from interlock.agents.flow import Flow
from interlock.agents.telemetry.first_word import FirstWord, dispatched_s_ago
from interlock.app.calls.journal import journal_of
from interlock.app.calls.session import new_call_id, open_call, start_call
from interlock.app.kept_lines import NOT_SET_UP, lines_for
from interlock.app.project import UnknownFlow, flow_named, open_systems
from interlock.app.providers import close_models, models
from interlock.app.settings import Settings, load_settings
from interlock.app.store.lease import CallIsOver, DrivenElsewhere
from interlock.app.store.rooms import Room
from interlock.app.telemetry.metrics import open_metrics
from interlock.app.telemetry.tracing import ContentGate
from interlock.app.worker.caller import (
    NO_CALLER,
    NoCaller,
    anybody_in,
    facts_of,
    is_another,
    the_caller,
    watch_connection,
)
from interlock.app.worker.dispatch import call_of, flow_of
from interlock.app.worker.job_session import let_go_with_the_worker
from interlock.app.worker.last_driver import last_driver_of
from interlock.app.worker.lease import Lease, claim
from interlock.app.worker.refusal import NOTHING, close_room, loggable, refuse
from interlock.app.worker.typed_text import TypedText

log = structlog.get_logger("interlock.worker")

CALL_OVER = "I am sorry, this invitation was for one call, and that is over. Please ask for another one. Goodbye."
LINES, SPARE, LAST, CONTENT = "lines", "spare", "last", "content"
"""Where a process keeps what it has made ready before it takes a call, and what it does last of all."""
IDLE_LIMIT_S = 60.0
"""How long the end of a process waits for the call's own work; `interlock.app.worker.worker.CLOSING_S` is longer."""


@dataclass(slots=True)
class _Job:
    """What a job was given, what of it is to be closed at its end, and how long its caller waits."""

    context: JobContext
    settings: Settings
    opened: AsyncExitStack
    first_word: FirstWord
    lease: Lease | None = None


async def take_call(context: JobContext) -> None:
    """One call, in a process of its own: everything is opened here, and closed when the job ends.

    Where a call cannot begin, for whatever reason, the caller hears so and the job has failed; one that cannot be taken
    over is left to another process.
    """
    settings: Settings | None = None
    job: _Job | None = None
    opened = AsyncExitStack()
    context.add_shutdown_callback(opened.aclose)
    try:
        first_word = FirstWord(dispatched_s_ago=dispatched_s_ago(context))
        settings = load_settings()
        job = _Job(context, settings, opened, first_word)
        await _take(job)
    except DrivenElsewhere as error:
        log.warning("call.driven_elsewhere", job_id=context.job.id, why=str(error))
        context.shutdown(reason="driven elsewhere")
    except Exception as error:
        lease = job.lease if job else None
        if await refuse(context, settings, error, _sorry(error), ours=lease is not None) and lease:
            await lease.abandon()


def _sorry(error: Exception) -> str:
    if isinstance(error, CallIsOver):
        return CALL_OVER
    return NOT_SET_UP if isinstance(error, UnknownFlow) else APOLOGY


async def _take(job: _Job) -> None:
    if not _records_all(job.settings):
        job.context.init_recording(NOTHING)
    flow = flow_of(job.context.job.metadata, job.settings.flow)
    journal = journal_of(job.settings)
    job.opened.callback(journal.close)
    asked = job.context.job.room
    room = Room(asked.sid, asked.name, flow.name)
    grant = await claim(journal, room, call_of(job.context.job.metadata) or new_call_id())
    job.lease = lease = Lease(journal, grant, room)
    try:
        await _drive(job, flow, lease)
    except Exception as error:
        if lease.is_new:
            raise
        await lease.let_go()  # no word and no closed room: the caller is somebody else's
        raise DrivenElsewhere(f"call {grant.call_id} is left to another: {loggable(error)}") from None


async def _drive(job: _Job, flow: Flow, lease: Lease) -> None:
    settings, kept = job.settings, job.context.proc.userdata
    last_driver = await last_driver_of(lease.journal, lease.grant) if lease.grant.resumes else None
    flow = flow_named(last_driver.flow) if last_driver else flow
    systems, its, spare = open_systems(flow, settings.store), models(settings), kept.get(SPARE)
    job.opened.push_async_callback(close_models, *its.all, spare)
    metrics = open_metrics(settings)
    session, call = open_call(
        flow,
        llm=its.llm,
        stt=its.stt,
        tts=its.tts,
        vad=inference.VAD(),
        spare=spare,
        voices=its.voices,
        kept_lines=lines_for(flow, settings, kept.get(LINES)),
        models=its.llms,
        journal=metrics.journal(lease.journal),
        services=systems,
        timezone=settings.timezone,
        silence_s=settings.silence_s,
        call_id=lease.grant.call_id,
        memory=lease.journal,
        last_driver=last_driver,
        terms=settings.terms,
    )
    call.on_lost = partial(_leave, job.context)
    job.opened.callback(asyncio.get_running_loop().create_task(lease.keep_alive(call)).cancel)
    job.opened.push_async_callback(_wait_until_idle, call)  # while it is kept
    metrics.follow(session, call)
    if settings.otel_content:
        _follow_the_answer(call, kept.get(CONTENT), asked=settings.ask_to_record)
    await _begin(job, session, call, lease)


def _records_all(settings: Settings) -> bool:
    """Whether a call may be recorded from its first word: where the caller is asked, only our traces follow it."""
    return settings.otel_content and not settings.ask_to_record


def _follow_the_answer(call: Call, gate: ContentGate | None, *, asked: bool) -> None:
    """Let what is said be seen in traces from when on the caller agreed to it, and until somebody has their place."""
    if gate is None or not asked:
        return
    if call.facts.recording == "agreed":
        gate.open()
    does = {AGREED: gate.open, "caller.changed": gate.close}
    call.watch(lambda entry: does[entry.kind]() if entry.kind in does else None)


def _over(context: JobContext, call: Call, lease: Lease) -> None:
    """Close the room with the call, unless it goes on with another driver."""
    if not call.lost and not lease.contested:
        call.spawn(close_room(context))
    context.shutdown(reason="the call is over")


def _leave(context: JobContext) -> None:
    """Another driver has the call: out of the room, which stays."""
    context.shutdown(reason="driven elsewhere")


async def _wait_until_idle(call: Call) -> None:
    """Let the call finish its own work, but not for ever: its models and its journal are closed after it."""
    try:
        await within(call.clock, IDLE_LIMIT_S, call.wait_until_idle())
    except TimeoutError:
        log.error("call.unsettled", **call.here)


async def _begin(job: _Job, session: "AgentSession[Call]", call: Call, lease: Lease) -> None:
    """Meet the caller and let the first agent speak; without a caller the call ends as it began."""
    context = job.context
    await context.connect()
    job.first_word.joined()
    lease.entered(context.room)
    before = call.facts.caller_identity if call.resumed else None
    try:
        caller = await the_caller(context.room, call.clock, identity=before)
    except NoCaller as error:
        if call.lost:
            return
        log.warning("caller.missing", **call.here, why=str(error))
        await call.open(session)
        await call.end(NO_CALLER)
        if not anybody_in(context.room):  # somebody else's call is not ours to end
            await close_room(context)
        context.shutdown(reason="no caller")
        return
    await lease.renew(call)  # a process that stood still may have lost the room meanwhile
    if call.lost:
        return
    session.on("close", lambda _: _over(context, call, lease))
    job.first_word.listen(session, call)
    known, heard, sid = facts_of(context.room, caller), _what_is_heard(caller.identity), caller.sid
    changed = is_another(call, caller)
    record = NOT_GIVEN if _records_all(job.settings) else False
    await start_call(session, call, known=known, changed=changed, record=record, room=context.room, room_options=heard)
    if job.settings.typed:
        TypedText(call, caller.identity).listen(context.room)
    watch_connection(context.room, call, (caller.identity, sid), lease)
    context.proc.userdata[LAST] = let_go_with_the_worker(call, lease.let_go)


def _what_is_heard(caller: str) -> RoomOptions:
    """The caller's microphone. LiveKit's own text input is off: it reads a message of any length. So is sound from
    before a call: it names the microphone it is from, and anybody in the room may send it."""
    microphone = AudioInputOptions(pre_connect_audio=False)
    return RoomOptions(participant_identity=caller, text_input=False, audio_input=microphone)
