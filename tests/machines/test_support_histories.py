"""Short calls, told as what is proposed and where that leads."""

import pytest

from interlock.guards.base import Proposer
from interlock.machines.base import initial
from machines.support import Support, SupportFacts
from tests.machines.support_table import DESKS, KNOWN, ask, at, walk

AWAY: list[tuple[str, tuple[tuple[str, Proposer], ...]]] = [
    ("escalated by the agent", (("escalate", "agent"),)),
    ("escalated by the system", (("escalate", "system"),)),
    ("taken over", (("take_over", "operator"),)),
    ("offered", (("refused_thrice", "system"),)),
    ("offered, then escalated", (("refused_thrice", "system"), ("escalate", "agent"))),
    ("refused six times", (("refused_thrice", "system"), ("refused_thrice", "system"))),
    ("a handoff stalled", (("handoff_failed", "system"),)),
    ("a callback booked", (("escalate", "agent"), ("book_callback", "agent"), ("callback_booked", "system"))),
    ("a callback failed", (("escalate", "agent"), ("book_callback", "agent"), ("callback_failed", "system"))),
    ("a callback unconfirmed", (("escalate", "agent"), ("book_callback", "agent"), ("callback_unconfirmed", "system"))),
    ("a booking left", (("escalate", "agent"), ("book_callback", "agent"), ("escalate", "agent"))),
]


def test_a_call_begins_at_reception() -> None:
    """Nothing moved yet."""
    assert initial(Support).configuration == ("live", "desks", "greeting")
    assert (initial(Support).epoch, initial(Support).history) == (0, {})


@pytest.mark.parametrize("desk", DESKS)
@pytest.mark.parametrize(("_how", "away"), AWAY, ids=[how for how, _ in AWAY])
def test_return_goes_back_to_the_desk_the_caller_came_from(
    desk: str, _how: str, away: tuple[tuple[str, Proposer], ...]
) -> None:
    """However they left."""
    here = at(desk)
    for event, by in away:
        here = ask(here, event, by).after
    back = ask(here, "return_to_desk")
    assert back.accepted
    assert back.after.configuration == at(desk).configuration


def test_return_knows_the_last_desk_and_not_the_first() -> None:
    """Escalated from triage, back, on to the technical desk, escalated again."""
    here = walk(
        ("begin_triage", "agent"),
        ("escalate", "agent"),
        ("return_to_desk", "agent"),
        ("route_to_technical", "agent"),
        ("escalate", "agent"),
        ("return_to_desk", "agent"),
    )
    assert here.state == "technical"


@pytest.mark.parametrize("away", [("escalate", "agent"), ("take_over", "operator"), ("handoff_failed", "system")])
def test_a_caller_who_leaves_a_refund_under_way_returns_to_the_billing_desk(away: tuple[str, Proposer]) -> None:
    """And never into `refunding`: entering it would pay twice. The late outcome finds nobody waiting for it."""
    person = ask(at("refunding"), *away).after
    assert person.state == "person"
    for outcome in ("refund_paid", "refund_failed", "refund_unconfirmed"):
        assert ask(person, outcome, "system").kind == "not_from_here"
    back = ask(person, "return_to_desk").after
    assert back.state == "billing"
    assert ask(back, "refund_paid", "system").kind == "not_from_here"


def test_no_state_that_stands_for_work_is_ever_returned_to() -> None:
    """History remembers desks only."""
    for state in ("refunding", "person", "offer", "booking"):
        for remembered in at(state).history.values():
            assert set(remembered) <= set(DESKS)


@pytest.mark.parametrize("event", ["refund_paid", "refund_failed"])
def test_a_refund_ends_at_the_billing_desk_and_can_follow_another(event: str) -> None:
    """The outcome is the system's to report, once."""
    back = ask(at("refunding"), event, "system").after
    assert back.state == "billing"
    assert ask(back, event, "system").kind == "not_from_here"
    assert ask(back, "refund").after.state == "refunding"


def test_a_refund_nobody_can_confirm_ends_with_a_person_and_no_other_follows() -> None:
    """The money may have moved: back at the billing desk the next refund is refused, however right it is."""
    person = ask(at("refunding"), "refund_unconfirmed", "system").after
    assert person.state == "person"
    back = ask(person, "return_to_desk").after
    assert back.state == "billing"
    unconfirmed = SupportFacts(**{**KNOWN, "last_refund": "unconfirmed"})
    verdict = ask(back, "refund", facts=unconfirmed)
    assert (verdict.kind, verdict.refused_by) == ("guard_false", "no_refund_unconfirmed")
    for settled in ("paid", "refused"):
        assert ask(back, "refund", facts=SupportFacts(**{**KNOWN, "last_refund": settled})).accepted


def test_a_desk_may_be_left_sideways_any_number_of_times() -> None:
    """Technical and billing desk hand over to each other; each step is an epoch."""
    here = at("technical")
    for epoch in range(here.epoch, here.epoch + 20, 2):
        here = ask(here, "route_to_billing").after
        here = ask(here, "route_to_technical").after
        assert (here.state, here.epoch) == ("technical", epoch + 2)


def test_the_same_proposal_again_is_judged_against_where_the_first_led() -> None:
    """Faults 8 and 10, as the machine sees them: a hundred at once move one arrow."""
    before = at("greeting")
    first = ask(before, "begin_triage")
    again = [ask(first.after, "begin_triage").kind for _ in range(99)]
    assert (first.kind, set(again)) == ("accepted", {"not_from_here"})


@pytest.mark.parametrize("event", ["say_goodbye", "caller_left", "caller_silent", "escalate", "nonsense"])
def test_after_goodbye_nothing_happens_any_more(event: str) -> None:
    """A chart's event finds the call over; a stranger's name is still a stranger's name."""
    for by in ("agent", "system", "operator"):
        verdict = ask(at("closed"), event, by)
        assert verdict.kind == ("unknown_event" if event == "nonsense" else "terminated")
        assert verdict.after == at("closed")
        assert verdict.offered == ()


def test_what_is_offered_is_what_this_proposer_could_have_accepted() -> None:
    """An agent is never offered the system's or the operator's events."""
    assert set(ask(at("billing"), "").offered) == {"escalate", "say_goodbye", "route_to_technical", "resolve", "refund"}
    assert set(ask(at("refunding"), "").offered) == {"escalate", "say_goodbye"}
    assert set(ask(at("booking"), "").offered) == {"escalate", "say_goodbye"}
    assert set(ask(at("person"), "").offered) == {"say_goodbye", "return_to_desk", "book_callback"}
    assert set(ask(at("offer"), "", "operator").offered) == {"escalate", "say_goodbye", "take_over"}
