"""A typed call in the terminal: what the caller says, what the agents say, and, dimmed, every verdict."""

import asyncio
import json
import sys
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

from livekit.agents import llm
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agents.flow import Flow
from agents.journal import Entry, Journal
from app.callscript import CallScript
from app.play import play
from app.session import open_call
from app.tell import tell
from app.typed import TypedCall

TYPIST_SILENCE_S = 180.0
"""Somebody who types needs longer than somebody who speaks."""


class Screen:
    """Shows a call as it goes, for people or (`as_json`) one JSON object a line."""

    def __init__(self, console: Console, *, as_json: bool) -> None:
        self._console = console
        self._as_json = as_json

    def told(self, who: str, words: str) -> None:
        """Somebody said something."""
        if self._as_json:
            self._line({"who": who, "said": words})
        elif who == "agent":
            self._say("agent", "bold cyan", Text(words))

    def caller_said(self, words: str) -> None:
        """The caller's words, where nobody typed them here."""
        if not self._as_json:
            self._say("caller", "bold green", Text(words))

    def watch(self, entry: Entry) -> None:
        """Something was recorded."""
        if self._as_json:
            self._line({"kind": entry.kind, "epoch": entry.epoch, **entry.audit})
        elif line := tell(entry):
            self._say("", "", Text(line, "dim"))

    def _say(self, who: str, style: str, words: Text) -> None:
        row = Table.grid(padding=(0, 1))
        row.add_column(width=7)
        row.add_column(overflow="fold")
        row.add_row(Text(who, style), words)
        self._console.print(row)

    def _line(self, content: dict[str, Any]) -> None:
        self._console.print(json.dumps(content, ensure_ascii=False), markup=False, highlight=False, soft_wrap=True)


async def chat(
    flow: Flow,
    *,
    model: Callable[[], llm.LLM[Any]],
    spare: Callable[[], llm.LLM[Any] | None],
    journal: Journal,
    services: Any,
    screen: Screen,
    timezone: str,
) -> str:
    """A typed call until somebody hangs up, input ends or Ctrl-C; returns the call's id."""
    session, call = open_call(
        flow,
        llm=model(),
        spare=spare(),
        journal=journal,
        services=services,
        timezone=timezone,
        silence_s=TYPIST_SILENCE_S,
        watch=screen.watch,
    )
    typed = TypedCall(session, call, told=screen.told)
    lines = typed_lines()
    try:
        await typed.start()
        while not typed.over.is_set():
            words = await _next_words(lines, typed)
            if words is None:
                break
            if words.strip():
                if not sys.stdin.isatty():
                    screen.caller_said(words.strip())
                await typed.caller(words.strip())
    finally:
        if not typed.over.is_set():
            await typed.hang_up()
    return call.id


async def chat_from_script(
    flow: Flow, script: CallScript, *, journal: Journal, services: Any, screen: Screen
) -> list[str]:
    """Play a call script on the screen; the expectations that did not hold."""

    def told(who: str, words: str) -> None:
        screen.told(who, words)
        if who == "caller":
            screen.caller_said(words)

    played = await play(flow, script, journal=journal, services=services, watch=screen.watch, told=told)
    return played.failures


async def _next_words(lines: AsyncIterator[str], typed: TypedCall) -> str | None:
    """The next line typed, or None when input or the call is over."""
    typing = asyncio.ensure_future(anext(lines, None))
    over = asyncio.ensure_future(typed.over.wait())
    try:
        await asyncio.wait([typing, over], return_when=asyncio.FIRST_COMPLETED)
        return typing.result() if typing.done() else None
    finally:
        over.cancel()
        typing.cancel()


async def typed_lines(ask: Callable[[], str] | None = None) -> AsyncIterator[str]:
    """Lines of standard input, read in a thread that never keeps the process from ending."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[str | None] = asyncio.Queue()

    def read() -> None:
        while True:
            try:
                line: str | None = (ask or _ask)()
            except (EOFError, OSError, ValueError):
                line = None
            try:
                loop.call_soon_threadsafe(waiting.put_nowait, line)
            except RuntimeError:  # the loop is closed: nobody listens any more
                return
            if line is None:
                return

    threading.Thread(target=read, name="typed-lines", daemon=True).start()
    while (line := await waiting.get()) is not None:
        yield line


def _ask() -> str:
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line
