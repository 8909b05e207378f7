"""`decide` beside a bare python-statemachine `send` on the same chart, with the same guards and nothing explained."""

from collections.abc import Iterator

from statemachine.exceptions import TransitionNotAllowed

from interlock.guards.base import Proposal
from interlock.machines.base import Machine, Snapshot, engine, initial, load
from interlock.machines.decide import decide
from machines.support import Support, SupportFacts
from tests.bench.times import Figure, Times

RATIO_AIM = 1.5
THERE, BACK = "route_to_billing", "route_to_technical"
UNPROVED = SupportFacts(caller_name="Ann", issue_category="billing")
PROVED = SupportFacts(caller_name="Ann", issue_category="billing", account_found=True, caller_verified=True)


def deciding(count: int) -> list[Figure]:
    """Each kind of answer `count` times, in turns with the bare machine."""
    return [
        _figure("accepted", (THERE, BACK), PROVED, count),
        _figure("refused by a guard", (THERE,), UNPROVED, count),
        _figure("unknown event", ("no_such_step",), PROVED, count),
    ]


def _figure(what: str, events: tuple[str, ...], facts: SupportFacts, count: int) -> Figure:
    """`events` lead round in a circle from the technical desk, or nowhere."""
    ours, bare = Times(f"decide, {what}"), Times("a bare send")
    here = technical_desk()
    chart = engine(Support)
    load(Support, chart, here)
    for event in _round(events, count):
        proposal = Proposal(event, by="agent", seen_epoch=here.epoch)
        with ours.one():
            verdict = decide(Support, here, proposal, facts)
        here = verdict.after
        with bare.one():
            _send(chart, event, facts, proposal)
    return Figure(ours, bare, ratio_aim=RATIO_AIM)


def technical_desk() -> Snapshot:
    """A call at the technical desk."""
    here = initial(Support)
    for event in ("begin_triage", BACK):
        here = decide(Support, here, Proposal(event, seen_epoch=here.epoch), UNPROVED).after
    return here


def _round(events: tuple[str, ...], count: int) -> Iterator[str]:
    return (events[run % len(events)] for run in range(count))


def _send(chart: Machine, event: str, facts: SupportFacts, proposal: Proposal) -> None:
    try:
        chart.send(event, facts=facts, proposal=proposal)
    except TransitionNotAllowed:
        return
