"""A typed call in the terminal: what the caller says, what the agents say, and, dimmed, every verdict."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

from livekit.agents import llm

from interlock.agents.call.journal import Journal, Memory
from interlock.agents.call.terms import Terms
from interlock.agents.flow import Flow
from interlock.app.calls.callscript import CallScript
from interlock.app.calls.dated import DatedNow
from interlock.app.calls.play import play
from interlock.app.calls.screen import Screen
from interlock.app.calls.session import new_call_id, open_call
from interlock.app.calls.typed import REST_LIMIT_S, TypedCall
from interlock.app.calls.typed_input import typed_inputs
from interlock.app.providers import close_models

TYPIST_SILENCE_S = 180.0
"""Somebody who types needs longer than somebody who speaks."""

LATE = f"no answer within {REST_LIMIT_S:.0f} s: type on, or hang up with Ctrl-D"


async def chat(
    flow: Flow,
    *,
    model: Callable[[], llm.LLM[Any]],
    spare: Callable[[], llm.LLM[Any] | None],
    journal: Journal,
    services: Any,
    screen: Screen,
    timezone: str,
    terms: Terms | None = None,
    memory: Memory | None = None,
    lines: Callable[[], AsyncIterator[str]] = typed_inputs,
) -> str:
    """A typed call until somebody hangs up, input or output ends, or Ctrl-C; returns the call's id.

    However it ends, the record says so, and the screen where to read it. With a `memory` the conversation is kept.
    """
    brain, reserve, call_id = model(), spare(), new_call_id()
    session, call = open_call(
        flow,
        llm=brain,
        spare=reserve,
        journal=journal,
        services=services,
        call_id=call_id,
        timezone=timezone,
        silence_s=TYPIST_SILENCE_S,
        watch=screen.watch,
        memory=memory,
        terms=terms,
    )
    typed = TypedCall(session, call, on_said=screen.said)
    try:
        await _talk(typed, lines(), screen)
    finally:
        screen.stop_asking()
        if not typed.over.is_set():
            await typed.hang_up()
        await close_models(brain, reserve)
        screen.record(call_id)
    return call_id


async def chat_from_script(
    flow: Flow,
    script: CallScript,
    *,
    journal: Journal,
    services: Any,
    screen: Screen,
    memory: Memory | None = None,
) -> list[str]:
    """Play a call script on the screen; the expectations that did not hold. On record it is as old as it is."""
    journal = DatedNow(journal)

    def said(who: str, words: str) -> None:
        screen.said(who, words)
        if who == "caller":
            screen.caller_said(words)

    played = await play(
        flow, script, journal=journal, services=services, memory=memory, watch=screen.watch, on_said=said
    )
    return played.failures


async def _talk(typed: TypedCall, lines: AsyncIterator[str], screen: Screen) -> None:
    somebody_types = sys.stdin is not None and sys.stdin.isatty()
    await _bounded(typed.start(), screen)
    while not typed.over.is_set():
        if somebody_types:
            screen.ask()
        words = await _next_words(lines, typed, screen)
        if words is None:
            if typed.call.parting.under_way and not screen.gone.is_set():
                await typed.over.wait()  # nobody comes back
            return
        screen.answered()
        if words.strip():
            if not somebody_types:
                screen.caller_said(words.strip())
            await _bounded(typed.caller(words.strip()), screen)


async def _bounded(work: Any, screen: Screen) -> None:
    try:
        await work
    except TimeoutError:
        screen.remark(LATE)


async def _next_words(lines: AsyncIterator[str], typed: TypedCall, screen: Screen) -> str | None:
    """The next line typed, or None when input, output or the call is over."""
    typing = asyncio.ensure_future(anext(lines, None))
    ended = [asyncio.ensure_future(its.wait()) for its in (typed.over, screen.gone)]
    try:
        await asyncio.wait([typing, *ended], return_when=asyncio.FIRST_COMPLETED)
        return typing.result() if typing.done() and not screen.gone.is_set() else None
    finally:
        for waiting in (typing, *ended):
            waiting.cancel()
