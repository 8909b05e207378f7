"""The one door: what a call proposes, claims and establishes, counts, waits for, and how it ends."""

import asyncio

import pytest

from interlock.agents.call.failure_budget import ROUNDS_LIMIT
from interlock.agents.call.journal import JournalDown
from interlock.app.offline.scripted import Asks, Says
from interlock.guards.base import ProposalError
from interlock.guards.facts import FactsError
from tests.faults.held import HeldJournal
from tests.faults.stage import on_stage

REFUSED_CLAIMS = [
    {"caller_verified": True},
    {"account_id": "4471"},
    {"silences": 2},
    {"now": "2026-03-02T10:00:00Z"},
    {"issue_category": "gossip"},
    {"caller_name": 7},
    {"no_such_fact": 1},
    {"caller_name": "Anna", "caller_verified": True},
]
REFUSED_ESTABLISHED = [
    {"caller_name": "Anna"},
    {"caller_verified": "perhaps"},
    {"order_paid_cents": None},
    {"_origins": {}},
]


@pytest.mark.parametrize("values", REFUSED_CLAIMS, ids=lambda values: "+".join(values))
async def test_what_is_not_the_callers_to_say_is_refused_and_recorded(journal, systems, values):
    """
    All of a claim or nothing of it; the record has the fields' names, an unknown one's not even that.
    """
    async with on_stage(journal, systems) as stage:
        before = stage.call.facts
        with pytest.raises(FactsError):
            await stage.call.claim(**values)
        assert stage.call.facts is before
        fields = stage.last("facts.refused")["fields"]
        assert fields == (["(unknown name, 12 characters)"] if "no_such_fact" in values else sorted(values))


@pytest.mark.parametrize("values", REFUSED_ESTABLISHED, ids=lambda values: "+".join(values))
async def test_what_is_not_our_systems_to_say_is_refused_and_recorded(journal, systems, values):
    """
    Our own systems know nothing about the caller's wishes either.
    """
    async with on_stage(journal, systems) as stage:
        with pytest.raises(FactsError):
            await stage.call.establish(**values)
        assert stage.kinds()[-1] == "facts.refused"


async def test_facts_are_known_once_they_are_on_the_record(journal, systems):
    """
    Values go to the private part, names to the audit.
    """
    held = HeldJournal(journal)
    async with on_stage(journal, systems, writes_to=held) as stage:
        held.hold("before", "facts.claimed")
        claim = asyncio.create_task(stage.call.claim(caller_name="Anna", issue_category="billing"))
        await held.reached.wait()
        assert stage.call.facts.caller_name is None
        held.release.set()
        await claim
        assert stage.call.facts.caller_name == "Anna"
        entry = next(e for e in stage.entries if e.kind == "facts.claimed")
        assert entry.audit == {"fields": ["caller_name", "issue_category"]}
        assert entry.private == {"facts": {"caller_name": "Anna", "issue_category": "billing"}}


async def test_claims_made_at_once_are_all_kept(journal, systems):
    """
    None is lost to another that began from the same facts.
    """
    async with on_stage(journal, systems) as stage:
        await asyncio.gather(
            stage.call.claim(caller_name="Anna"),
            stage.call.claim(issue_category="billing"),
            stage.call.establish(account_found=True),
        )
        facts = stage.call.facts
        assert (facts.caller_name, facts.issue_category, facts.account_found) == ("Anna", "billing", True)


async def test_nothing_is_acted_on_before_it_is_durable(journal, systems):
    """
    While the verdict is being written, state and agent are the old ones.
    """
    held = HeldJournal(journal)
    async with on_stage(journal, systems, writes_to=held) as stage:
        held.hold("after", "transition.accepted")
        proposal = asyncio.create_task(stage.call.propose("escalate"))
        await held.reached.wait()
        assert (stage.state, stage.call.switching) == ("greeting", False)
        held.release.set()
        assert (await proposal).accepted
        assert (stage.state, stage.call.switching) == ("person", True)


async def test_proposals_are_judged_one_after_the_other(journal, systems):
    """
    Of many at once one is accepted, and the others see what it did.
    """
    async with on_stage(journal, systems) as stage:
        verdicts = await asyncio.gather(*(stage.call.propose("escalate") for _ in range(20)))
        assert [verdict.kind for verdict in verdicts] == ["accepted"] + ["stale"] * 19


