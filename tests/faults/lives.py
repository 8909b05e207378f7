"""The processes of a call, one after the other: each begins the call or takes it over, and can die at any step."""

import asyncio
import warnings
from collections.abc import Coroutine
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from interlock.agents.flow import Flow
from interlock.app.calls.session import open_call
from interlock.app.calls.typed import TypedCall
from interlock.app.offline.clock import ManualClock
from interlock.app.offline.scripted import Says, ScriptedModel
from interlock.app.store import StoreJournal, open_journal
from interlock.app.store.lease import acquire
from interlock.app.worker.last_driver import last_driver_of
from tests.faults.deaths import expire
from tests.faults.dying import Elsewhere, Life, MortalJournal, MortalSystem

CALL_ID = "call-1"
TAKEN_AFTER_S = 4.0
"""How long after a death the next process has the call: a lease, and a moment."""
LAST_ROUNDS, CLOSING_ROUNDS = 10, 200
"""Rounds of the event loop in which the dead come to a stand, and their session closes."""


@dataclass
class Process:
    """One process's part in the call; `told` are the acceptances it told whoever asked, with their epochs."""

    life: Life
    typed: TypedCall
    model: ScriptedModel
    clock: ManualClock
    journal: StoreJournal
    services: Any
    told: list[tuple[str, int]] = field(default_factory=list)

    async def until_dead(self, work: Coroutine[Any, Any, None]) -> bool:
        """Whether the process died at work; whatever else went wrong is raised."""
        lived, died = asyncio.create_task(work), asyncio.create_task(self.life.dead.wait())
        await asyncio.wait({lived, died}, return_when=asyncio.FIRST_COMPLETED)
        died.cancel()
        if not self.life.dead.is_set():
            await lived
            return False
        lived.cancel()
        await asyncio.wait({lived})
        return True

    async def bury(self) -> None:
        """What is left of it in this process of ours: nothing of it moves any more."""
        self.life.dead.set()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # what was about to be awaited never is
            self.typed.call.superseded()
            for _ in range(LAST_ROUNDS):  # what was begun is not left unawaited
                await asyncio.sleep(0)
            await _end_tasks()
            closing = asyncio.create_task(self.typed.session.aclose())
            for _ in range(CLOSING_ROUNDS):
                if closing.done():
                    break
                await asyncio.sleep(0)
            await _end_tasks()
        self.journal.close()


async def _end_tasks() -> None:
    """Cancel whatever runs on this loop but ourselves."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in others:
            task.cancel()
        await asyncio.wait(others)


@dataclass(frozen=True)
class World:
    """What outlives every process: where the record is, the flow, and the business systems."""

    store: str | Path
    flow: Flow
    services: Any
    elsewhere: Elsewhere

    async def process(self, life: Life) -> Process | None:
        """The process that begins the call, or takes it over; None when it has ended. Not yet started."""
        journal, clock = open_journal(self.store), ManualClock()
        left = None
        if records := journal.records(CALL_ID):
            clock = ManualClock(records[-1].at)
            clock.advance(TAKEN_AFTER_S)
            await expire(journal, CALL_ID)
            taken = await journal.transact(lambda connection: acquire(connection, CALL_ID, journal.owner))
            if taken is None:
                journal.close()
                return None
            left = await last_driver_of(journal, taken)
        mortal, model = MortalJournal(journal, life, self.elsewhere), ScriptedModel(then=lambda: Says("All right."))
        session, call = open_call(
            self.flow,
            llm=model,
            journal=mortal,
            memory=mortal,
            services=_mortal(self.services, life),
            clock=clock,
            call_id=CALL_ID,
            last_driver=left,
        )
        its = Process(life, TypedCall(session, call), model, clock, journal, self.services)
        _watched(its)
        return its


def _mortal(services: Any, life: Life) -> Any:
    its = {part.name: MortalSystem(getattr(services, part.name), part.name, life) for part in fields(services)}
    return replace(services, **its)


def _watched(its: Process) -> None:
    """Steps at the switch and at an agent's entry; and what is told of acceptances."""
    call, session, life = its.typed.call, its.typed.session, its.life
    update_agent, enter, propose = session.update_agent, call.enter, call.propose

    def switches(desk: Any) -> None:
        life.at(f"before the switch to {type(desk).__name__}")
        update_agent(desk)
        life.at(f"after the switch to {type(desk).__name__}")

    async def enters(desk: Any) -> Any:
        await life.step(f"before {type(desk).__name__} enters")
        words = await enter(desk)
        await life.step(f"after {type(desk).__name__} entered")
        return words

    async def proposes(*given: Any, **named: Any) -> Any:
        verdict = await propose(*given, **named)
        if verdict.accepted and not life.dead.is_set():
            its.told.append((verdict.event, verdict.after.epoch))
        return verdict

    session.update_agent = switches  # type: ignore[method-assign]
    call.enter = enters  # type: ignore[method-assign]
    call.propose = proposes  # type: ignore[method-assign]
