"""Everything a call is made of, put together in one place, for the worker, the demo, the chat and the tests."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from livekit.agents import NOT_GIVEN, AgentSession, APIConnectOptions, llm, stt, tts, vad
from livekit.agents.voice.agent_session import SessionConnectOptions

from interlock.agents.call.call import Call
from interlock.agents.call.clock import Clock, done_within
from interlock.agents.call.journal import Entry, Journal, Memory
from interlock.agents.call.record import RECORD_LIMIT_S
from interlock.agents.call.resume import LastDriver
from interlock.agents.call.terms import Terms
from interlock.agents.caller.missing_transcript import WORDS_LIMIT_S, Restarts
from interlock.agents.flow import Flow
from interlock.agents.speech.kept_lines import KeptLines
from interlock.agents.speech.reply import BEGIN_LIMIT_S
from interlock.app.calls.slower import slow_down
from interlock.app.telemetry.logs import say_where
from interlock.app.worker.job_session import CallSession

NEVER_BEGAN = "error"
"""The reason on record for a call that was opened and whose session did not start."""
ERRORS_LIMIT = 20
"""Provider errors in a row after which LiveKit closes a session; our own budget asks for a person long before."""
LLM_TRIES = APIConnectOptions(max_retry=1, retry_interval=0.2, timeout=BEGIN_LIMIT_S)
"""A refusal is tried again at once; a model that is slow has had its time, all of
`interlock.agents.speech.reply.BEGIN_LIMIT_S`."""
TTS_TRIES = APIConnectOptions(max_retry=1, retry_interval=0.2, timeout=1.2)
"""Two tries within `interlock.agents.speech.stall_watch.FIRST_AUDIO_LIMIT_S`; a fallback adapter's two voices have
one each in that time."""


def open_call(
    flow: Flow,
    *,
    llm: llm.LLM[Any],
    journal: Journal,
    stt: stt.STT[Any] | None = None,
    tts: tts.TTS[Any] | None = None,
    vad: vad.VAD | None = None,
    services: Any = None,
    spare: llm.LLM[Any] | None = None,
    voices: Mapping[str, tts.TTS[Any]] | None = None,
    models: Mapping[str, llm.LLM[Any]] | None = None,
    kept_lines: KeptLines | None = None,
    call_id: str | None = None,
    clock: Clock | None = None,
    timezone: str = "UTC",
    silence_s: float | None = None,
    watch: Callable[[Entry], None] | None = None,
    memory: Memory | None = None,
    last_driver: LastDriver | None = None,
    terms: Terms | None = None,
) -> tuple["AgentSession[Call]", Call]:
    """A session and its call, not yet started: see `start_call`.

    With a `memory` the conversation is kept for whoever takes the call over; `last_driver` is what the last one left.
    """
    call = Call(
        flow if silence_s is None else replace(flow, silence_s=silence_s),
        call_id=call_id or new_call_id(),
        journal=journal,
        services=services,
        clock=clock,
        spare=spare,
        voices=voices,
        models=models,
        kept_lines=kept_lines,
        slower=slow_down,
        timezone=timezone,
        watch=watch,
        memory=memory,
        last_driver=last_driver,
        terms=terms,
    )
    session = CallSession(
        stt=stt or NOT_GIVEN,
        tts=tts or NOT_GIVEN,
        llm=llm,
        vad=vad,
        userdata=call,
        turn_handling={"turn_detection": "vad" if vad is not None else None, "interruption": {"mode": "vad"}},
        max_tool_steps=5,
        user_away_timeout=None,
        aec_warmup_duration=None,
        transcription_timeout=WORDS_LIMIT_S if isinstance(stt, Restarts) else None,
        conn_options=SessionConnectOptions(
            max_unrecoverable_errors=ERRORS_LIMIT, llm_conn_options=LLM_TRIES, tts_conn_options=TTS_TRIES
        ),
    )
    return session, call


async def start_call(
    session: "AgentSession[Call]",
    call: Call,
    *,
    known: Mapping[str, Any] | None = None,
    changed: bool = False,
    **start: Any,
) -> None:
    """Record the call, then let its first agent speak; `start` goes to `AgentSession.start`.

    `known` are facts established before anybody spoke; in a call that was taken over, `changed` says that they are of
    somebody who has the place of the caller it was left with. Without `record`, LiveKit Cloud is sent nothing of the
    call: no sound, transcript, trace or log, whatever the LiveKit project is set to. Without `session_host`, nobody in
    the room reads its conversation, facts and tool calls, or puts words in (`livekit.agents.RemoteSession`).
    Raises `JournalDown`, and whatever keeps a session from starting; the end of the call is on record then, too, unless
    it was taken over: another may.
    """
    say_where(lambda: call.here)
    await call.open(session)
    try:
        if changed:
            await call.caller_changed_before(known or {})
        elif known:
            await call.establish(**known)
        await session.start(call.first_agent(), **{"record": False, "session_host": False, **start})
    except Exception:
        if not call.resumed:
            await done_within(call.clock, RECORD_LIMIT_S, call.spawn(call.end(NEVER_BEGAN)))
        raise
    call.started()


def new_call_id() -> str:
    """A new call's id: short enough to read out, random enough never to repeat."""
    return f"call-{uuid.uuid4().hex[:12]}"