async def test_the_same_tool_call_has_one_verdict(journal, systems):
    """
    Asked again within an epoch it is told the same, and nothing is recorded twice.
    """
    async with on_stage(journal, systems) as stage:
        first, second = [await stage.call.propose("begin_triage", tool_call_id="1", seen_epoch=0) for _ in range(2)]
        assert first is second
        assert len(stage.verdicts()) == 1


async def test_the_same_tool_call_id_with_other_arguments_is_another_call(journal, systems):
    """
    What was said about one amount is not said about another.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        asked = [await stage.call.propose("refund", {"amount_cents": n}, tool_call_id="1") for n in (999_999, 1000)]
        assert [verdict.kind for verdict in asked] == ["guard_false", "accepted"]


async def test_verdicts_are_kept_no_longer_than_they_can_be_asked_for(journal, systems):
    """
    Those of the epoch just left, for a call repeated, and of this one.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("technical")
        for n in range(20):
            event = ("route_to_billing", "route_to_technical")[n % 2]
            await stage.call.heard_caller()
            await stage.call.claim(issue_details=f"{n}")
            assert (await stage.call.propose(event, tool_call_id=f"{n}")).accepted
        assert len(stage.call._context.interlocking._given) <= 2


async def test_what_systems_and_operators_report_is_judged_as_of_the_decision(journal, systems):
    """
    Queued behind an acceptance, an agent's proposal is stale, and an operator's or the system's is not.
    """
    held = HeldJournal(journal)
    async with on_stage(journal, systems, writes_to=held) as stage:
        await stage.to("billing")
        held.hold("before", "transition.accepted")
        first = asyncio.create_task(stage.call.propose("resolve"))
        await held.reached.wait()
        later = [
            asyncio.create_task(stage.call.propose("say_goodbye")),
            asyncio.create_task(stage.call.propose("take_over", by="operator")),
            asyncio.create_task(stage.call.propose("handoff_failed", by="system", seen_epoch=stage.call.epoch)),
            asyncio.create_task(stage.call.propose("caller_left", by="system")),
        ]
        await asyncio.sleep(0)
        held.release.set()
        kinds = [(await task).kind for task in (first, *later)]
        assert kinds == ["accepted", "stale", "accepted", "stale", "accepted"]


@pytest.mark.parametrize(
    "args",
    [{"a": float("nan")}, {"a": object()}, {"a": "x" * 9000}, {1: 2}, [1]],
    ids=["nan", "object", "long", "number as name", "a list"],
)
async def test_arguments_out_of_bounds_are_no_proposal(journal, systems, args):
    """
    They raise before anything is judged, and the error quotes none of them.
    """
    async with on_stage(journal, systems) as stage:
        with pytest.raises(ProposalError) as refused:
            await stage.call.propose("escalate", args)
        assert "xxx" not in str(refused.value)
        assert not stage.verdicts()


@pytest.mark.parametrize("event", ["begin_triage", "unheard_of", "refund_paid", "resolve"])
async def test_three_refusals_of_one_event_in_a_row_offer_a_person(journal, systems, event):
    """
    Whatever the kind of refusal: unknown, guarded, not possible here or not the agent's to ask.
    """
    async with on_stage(journal, systems) as stage:
        for _ in range(2):
            await stage.call.propose(event)
        assert stage.state == "greeting"
        await stage.call.propose(event)
        assert stage.state == "offer"


async def test_refusals_of_different_events_are_not_in_a_row(journal, systems):
    """
    A model that tries something else is not insisting.
    """
    async with on_stage(journal, systems) as stage:
        for event in ("begin_triage", "begin_triage", "resolve", "begin_triage", "begin_triage"):
            await stage.call.propose(event)
        assert stage.state == "greeting"


async def test_refusals_of_one_answer_cost_one_offer(journal, systems):
    """
    Ten refused calls in parallel offer a person once: what was asked before the call moved on no longer counts.
    """
    async with on_stage(journal, systems) as stage:
        await asyncio.gather(*(stage.call.propose("unheard_of") for _ in range(10)))
        assert stage.state == "offer"
        assert stage.verdicts().count("refused_thrice accepted") == 1


