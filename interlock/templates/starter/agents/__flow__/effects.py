"""Where a call registers a return: begun by an accepted `register_return`, its outcome reported by our system alone."""

from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from agents.__flow__.systems import Systems
from interlock.agents.flow import Effect
from interlock.agents.systems import Refused
from machines.__flow__ import __Flow__Facts

if TYPE_CHECKING:
    from interlock.agents.call.call import Call


def register(call: "Call", key: str, args: Mapping[str, Any]) -> Coroutine[Any, Any, str]:
    """Register the return that was accepted, whatever is noted meanwhile."""
    facts = call.facts
    assert isinstance(facts, __Flow__Facts)
    return _register(call, key, facts.order_number or "", facts.reason or "")


async def _register(call: "Call", key: str, order_number: str, reason: str) -> str:
    systems = call.services
    assert isinstance(systems, Systems)
    try:
        done = await systems.returns.register(key, order_number, reason)
    except Refused as no:
        await call.establish(refused_because=str(no))
        return "return_refused"
    await call.establish(item=done.item, return_label=done.label, refused_because=None)
    return "return_registered"


REGISTER = Effect(register, failed="return_refused", unknown="return_unconfirmed", repeatable=True)
