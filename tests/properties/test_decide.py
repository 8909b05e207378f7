"""Whatever is proposed, by whomever, in whatever order: the chart's arrows and no others (I4, I5)."""

import random
from dataclasses import dataclass
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statemachine.exceptions import TransitionNotAllowed

from interlock.guards.base import Proposal, Proposer
from interlock.guards.facts import FactsError
from interlock.machines.base import Machine, Snapshot, engine, initial
from interlock.machines.decide import Kind, Verdict, decide
from interlock.machines.events import CALLER_CHANGED
from machines.support import Support, SupportFacts
from tests.machines.support_table import (
    ARGS,
    DESKS,
    EVENTS,
    GUARDED,
    KNOWN,
    LEGAL,
    MAY_ASK,
    NOW,
    PROPOSERS,
    STATES,
    STRANGE_NAMES,
    through_json,
)

pytestmark = pytest.mark.slow

BACK_TO_DESKS = {"return_to_desk", "refund_paid", "refund_failed"}


@dataclass(frozen=True)
class Step:
    """One proposal, and what is known when it is made."""

    event: str
    by: Proposer
    args: dict[str, Any]
    facts: SupportFacts
    off: int

    def proposal(self, epoch: int) -> Proposal:
        return Proposal(self.event, self.args, self.by, epoch + self.off)


def facts_of(known: dict[str, Any]) -> SupportFacts:
    return SupportFacts(**known)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
arguments = st.fixed_dictionaries(
    {},
    optional={
        "amount_cents": st.sampled_from([0, 1, 1000, 5000, 5001]) | json_values,
        "phone": st.just("+4930123456") | json_values,
        "time": st.sampled_from(["2026-03-24T10:00", "2026-03-24T20:00"]) | json_values,
        "caller_verified": st.just(True),
        "answers": json_values,
    },
)
known_facts = st.fixed_dictionaries(
    {
        "now": st.sampled_from([None, NOW]),
        "silences": st.integers(0, 3),
        "caller_name": st.sampled_from([None, "Ann"]),
        "issue_category": st.sampled_from([None, "billing"]),
        "caller_verified": st.booleans(),
        "order_found": st.booleans(),
        "order_paid_cents": st.sampled_from([0, 999, 9000]),
    }
).map(facts_of)
steps = st.builds(
    Step,
    event=st.sampled_from(EVENTS) | st.sampled_from(STRANGE_NAMES),
    by=st.sampled_from(PROPOSERS),
    args=st.just(ARGS) | arguments,
    facts=st.just(facts_of(KNOWN)) | known_facts,
    off=st.just(0) | st.sampled_from([-1, 0, 1]),
)
# Leads somewhere more often than chance: those who may ask, with their guards content.
GOODBYES = ("say_goodbye", "caller_left", "caller_silent", "handoff_failed")
likely = st.sampled_from(sorted((e, b) for e in EVENTS for b in MAY_ASK[e] if e not in GOODBYES))
likely_steps = likely.map(lambda eb: Step(eb[0], eb[1], ARGS, facts_of(KNOWN), 0))
walks = st.lists(likely_steps | likely_steps | steps, max_size=30)


def along_an_arrow(verdict: Verdict, by: Proposer) -> bool:
    """Whether an accepted verdict is one of the table's, ours or back to whichever desk it was."""
    target = LEGAL.get((verdict.before.state, verdict.event, by))
    if verdict.event in BACK_TO_DESKS:
        return target is not None and verdict.after.state in DESKS
    return verdict.after.state == target


def check(verdict: Verdict, step: Step, before: Snapshot) -> None:
    """What holds for every verdict."""
    assert verdict.before == before
    if verdict.accepted:
        assert along_an_arrow(verdict, step.by)
        assert verdict.after.epoch == before.epoch + 1
        assert [g.name for g in verdict.guards] == list(GUARDED.get(step.event, ()))
        assert all(g.held for g in verdict.guards)
    else:
        assert verdict.after == before
        assert verdict.reason


def plain_answer(chart: Machine, step: Step, proposal: Proposal) -> str:
    """What python-statemachine alone does with it, its guards asked by itself."""
    try:
        chart.send(step.event, facts=step.facts, proposal=proposal)
    except TransitionNotAllowed:
        return "refused"
    except Exception:
        return "broken"
    return "accepted"


@settings(max_examples=150, deadline=None)
@given(walks)
def test_decide_walks_where_a_plain_machine_object_walks(walk: list[Step]) -> None:
    """One object kept for the whole call, nothing loaded into it, nothing memoised."""
    chart, here = engine(Support), initial(Support)
    for step in walk:
        proposal = step.proposal(here.epoch)
        verdict = decide(Support, here, proposal, step.facts)
        check(verdict, step, here)
        if verdict.kind in ("accepted", "guard_false", "not_from_here"):
            assert plain_answer(chart, step, proposal) == ("accepted" if verdict.accepted else "refused")
        here = verdict.after
        assert set(chart.configuration_values) == set(here.configuration)
        assert {h: tuple(s.id for s in at) for h, at in chart.history_values.items()} == here.history


