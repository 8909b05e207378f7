"""Why a verdict changed: the guards that changed their mind, or what became of the transition."""

from collections.abc import Sequence
from dataclasses import dataclass

from interlock.app.replay.recorded_verdict import NOT_ASKED, RecordedVerdict, in_words
from interlock.machines.base import Machine, candidates
from interlock.machines.decide import Verdict

ASKED_GUARDS = ("accepted", "guard_false", "guard_error")
"""The verdicts for which the chart had a transition, so that its guards were asked."""


@dataclass(frozen=True, slots=True)
class GuardChange:
    """A guard that says something else now; `recorded` and `now` are words."""

    name: str
    recorded: str
    now: str

    def __str__(self) -> str:
        return f"{self.name}: {self.recorded} -> {self.now}"


def guard_changes(was: RecordedVerdict, verdict: Verdict) -> tuple[GuardChange, ...]:
    """Each guard whose answer differs, in the order asked; none when no guard was asked on one of the two sides."""
    if was.outcome.kind not in ASKED_GUARDS or verdict.kind not in ASKED_GUARDS:
        return ()
    now = {g.name: in_words(g.held, g.error) for g in verdict.guards}
    names = dict.fromkeys((*now, *was.answers))
    both = [GuardChange(name, was.answers.get(name, NOT_ASKED), now.get(name, NOT_ASKED)) for name in names]
    return tuple(each for each in both if each.recorded != each.now)


def because(was: RecordedVerdict, verdict: Verdict, machine: type[Machine], changes: Sequence[GuardChange]) -> str:
    """In words, for a verdict that differs."""
    if reason := _unasked(was.outcome.kind, verdict.kind, was.proposal.by, verdict.before.state):
        return reason
    if was.outcome.kind == "accepted" and not _leads(machine, verdict, was.after):
        return f"the transition to {was.outcome.state} is no longer there"
    if changes:
        return ", ".join(map(str, changes))
    if verdict.kind == "accepted":
        return f"the transition to {verdict.after.state} is new"
    return "guards or transitions are asked in another order"


def _unasked(then: str, now: str, by: str, before: str) -> str:
    """The reason where no guard was asked, then or now; empty where they were, both times.

    In the order in which `decide` looks: a verdict further down the list got past what refused it before.
    """
    gone = {
        "unknown_event": "the event is no longer there",
        "terminated": f"the call is over in {before} now",
        "not_yours": f"the {by} may no longer ask for it",
        "stale": "the call had moved on since it was offered",
        "not_from_here": f"the transition from {before} is no longer there",
    }
    came = {
        "unknown_event": "the event is new",
        "terminated": f"the call is no longer over in {before}",
        "not_yours": f"the {by} may ask for it now",
        "not_from_here": f"the transition from {before} is new",
    }
    looked_at = [*gone, "asked"]
    then, now = (kind if kind in gone else "asked" for kind in (then, now))
    if then in came and looked_at.index(now) > looked_at.index(then):
        return came[then]
    return gone.get(now, "")


def _leads(machine: type[Machine], verdict: Verdict, after: Sequence[str]) -> bool:
    """Whether a transition of this event may still lead where the record says it led."""
    targets = [arrow.target for arrow in candidates(machine, verdict.before, verdict.event)]
    return any(target is not None and (target.is_history or target.id in after) for target in targets)
