"""An effect that is declared wrongly is told at import, and one that comes to something else is not known."""

from dataclasses import dataclass, replace

import pytest

from agents.support import SUPPORT
from interlock.agents.effects import Assignment, Outcome, effect
from interlock.guards.facts import Facts, claimed, established
from tests.faults.stage import on_stage


class Known(Facts):
    said: str | None = claimed()
    sent: bool = established(False)


@dataclass(frozen=True)
class Post:
    """A business system."""


def plain(work: Assignment[Known, Post]) -> Outcome:
    return Outcome("sent")


async def bare(work):
    return Outcome("sent")


async def two(work: Assignment[Known, Post], more: int) -> Outcome:
    return Outcome("sent")


async def texts(work: Assignment[Known, Post]) -> str:
    return "sent"


async def loose(work: Assignment) -> Outcome:
    return Outcome("sent")


async def right(work: Assignment[Known, Post]) -> Outcome:
    return Outcome("sent", {"sent": True})


@pytest.mark.parametrize(
    ("run", "given", "said"),
    [
        (plain, {}, "plain is a function that is not async, expected async def"),
        (bare, {}, "bare(work): expected (work: Assignment[Facts, Systems]) -> Outcome"),
        (two, {}, "expected (work: Assignment[Facts, Systems]) -> Outcome"),
        (texts, {}, "expected (work: Assignment[Facts, Systems]) -> Outcome"),
        (loose, {}, "expected (work: Assignment[Facts, Systems]) -> Outcome"),
        (right, {"begins": {"said": "x"}}, "begins with what cannot be established: said is claimed"),
        (right, {"begins": {"sended": True}}, "begins with what cannot be established: there is no fact 'sended'"),
        (right, {"refused": {"sent": "perhaps"}}, "refused with what cannot be established: sent: not a value"),
        (right, {"exclusive": True}, "right is exclusive, and begins with no fact"),
    ],
)
def test_a_wrong_declaration_is_told(run, given, said):
    """
    With the effect's name and what was expected.
    """
    with pytest.raises(TypeError, match=run.__name__) as told:
        effect(failed="not_sent", **given)(run)
    assert said in str(told.value)


def test_an_effect_of_other_facts_is_told():
    """
    When the flow is made.
    """
    with pytest.raises(TypeError, match="support: the effect of refunding is made for Known, not for SupportFacts"):
        replace(SUPPORT, effects={"refunding": effect(failed="refund_failed")(right)})


def test_a_deadline_of_no_fact_is_told():
    """
    It would never come.
    """
    late = replace(SUPPORT.effects["refunding"])
    with pytest.raises(TypeError, match="deadlines name held_until, expected established facts"):
        replace(SUPPORT, deadlines={"held_until": late})


async def of_others(work):
    return Outcome("refund_paid", {"caller_name": "Bob"})


async def of_nothing(work):
    return "refund_paid"


async def raises_later(work):
    def known(now):
        raise KeyError("left_cents")

    return Outcome("refund_paid", known)


@pytest.mark.parametrize(
    ("run", "why"), [(of_others, "FactsError"), (of_nothing, "TypeError"), (raises_later, "KeyError")]
)
async def test_an_outcome_that_cannot_be_known_so_is_not_known(run, why, journal, systems):
    """
    A claimed fact, no outcome, or facts that cannot be made: a person looks into it, and the record says why.
    """
    flow = replace(SUPPORT, effects={**SUPPORT.effects, "refunding": replace(SUPPORT.effects["refunding"], run=run)})
    async with on_stage(journal, systems, flow=flow) as stage:
        await stage.to("billing")
        await stage.asks("refund", {"amount_cents": 1000}, said="Refund ten.")
        assert (stage.state, stage.call.facts.last_refund) == ("person", "unconfirmed")
        assert (stage.last("effect.ended")["event"], stage.last("effect.ended")["why"]) == ("refund_unconfirmed", why)


async def test_what_was_found_and_what_it_leads_to_are_on_record_together(journal, systems):
    """
    In one transaction, facts first: no record ends between the two.
    """
    written = []

    class Watched:
        async def append(self, entries):
            written.append([entry.kind for entry in entries])
            await journal.append(entries)

    async with on_stage(journal, systems, writes_to=Watched()) as stage:
        await stage.to("billing")
        await stage.asks("refund", {"amount_cents": 1000}, said="Refund ten.")
        assert ["effect.started", "facts.established"] in written
        assert ["facts.established", "effect.ended", "transition.accepted", "handoff.started"] in written
