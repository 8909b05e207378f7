"""Where a caller is put through: the switchboard counts, the call only takes note.

An answer that is lost leaves the caller where they were, and they hear so; the switchboard may have counted that time,
and then the next answer says so. So the count can only be too high, and a third transfer never happens.
"""

from agents.routing.systems import RoutingSystems
from guards.transfers import TRANSFERS_LIMIT
from interlock.agents import Assignment, Outcome, effect
from machines.routing import RoutingFacts


@effect(
    failed="put_through_twice",
    unknown="not_connected",
    timeout_s=5.0,
    repeatable=True,
    refused={"transfers": TRANSFERS_LIMIT},
)
async def connect(work: Assignment[RoutingFacts, RoutingSystems]) -> Outcome:
    """Put the caller through to the desk that was asked for, or back to the one they were at."""
    desk = work.args.get("desk")
    transfers = await work.systems.switchboard.connect(work.key, work.call_id, work.facts.issue_number, desk)
    return Outcome(f"connected_to_{desk}" if desk else "connected_back", {"transfers": transfers})
