"""Work in the outside world, begun by entering a state and ended by a system event."""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

import structlog

from agents.clock import pause, within
from agents.journal import JournalDown
from agents.record import RECORD_AGAIN_S, RECORD_TRIES, Line

if TYPE_CHECKING:
    from agents.call import Call
    from agents.flow import Effect
    from machines.decide import Verdict

log = structlog.get_logger("interlock.call")


async def run_effect(call: "Call", effect: "Effect", args: dict[str, Any], epoch: int) -> None:
    """Run `effect` once and propose what came of it.

    An error or a time-out says nothing about the work itself: it may have been done, and only its answer lost. So it
    proposes `effect.unknown` and never that the work failed. The key `call_id:epoch` makes a second run of the same
    work the same work.
    """
    key = f"{call.id}:{epoch}"
    state = call.state
    work = _begun(effect, call, key, args)
    await call.note_if_possible(Line("effect.started", {"state": state, "key": key}))
    try:
        event, why = await within(call.clock, effect.timeout_s, work), ""
    except Exception as error:
        event, why = effect.not_known, type(error).__name__
    await call.note_if_possible(Line("effect.ended", {"state": state, "key": key, "event": event, "why": why}))
    verdict = await _report(call, event, epoch)
    if verdict is not None and verdict.kind not in ("accepted", "stale", "terminated"):
        log.error("effect.misreported", **call.here, state=state, verdict=verdict.kind)
        await _report(call, effect.not_known, epoch)


def _begun(effect: "Effect", call: "Call", key: str, args: dict[str, Any]) -> Coroutine[Any, Any, str]:
    """The work, having read what it reads at once; work that cannot even begin fails like any other."""
    try:
        return effect.run(call, key, args)
    except Exception as error:
        return _cannot_begin(error)


async def _cannot_begin(error: Exception) -> str:
    raise error


async def _report(call: "Call", event: str, epoch: int) -> "Verdict | None":
    """Propose the outcome of this work and no later one: once the call moved on it is stale.

    While the journal is down, again every second for a minute: the call waits for it.
    """
    for _ in range(RECORD_TRIES):
        try:
            return await call.propose(event, by="system", seen_epoch=epoch)
        except JournalDown:
            await pause(call.clock, RECORD_AGAIN_S)
    log.error("effect.unreported", **call.here)
    return None
