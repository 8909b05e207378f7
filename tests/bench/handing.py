"""An accepted handoff, from the proposal to the next agent's `on_enter`, beside LiveKit's own `update_agent`.

Both switch a real AgentSession, at rest, between two agents of the same instructions and tools. Ours decides and makes
two lines durable in between.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from livekit.agents import Agent, AgentSession, RunContext, function_tool, llm
from livekit.agents.voice import SpeechHandle

from agents.support import SUPPORT
from agents.support.desks import BillingDesk, TechnicalDesk
from interlock.agents.call.journal import Entry, Journal
from interlock.agents.desk import Desk
from interlock.agents.tools import tools_of
from interlock.app.calls.session import open_call
from interlock.app.calls.typed import TypedCall
from interlock.app.offline.scripted import ScriptedModel
from interlock.app.store import open_journal
from tests.bench.deciding import BACK, RATIO_AIM, THERE
from tests.bench.recording import news, ready
from tests.bench.times import Figure, Times

_entered = asyncio.Event()


class _EnteredDesk(Desk):
    async def on_enter(self) -> None:
        _entered.set()
        await super().on_enter()


class _Technical(_EnteredDesk, TechnicalDesk):
    pass


class _Billing(_EnteredDesk, BillingDesk):
    pass


FLOW = replace(SUPPORT, cast={**SUPPORT.cast, "technical": _Technical, "billing": _Billing})


class _Bare(Agent):
    """What a desk is without us: instructions, tools and an opening."""

    def __init__(self, desk: type[Desk]) -> None:
        self._opening = desk.OPENING
        schemas = [tool.schema() for tool in tools_of(desk).values()]
        tools: list[llm.Tool | llm.Toolset] = [function_tool(_nothing, raw_schema=schema) for schema in schemas]
        super().__init__(instructions=desk.INSTRUCTIONS, tools=tools)

    async def on_enter(self) -> None:
        _entered.set()
        self.session.say(self._opening)


async def _nothing(raw_arguments: dict[str, object], context: RunContext[Any]) -> None:
    return None


class _NoRecord:
    """A journal that keeps nothing: what is left is the machine, the agent and LiveKit."""

    async def append(self, entries: Sequence[Entry]) -> None:
        return None

    async def wrote(self, entries: Sequence[Entry]) -> bool:
        return True


async def handing(folder: Path, sessions: int, count: int) -> list[Figure]:
    """`count` handoffs in each of `sessions` calls: the bare one, ours without and ours with the record, in turns."""
    bare, unrecorded = Times("bare update_agent"), Times("handoff, proposed to entered, kept nowhere")
    ours = Times("handoff, proposed to entered, durable")
    with open_journal(folder / "handoffs.sqlite") as journal:
        for _ in range(sessions):
            await _bare(bare, count)
            await _ours(_NoRecord(), unrecorded, count)
            await _ours(journal, ours, count)
    return [Figure(bare), Figure(unrecorded, bare, ratio_aim=RATIO_AIM), Figure(ours, bare, ratio_aim=RATIO_AIM)]


async def _ours(journal: Journal, times: Times, count: int) -> None:
    session, call = open_call(FLOW, llm=ScriptedModel(), journal=journal)
    typed = TypedCall(session, call)
    await typed.start()
    await ready(call)
    for event in ("begin_triage", BACK):
        await call.propose(event)
        await typed.rest()
    for run in range(count):
        await news(call)
        _entered.clear()
        began = time.perf_counter()
        await call.propose(BACK if run % 2 else THERE)
        await _entered.wait()
        times.seconds.append(time.perf_counter() - began)
        await typed.rest()
    await typed.hang_up()


async def _bare(times: Times, count: int) -> None:
    session: AgentSession[None] = AgentSession(llm=ScriptedModel(), user_away_timeout=None)
    speeches: asyncio.Queue[SpeechHandle] = asyncio.Queue()
    session.on("speech_created", lambda event: speeches.put_nowait(event.speech_handle))
    await session.start(_Bare(TechnicalDesk))
    for run in range(count):
        await (await speeches.get()).wait_for_playout()
        _entered.clear()
        began = time.perf_counter()
        session.update_agent(_Bare(TechnicalDesk if run % 2 else BillingDesk))
        await _entered.wait()
        times.seconds.append(time.perf_counter() - began)
    await session.aclose()
