"""Where a caller is put through: the switchboard counts, the call only takes note.

An answer that is lost leaves the caller where they were, and they hear so; the switchboard may have counted that time,
and then the next answer says so. So the count can only be too high, and a third transfer never happens.
"""

from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from agents.routing.systems import RoutingSystems
from guards.transfers import TRANSFERS_LIMIT
from interlock.agents.flow import Effect
from interlock.agents.systems import Refused
from machines.routing import RoutingFacts

if TYPE_CHECKING:
    from interlock.agents.call.call import Call


def connect(call: "Call", key: str, args: Mapping[str, Any]) -> Coroutine[Any, Any, str]:
    """Put the caller through to the desk that was asked for, or back to the one they were at."""
    return _connect(call, key, routing_facts(call).issue_number, args.get("desk"))


async def _connect(call: "Call", key: str, issue: int, desk: str | None) -> str:
    try:
        transfers = await systems(call).switchboard.connect(key, call.id, issue, desk)
    except Refused:
        await call.establish(transfers=TRANSFERS_LIMIT)
        return "put_through_twice"
    await call.establish(transfers=transfers)
    return f"connected_to_{desk}" if desk else "connected_back"


def systems(call: "Call") -> RoutingSystems:
    """The business systems of this call."""
    assert isinstance(call.services, RoutingSystems), "a routed call needs RoutingSystems as its services"
    return call.services


def routing_facts(call: "Call") -> RoutingFacts:
    """What is known in this call."""
    assert isinstance(call.facts, RoutingFacts)
    return call.facts


CONNECT = Effect(connect, failed="put_through_twice", unknown="not_connected", timeout_s=5.0, repeatable=True)
