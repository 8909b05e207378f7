"""The one function that says what may happen. Pure: the same question has the same answer, today and at the audit."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from statemachine.exceptions import TransitionNotAllowed
from statemachine.transition import Transition

from interlock.guards.base import GuardResult, Proposal
from interlock.guards.facts import Facts
from interlock.machines.base import (
    Machine,
    Snapshot,
    candidates,
    clear,
    engine,
    events_of,
    guards_of,
    is_over,
    load,
    offered,
    proposers_of,
    read,
)

Kind = Literal[
    "accepted", "unknown_event", "not_from_here", "guard_false", "guard_error", "stale", "terminated", "not_yours"
]

REASONS: Mapping[Kind, str] = {
    "unknown_event": "There is no such step. Use one of the tools you have.",
    "not_from_here": "This step is not possible at this point of the call. Use one of the tools you have.",
    "guard_error": "This cannot be checked right now. Apologise and offer a colleague.",
    "stale": "The call has moved on since. Go by what was said last.",
    "terminated": "The call is over.",
    "not_yours": "This step is not yours to take. Use one of the tools you have.",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the machine said to one proposal.

    `guards` holds every guard of every candidate arrow, asked once; `refused_by` names the first false or failing
    one; `offered` is what this proposer could have asked for; `after` is `before` unless accepted.
    """

    kind: Kind
    event: str
    before: Snapshot
    after: Snapshot
    guards: tuple[GuardResult, ...] = ()
    offered: tuple[str, ...] = ()
    reason: str = ""
    say: str = ""
    refused_by: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the proposal was accepted."""
        return self.kind == "accepted"


def decide(machine: type[Machine], snapshot: Snapshot, proposal: Proposal, facts: Facts) -> Verdict:
    """Judge one proposal: explain first, then let python-statemachine choose among the arrows.

    Never raises for anything a proposer can send. Raises `KeyError` for a snapshot of another chart or version and
    `AssertionError` if python-statemachine and the explanation ever differed.
    """
    _check_snapshot(machine, snapshot)
    refusal = _refused_unasked(machine, snapshot, proposal)
    if refusal is not None:
        return _refuse(machine, snapshot, proposal, refusal)
    arrows = candidates(machine, snapshot, proposal.event)
    if not arrows:
        return _refuse(machine, snapshot, proposal, "not_from_here")
    asked = {g.name: g for arrow in arrows for g in guards_of(arrow)}
    answers = {name: g.ask(facts, proposal) for name, g in asked.items()}
    results = tuple(answers.values())
    broken = next((r for r in results if r.error), None)
    if broken is not None:
        return _refuse(machine, snapshot, proposal, "guard_error", results, broken)
    expected = next((a for a in arrows if all(answers[g.name].held for g in guards_of(a))), None)
    after = _send(machine, snapshot, proposal.event, answers)
    _check_same(proposal.event, expected, after)
    if after is None:
        return _refuse(machine, snapshot, proposal, "guard_false", results, _first_false(arrows, answers))
    return Verdict("accepted", proposal.event, snapshot, after, results, offered(machine, snapshot, proposal.by))


def _check_snapshot(machine: type[Machine], snapshot: Snapshot) -> None:
    if (snapshot.machine, snapshot.version) != (machine.__name__, machine.version):
        found = f"{snapshot.machine} version {snapshot.version}"
        raise KeyError(f"the snapshot is of {found}, expected {machine.__name__} version {machine.version}")


def _check_same(event: str, expected: Transition | None, after: Snapshot | None) -> None:
    if after is None or expected is None:
        same = after is None and expected is None
    else:
        target = expected.target
        same = (
            target is not None and bool(after.configuration) and (target.is_history or target.id in after.configuration)
        )
    if not same:
        raise AssertionError(f"{event}: the chart and its explanation differ")  # not `assert`: -O would drop it


def _refused_unasked(machine: type[Machine], snapshot: Snapshot, proposal: Proposal) -> Kind | None:
    if proposal.event not in events_of(machine):
        return "unknown_event"
    if is_over(machine, snapshot):
        return "terminated"
    if proposal.by not in proposers_of(machine, proposal.event):
        return "not_yours"
    if proposal.seen_epoch != snapshot.epoch:
        return "stale"
    return None


def _refuse(
    machine: type[Machine],
    snapshot: Snapshot,
    proposal: Proposal,
    kind: Kind,
    results: tuple[GuardResult, ...] = (),
    by: GuardResult | None = None,
) -> Verdict:
    """A guard that is false speaks for itself; all other refusals have `REASONS`."""
    may, name = offered(machine, snapshot, proposal.by), by.name if by is not None else ""
    reason, say = (by.reason, by.say) if by is not None and kind == "guard_false" else (REASONS[kind], "")
    return Verdict(kind, proposal.event, snapshot, snapshot, results, may, reason, say, name)


def _first_false(arrows: tuple[Transition, ...], answers: Mapping[str, GuardResult]) -> GuardResult:
    return next(answers[g.name] for arrow in arrows for g in guards_of(arrow) if not answers[g.name].held)


@cache
def _spare(machine: type[Machine]) -> list[Machine]:
    return []


def _send(machine: type[Machine], snapshot: Snapshot, event: str, answers: Mapping[str, Any]) -> Snapshot | None:
    """Run one event through a machine object that was last left clean; None when no arrow was enabled."""
    spare = _spare(machine)
    try:
        chart = spare.pop()
    except IndexError:
        chart = engine(machine)
    load(machine, chart, snapshot)
    try:
        chart.send(event, facts=None, proposal=None, answers=answers)
    except TransitionNotAllowed:
        clear(chart)  # what a refusal leaves queued would run on its next send
        spare.append(chart)
        return None
    after = read(machine, chart, epoch=snapshot.epoch + 1)
    if not chart.is_terminated:
        spare.append(chart)
    return after
