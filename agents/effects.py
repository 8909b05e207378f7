"""Work in the outside world, begun by entering a state and ended by a system event."""

import asyncio
from typing import TYPE_CHECKING, Any

import structlog

from agents.clock import within
from agents.journal import JournalDown
from agents.record import Line

if TYPE_CHECKING:
    from agents.call import Call
    from agents.flow import Effect

log = structlog.get_logger("interlock.call")

REPORT_TRIES = 60


async def run_effect(call: "Call", effect: "Effect", args: dict[str, Any], epoch: int) -> None:
    """Run `effect` once and propose what came of it; an error or a time-out proposes `effect.failed`.

    The key `call_id:epoch` makes a second run of the same work the same work.
    """
    key = f"{call.id}:{epoch}"
    state = call.state
    await call.note_if_possible(Line("effect.started", {"state": state, "key": key}))
    try:
        event, why = await within(call.clock, effect.timeout_s, effect.run(call, key, args)), ""
    except Exception as error:
        event, why = effect.failed, type(error).__name__
    await call.note_if_possible(Line("effect.ended", {"state": state, "key": key, "event": event, "why": why}))
    await _report(call, event)


async def _report(call: "Call", event: str) -> None:
    """Propose the outcome; while the journal is down, again every second for a minute: the call waits for it."""
    for _ in range(REPORT_TRIES):
        try:
            await call.propose(event, by="system")
        except JournalDown:
            again = asyncio.Event()
            call.clock.call_later(1.0, again.set)
            await again.wait()
        else:
            return
    log.error("effect.unreported", call_id=call.id, outcome=event)
