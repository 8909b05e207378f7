"""Where a call registers a return: begun by an accepted `register_return`, its outcome reported by our system alone."""

from agents.__flow__.systems import Systems
from interlock.agents import Assignment, Outcome, Refused, effect
from machines.__flow__ import __Flow__Facts


@effect(failed="return_refused", unknown="return_unconfirmed", repeatable=True)
async def register(work: Assignment[__Flow__Facts, Systems]) -> Outcome:
    """Register the return that was accepted, whatever is noted meanwhile."""
    order_number, reason = work.facts.order_number or "", work.facts.reason or ""
    try:
        done = await work.systems.returns.register(work.key, order_number, reason)
    except Refused as no:
        return Outcome("return_refused", {"refused_because": str(no)})
    return Outcome("return_registered", {"item": done.item, "return_label": done.label, "refused_because": None})