@settings(max_examples=75, deadline=None)
@given(st.lists(walks, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_calls_decided_in_turns_go_where_each_goes_alone(several: list[list[Step]], order: random.Random) -> None:
    """Machine objects are shared between calls, and nothing else is."""

    def alone(walk: list[Step]) -> list[Verdict]:
        here, verdicts = initial(Support), []
        for step in walk:
            verdicts.append(decide(Support, here, step.proposal(here.epoch), step.facts))
            here = verdicts[-1].after
        return verdicts

    heres, together = [initial(Support) for _ in several], [list[Verdict]() for _ in several]
    turns = [n for n, walk in enumerate(several) for _ in walk]
    order.shuffle(turns)
    for n in turns:
        step = several[n][len(together[n])]
        together[n].append(decide(Support, heres[n], step.proposal(heres[n].epoch), step.facts))
        heres[n] = together[n][-1].after
    assert together == [alone(walk) for walk in several]


@settings(max_examples=100, deadline=None)
@given(walks)
def test_a_replay_from_what_a_journal_holds_gives_the_same_verdicts(walk: list[Step]) -> None:
    """Snapshot, arguments and facts as JSON and back (I4)."""
    here = initial(Support)
    for step in walk:
        proposal = step.proposal(here.epoch)
        verdict = decide(Support, here, proposal, step.facts)
        again = Proposal(proposal.event, through_json(proposal.args), proposal.by, proposal.seen_epoch)
        facts = SupportFacts.model_validate(through_json(step.facts.model_dump(mode="json")))
        back = Snapshot.from_json(through_json(here.to_json()))
        assert decide(Support, back, again, facts) == verdict
        here = verdict.after


claims = st.dictionaries(
    st.sampled_from(sorted(SupportFacts.model_fields)) | st.text(max_size=12),
    json_values | st.sampled_from(["billing", "technical", "Ann"]),
    max_size=3,
)
says = st.tuples(claims, st.sampled_from(EVENTS) | st.sampled_from(STRANGE_NAMES) | st.text(max_size=20), arguments)


@settings(max_examples=150, deadline=None)
@given(st.lists(says, max_size=25))
def test_a_model_alone_never_gets_past_verification(said: list[tuple[dict[str, Any], str, dict[str, Any]]]) -> None:
    """Whatever it claims, names or passes: no billing desk, no money, no operator's or system's event (I5)."""
    here, facts = initial(Support), SupportFacts(now=NOW)
    for claimed, event, args in said:
        try:
            facts = facts.having("claimed", claimed)  # type: ignore[assignment]
        except FactsError:
            assert facts.caller_verified is False
        verdict = decide(Support, here, Proposal(event, args, "agent", here.epoch), facts)
        here = verdict.after
        assert here.state not in ("billing", "refunding", "offer")
        assert not verdict.accepted or "agent" in MAY_ASK[event]


def test_twenty_thousand_random_proposals_only_ever_move_along_arrows() -> None:
    """Some blind, most along the table; a new call whenever one is over; every arrow is taken that ends no call."""
    dice = random.Random(20260323)
    blind = [(e, b) for e in EVENTS + STRANGE_NAMES for b in PROPOSERS]
    onward = {arrow for arrow, target in LEGAL.items() if target != "closed"}
    legal = {s: sorted((e, b) for at, e, b in onward if at == s) for s in STATES}
    content, kinds, taken, here = facts_of(KNOWN), set(), set(), initial(Support)
    for _ in range(20_000):
        event, by = dice.choice(blind if dice.random() < 0.2 else legal[here.state] or blind)
        if event == CALLER_CHANGED and dice.random() < 0.8:  # leads back to the first desk, from where nothing is far
            continue
        step = Step(
            event=event,
            by=by,
            args=ARGS if dice.random() < 0.95 else {},
            facts=content if dice.random() < 0.95 else SupportFacts(),
            off=dice.choice((0,) * 38 + (-1, 1)),
        )
        verdict = decide(Support, here, step.proposal(here.epoch), step.facts)
        check(verdict, step, here)
        kinds.add(verdict.kind)
        if verdict.accepted:
            taken.add((here.state, step.event, step.by))
        over = verdict.kind == "terminated"
        here = initial(Support) if over else verdict.after
    assert kinds == set(get_args(Kind))
    assert taken <= set(LEGAL)
    assert taken >= onward
