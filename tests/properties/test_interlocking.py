"""I1 to I5 of the pure object that judges: whatever fails, in whatever order, without a session or an event loop."""

from random import Random
from typing import Any, get_args

import pytest

from interlock.agents.call.interlocking import Interlocking
from interlock.agents.call.ready import Ready, Written
from interlock.agents.effects import Outcome
from interlock.guards.base import Proposal
from interlock.machines.base import initial
from interlock.machines.decide import Kind
from machines.support import Support, SupportFacts
from tests.long import here_or_long
from tests.machines.support_table import KNOWN, NOW, TABLE
from tests.properties.schedules import Schedule, run

EVERYTHING = {*get_args(Kind)} - {"guard_error"} | {
    "down", "in doubt", "found late", "died", "began", "given before", "person offered",
}  # fmt: skip


def test_no_schedule_of_a_thousand_breaks_what_always_holds() -> None:
    """What is rare does not happen in so few: verdicts given before, a person offered."""
    assert set(run(1_000, seed=20261128)) >= EVERYTHING - {"given before", "person offered"}


@pytest.mark.slow
def test_no_schedule_of_ten_thousand_breaks_what_always_holds() -> None:
    """And everything that may happen did."""
    assert set(run(10_000, seed=20261128)) >= EVERYTHING


@pytest.mark.slow
@pytest.mark.parametrize("part", range(here_or_long(1, 4)))
def test_no_schedule_of_many_more_breaks_what_always_holds(part: int) -> None:
    """Until little is left to be found: a hundred thousand in a night, in parts that a machine's cores share."""
    run(here_or_long(5_000, 25_000), seed=part)


class Hasty(Interlocking):
    """Stands where it judged before that is on record."""

    def judge(self, *asked: Any, **how: Any) -> Ready:
        ready = super().judge(*asked, **how)
        self.snapshot = ready.snapshot or self.snapshot
        return ready


class Deaf(Interlocking):
    """Does not go where the record says."""

    def commit(self, written: Written[Ready]) -> Any:
        here = self.snapshot
        acts = super().commit(written)
        self.snapshot = here
        return acts


class Silent(Interlocking):
    """Writes no refusal down."""

    def judge(self, *asked: Any, **how: Any) -> Ready:
        ready = super().judge(*asked, **how)
        return ready if ready.snapshot or not ready.entries else Ready(verdict=ready.verdict)


class Forgetful(Interlocking):
    """Judges by facts that it does not put on record."""

    def judge(self, proposal: Proposal, *rest: Any, **how: Any) -> Ready:
        known, self.facts = self.facts, self.facts.model_copy(update={"caller_verified": True})
        ready = super().judge(proposal, *rest, **how)
        self.facts = known
        return ready


@pytest.mark.parametrize("kind", [Hasty, Deaf, Silent, Forgetful])
def test_an_interlocking_that_breaks_a_rule_is_noticed(kind: type[Interlocking]) -> None:
    """So that these properties could fail."""

    class Broken(Schedule):
        pass

    Broken.kind = kind
    with pytest.raises((AssertionError, StopIteration)):
        run(300, seed=1, schedule=Broken)


def test_a_claim_that_is_none_establishes_nothing() -> None:
    """
    A model that says it is verified is refused, on record, and knows no more than before.
    """
    call = Interlocking(Support, (), snapshot=initial(Support), facts=SupportFacts())
    ready = call.learn("claimed", {"caller_verified": True})
    assert (ready.entries[0].kind, ready.facts) == ("facts.refused", None)
    assert ready.error is not None


def test_nobody_says_that_something_is_written_but_the_record() -> None:
    """
    It cannot be made; what is not on record cannot be committed to.
    """
    with pytest.raises(TypeError, match="cannot be made"):
        Written()


def test_an_acceptance_is_acted_on_once() -> None:
    """
    Committed to a second time, it was judged in an epoch that is past.
    """
    one = Schedule(Random(1))
    ready = one.call.judge(Proposal("escalate", {}, "agent", 0), NOW)
    one._write(ready, "written")
    with pytest.raises(AssertionError, match="expected 2: the call is in 1"):
        one._act_on(ready)


@pytest.mark.parametrize("ending", [False, True])
def test_an_outcome_of_the_caller_before_moves_the_call_as_its_verdict_says(ending: bool) -> None:
    """
    Also in a call that is about to end: what is on record as accepted is where the call stands.
    """
    theirs, here = SupportFacts(**KNOWN), TABLE.at("refunding")
    call = Interlocking(Support, ("refunding",), snapshot=here, facts=theirs.of_somebody_else())
    call.ending = ending
    proposal = Proposal("refund_failed", by="system", seen_epoch=here.epoch)
    ready = call.judge(proposal, NOW, outcome=Outcome("refund_failed"), judged_by=theirs)
    assert ready.verdict is not None
    assert ready.verdict.accepted
    assert ready.snapshot == ready.verdict.after
    begun = [entry.kind for entry in ready.entries if entry.kind == "handoff.started"]
    assert begun == ([] if ending else ["handoff.started"])
