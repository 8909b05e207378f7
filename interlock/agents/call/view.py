"""What anybody may read of a call, and nobody change."""

from typing import Any

from livekit.agents import AgentSession

from interlock.agents.call.clock import Clock
from interlock.agents.call.context import CallContext
from interlock.agents.effects import party_of
from interlock.agents.flow import Flow
from interlock.guards.base import Proposer
from interlock.guards.facts import Facts
from interlock.machines.base import Snapshot, offered


class CallView:
    """Where one call stands, read-only."""

    def __init__(self, context: CallContext) -> None:
        self._context = context

    @property
    def id(self) -> str:
        """The call's name in the record."""
        return self._context.id

    @property
    def flow(self) -> Flow:
        """The flow it runs."""
        return self._context.flow

    @property
    def clock(self) -> Clock:
        """What its timers run on."""
        return self._context.clock

    @property
    def session(self) -> "AgentSession[Any] | None":
        """LiveKit's session, once the call is open."""
        return self._context.session

    @property
    def lost(self) -> bool:
        """Whether another driver has the call, or is to have it."""
        return self._context.lost

    @property
    def facts(self) -> Facts:
        """What is known now."""
        return self._context.facts

    @property
    def configuration(self) -> tuple[str, ...]:
        """The active states, outermost first."""
        return self.snapshot.configuration

    @property
    def state(self) -> str:
        """The innermost active state."""
        return self.snapshot.state

    @property
    def epoch(self) -> int:
        """How many transitions the call has made."""
        return self.snapshot.epoch

    @property
    def snapshot(self) -> Snapshot:
        """Where the call stands, as data."""
        return self._context.snapshot

    @property
    def callers(self) -> int:
        """How many callers there were: whoever takes another one's place in the room is one more."""
        return self._context.callers

    @property
    def party(self) -> str:
        """The caller's name for our systems: the call's id, and another one for whoever took their place."""
        return party_of(self.id, self._context.callers)

    @property
    def here(self) -> dict[str, Any]:
        """What every log line about this call carries."""
        return self._context.here

    @property
    def over(self) -> bool:
        """Whether the machine reached its end; the last words may still be spoken."""
        return self._context.over

    @property
    def ending(self) -> bool:
        """Whether the end of the call is on record, or about to be: nothing is begun any more."""
        return self._context.ending

    @property
    def ended(self) -> bool:
        """Whether the end of the call is on record."""
        return self._context.interlocking.ended

    @property
    def switching(self) -> bool:
        """Whether the next agent was sent for and has not entered yet."""
        return self._context.switching

    def offered(self, by: Proposer = "agent") -> tuple[str, ...]:
        """The events the chart allows from here for this proposer."""
        return offered(self.flow.machine, self.snapshot, by)
