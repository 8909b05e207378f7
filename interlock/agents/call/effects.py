"""Work in the outside world, begun by entering a state and ended by a system event."""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

import structlog

from interlock.agents.call.clock import pause, within
from interlock.agents.call.journal import JournalDown, Superseded
from interlock.agents.call.record import RECORD_AGAIN_S, RECORD_TRIES, Line

if TYPE_CHECKING:
    from interlock.agents.call.call import Call
    from interlock.agents.call.resume import Work
    from interlock.agents.flow import Effect
    from interlock.guards.facts import Facts
    from interlock.machines.decide import Verdict

log = structlog.get_logger("interlock.call")


async def run_effect(call: "Call", effect: "Effect", args: dict[str, Any], epoch: int) -> None:
    """Run `effect` once and propose what came of it.

    An error or a time-out says nothing about the work itself: it may have been done, and only its answer lost. So it
    proposes `effect.unknown` and never that the work failed. The key `call_id:epoch` makes a second run of the same
    work the same work.
    """
    await _run(call, effect, _begun(effect, call, key_of(call.id, epoch), args), epoch)


async def begin_again(call: "Call", effect: "Effect", work: "Work", judged_by: "Facts", epoch: int) -> None:
    """Finish work whose process died: report the outcome that is on record, else ask the system by the same key.

    A system that does each key once answers as it did the first time, or does now what it was never asked; what is
    asked is what was accepted, whatever was learnt since. Of any other system nobody can tell: it is not asked twice.
    The record says `effect.asked_again`, also where whoever died had not come to `effect.started`.
    """
    if work.ended or not effect.repeatable:
        await _conclude(call, effect, work.ended or effect.not_known, epoch)
        return
    key = key_of(call.id, epoch)
    call.begun_before.add(key)
    with call.knowing(judged_by):
        again = _begun(effect, call, key, dict(work.args))
    await _run(call, effect, again, epoch)


def key_of(call_id: str, epoch: int) -> str:
    """The idempotency key of the work begun in an epoch."""
    return f"{call_id}:{epoch}"


async def _run(call: "Call", effect: "Effect", work: Coroutine[Any, Any, str], epoch: int) -> None:
    key, state = key_of(call.id, epoch), call.state
    begun = "effect.asked_again" if key in call.begun_before else "effect.started"
    try:
        await call.note_if_possible(Line(begun, {"state": state, "key": key}))
    except BaseException:  # the process ends
        work.close()
        raise
    if call.lost:  # whoever drives the call now asks for it again
        work.close()
        return
    try:
        event, why = await within(call.clock, effect.timeout_s, work), ""
    except Exception as error:
        event, why = effect.not_known, type(error).__name__
    await call.note_if_possible(Line("effect.ended", {"state": state, "key": key, "event": event, "why": why}))
    await _conclude(call, effect, event, epoch)


async def _conclude(call: "Call", effect: "Effect", event: str, epoch: int) -> None:
    """Report the outcome; one that the machine will not have counts as not known."""
    state = call.state
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
        except Superseded:
            return None
        except JournalDown:
            await pause(call.clock, RECORD_AGAIN_S)
    log.error("effect.unreported", **call.here)
    return None