async def test_agents_that_go_round_without_the_caller_lose_the_call(journal, systems):
    """
    More moves than anybody's turn can mean, and a person is offered; a caller's word starts the count again.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("technical")

        async def moves(times):
            for _ in range(times):
                await stage.call.claim(issue_details=f"in epoch {stage.call.epoch}")
                await stage.call.propose("route_to_billing" if stage.state == "technical" else "route_to_technical")
            await stage.typed.rest()

        await moves(ROUNDS_LIMIT - 2)
        await stage.call.heard_caller()
        await moves(ROUNDS_LIMIT)
        assert stage.state in ("technical", "billing")
        await moves(1)
        assert stage.state == "offer"


async def test_a_silent_caller_is_asked_once_and_then_told_goodbye(journal, systems):
    """
    Twice the flow's silence, counted from when the agent listens.
    """
    async with on_stage(journal, systems) as stage:
        stage.clock.advance(stage.call.flow.silence_s - 1)
        await stage.typed.rest()
        assert not stage.verdicts()
        stage.clock.advance(1)
        await stage.typed.rest()
        assert stage.typed.said[-1] == "Are you still there?"
        stage.clock.advance(stage.call.flow.silence_s)
        await stage.typed.rest()
        assert stage.typed.said[-1].startswith("I cannot hear you")
        await stage.typed.over.wait()


async def test_a_word_from_the_caller_starts_the_silences_again(journal, systems):
    """
    Two silences count only in a row.
    """
    async with on_stage(journal, systems) as stage:
        for _ in range(3):
            stage.clock.advance(stage.call.flow.silence_s)
            await stage.typed.rest()
            assert stage.call.facts.silences == 1
            await stage.caller("I am here.", Says("Your name?"))
            assert stage.call.facts.silences == 0
        assert stage.state == "greeting"


async def test_a_silence_being_noted_does_not_outlive_the_callers_word(journal, systems):
    """
    The caller speaks while their silence is written down: it is taken back.
    """
    held = HeldJournal(journal)
    async with on_stage(journal, systems, writes_to=held) as stage:
        held.hold("before", "facts.established")
        stage.clock.advance(stage.call.flow.silence_s)
        await held.reached.wait()
        word = asyncio.create_task(stage.call.heard_caller())
        await asyncio.sleep(0)
        held.release.set()
        await word
        await stage.typed.rest()
        assert stage.call.facts.silences == 0


async def test_no_silence_is_counted_once_the_call_is_over(journal, systems):
    """
    LiveKit still reports states while it closes.
    """
    async with on_stage(journal, systems) as stage:
        await stage.typed.hang_up()
        stage.clock.advance(100)
        await stage.call.wait_until_idle()
        assert stage.kinds()[-1] == "call.ended"


async def test_a_call_ended_by_its_agent_says_so(journal, systems):
    """
    The machine was at its end before the session was.
    """
    async with on_stage(journal, systems) as stage:
        await stage.caller("Bye.", Says(calls=(Asks("say_goodbye"),)))
        await stage.typed.over.wait()
        await stage.call.wait_until_idle()
        assert stage.last("call.ended") == {"reason": "agent_closed", "state": "closed"}


async def test_a_call_the_caller_leaves_is_closed_by_the_machine(journal, systems):
    """
    The chart has an arrow for it, and the record both.
    """
    async with on_stage(journal, systems) as stage:
        await stage.typed.hang_up()
        assert stage.verdicts() == ["caller_left accepted"]
        ended = stage.last("call.ended")
        assert ended["state"] == "closed"
        assert journal.call("call-1").end_reason == ended["reason"]


async def test_a_closed_call_takes_no_more_proposals(journal, systems):
    """
    Each is terminated, and recorded all the same.
    """
    async with on_stage(journal, systems) as stage:
        await stage.typed.hang_up()
        for by in ("agent", "system", "operator"):
            assert (await stage.call.propose("escalate", by=by)).kind == "terminated"
        assert stage.verdicts()[1:] == ["escalate terminated"] * 3


async def test_a_call_that_cannot_be_recorded_does_not_begin(journal, systems):
    """
    No agent greets a caller whose call is on no record.
    """

    class Down:
        async def append(self, entries):
            raise JournalDown("down")

    with pytest.raises(JournalDown):
        async with on_stage(journal, systems, writes_to=Down()):
            pass
    assert journal.call("call-1") is None
