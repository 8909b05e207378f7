"""Everything a call is made of, put together in one place, for the worker, the demo, the chat and the tests."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from livekit.agents import NOT_GIVEN, AgentSession, llm, stt, tts, vad
from livekit.agents.voice.agent_session import SessionConnectOptions

from agents.call import Call
from agents.clock import Clock
from agents.flow import Flow
from agents.journal import Entry, Journal
from app.logs import say_where

ERRORS_LIMIT = 20
"""Provider errors in a row after which LiveKit closes a session; our own budget asks for a person long before."""


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
    call_id: str | None = None,
    clock: Clock | None = None,
    timezone: str = "UTC",
    silence_s: float | None = None,
    watch: Callable[[Entry], None] | None = None,
) -> tuple["AgentSession[Call]", Call]:
    """A session and its call, not yet started: see `start_call`."""
    call = Call(
        flow if silence_s is None else replace(flow, silence_s=silence_s),
        call_id=call_id or new_call_id(),
        journal=journal,
        services=services,
        clock=clock,
        spare=spare,
        voices=voices,
        timezone=timezone,
        watch=watch,
    )
    session: AgentSession[Call] = AgentSession(
        stt=stt or NOT_GIVEN,
        tts=tts or NOT_GIVEN,
        llm=llm,
        vad=vad,
        userdata=call,
        turn_handling={"turn_detection": "vad" if vad is not None else None, "interruption": {"mode": "vad"}},
        max_tool_steps=5,
        user_away_timeout=None,
        aec_warmup_duration=None,
        conn_options=SessionConnectOptions(max_unrecoverable_errors=ERRORS_LIMIT),
    )
    return session, call


async def start_call(session: "AgentSession[Call]", call: Call, **start: Any) -> None:
    """Record the call, then let its first agent speak; `start` goes to `AgentSession.start`. Raises `JournalDown`."""
    say_where(lambda: call.here)
    await call.open(session)
    await session.start(call.first_agent(), **start)
    call.started()


def new_call_id() -> str:
    """A new call's id: short enough to read out, random enough never to repeat."""
    return f"call-{uuid.uuid4().hex[:12]}"
