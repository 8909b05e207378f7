"""Which machine answers for a call, and whether it knows the place a recorded verdict was given at."""

from collections.abc import Callable
from dataclasses import dataclass

from interlock.agents.flow import Flow
from interlock.app.project import FLOWS
from interlock.app.store import CallRow
from interlock.guards.facts import Facts
from interlock.machines.base import Machine, Snapshot, history_of, lineage, states_of


@dataclass(frozen=True, slots=True)
class Version:
    """A chart with the facts its guards read; it judges the calls of `flow`, or of a machine of its name.

    `source` says where it is from, when it is not today's.
    """

    machine: type[Machine]
    facts: type[Facts]
    flow: str = ""
    source: str = ""

    @classmethod
    def of(cls, flow: Flow, source: str = "") -> "Version":
        """A flow's, its cast left aside."""
        return cls(flow.machine, flow.facts, flow.name, source)

    def __str__(self) -> str:
        return f"{self.machine.__name__} version {self.machine.version}"

    def judges(self, call: CallRow) -> bool:
        """Whether the call was one of this flow, whatever its version."""
        return call.flow == self.flow if self.flow else call.machine == self.machine.__name__

    def choose(self, call: CallRow) -> "Version | None":
        """This version for its own calls: a `Choose`."""
        return self if self.judges(call) else None

    def place(self, recorded: Snapshot) -> Snapshot | None:
        """Where this chart stands in the recorded state, taken by its name; None where it has no such state.

        What a history state would return to is kept as far as this chart has it.
        """
        known = states_of(self.machine)
        state = known.get(recorded.state)
        if state is None or state.states:
            return None
        ways_back = {its.id for its in history_of(self.machine)}
        kept = {h: to for h, to in recorded.history.items() if h in ways_back and known.keys() >= set(to)}
        active = tuple(s.id for s in reversed(lineage(state)))
        return Snapshot(self.machine.__name__, self.machine.version, active, kept, recorded.epoch)

    def is_of(self, recorded: Snapshot) -> bool:
        """Whether the recorded place was one of this very version."""
        return (recorded.machine, recorded.version) == (self.machine.__name__, self.machine.version)


Choose = Callable[[CallRow], Version | None]
"""Who judges a call; None for a call that is not to be judged."""


def of_today(call: CallRow) -> Version | None:
    """The version of the call's flow that runs today; None when there is no such flow any more."""
    flow = FLOWS.get(call.flow)
    return Version.of(flow) if flow else None
