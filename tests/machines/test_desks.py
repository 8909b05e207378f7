"""A chart of desks: what every flow has comes along, and what cannot be drawn is told at import."""

from typing import ClassVar

import pytest
from statemachine import State

from interlock.guards.base import Proposal
from interlock.guards.facts import Facts
from interlock.machines import Common, Desks, EffectState, SideDesk, never
from interlock.machines.base import (
    ANYBODY,
    Machine,
    Snapshot,
    initial,
    offered,
    proposers_of,
    states_of,
    transitions_of,
)
from interlock.machines.chart import ChartError, lineage
from interlock.machines.common import COMMON_PROMISES, SYSTEM, reported
from interlock.machines.decide import decide


class Small(Desks):
    common = Common()
    hello = State("Hello", initial=True)
    other = SideDesk("Elsewhere")
    sending = EffectState("Being sent")

    post = hello.to(sending)
    sent = sending.to(common.before)
    lost = sending.to(common.person)
    recall = sending.to(hello)
    aside = common.desks.to(other)
    hang_up = common.live.to(common.closed)
    late = hello.to(other)

    proposers: ClassVar = {**reported("late"), "recall": ANYBODY}
    promises = (never("sending").before("post"),)


def arrows(state):
    return {(str(t.event), t.targets[0].id) for t in transitions_of(Small) if t.source.id == state}


def test_what_every_flow_has_is_drawn():
    """
    A person from everywhere, a callback, an offer, the way back and the endings.
    """
    assert {"escalate", "take_over"} <= {event for event, _ in arrows("sending")}
    assert {("return_to_desk", "before"), ("book_callback", "booking")} <= arrows("person")
    assert ("refused_thrice", "offer") in arrows("desks")
    assert {("say_goodbye", "closed"), ("caller_left", "closed"), ("handoff_failed", "person")} <= arrows("live")
    assert [state.id for state in lineage(states_of(Small)["hello"])] == ["hello", "desks", "live"]
    assert [state.id for state in lineage(states_of(Small)["other"])] == ["other", "live"]


def test_what_leaves_nothing_but_work_is_the_systems_to_report():
    """
    Unless the chart says who else may; every other event is the agents'.
    """
    asked = {event: proposers_of(Small, event) for event in ("sent", "lost", "late", "recall", "post")}
    assert asked == {
        "sent": SYSTEM,
        "lost": SYSTEM,
        "late": SYSTEM,
        "recall": ANYBODY,
        "post": frozenset({"agent"}),
    }


def test_the_common_promises_come_after_the_flows_own():
    """
    So that each is told at its own line.
    """
    assert Small.promises[0] == never("sending").before("post")
    assert Small.promises[1:] == COMMON_PROMISES


def test_a_caller_goes_back_to_where_they_were():
    """
    The history is of the desks alone: work is never begun again by a way back.
    """
    here = initial(Small)
    for event, by in (("post", "agent"), ("escalate", "agent"), ("return_to_desk", "agent")):
        verdict = decide(Small, here, Proposal(event, {}, by, here.epoch), Facts())
        assert verdict.accepted, verdict
        here = verdict.after
    assert here.state == "hello"


def test_what_every_flow_has_is_offered_first():
    """
    The order is on record with each verdict.
    """
    here = Snapshot("Small", 1, ("live", "sending"))
    assert offered(Small, here, "agent")[-2:] == ("escalate", "recall")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"hello": State(initial=True)}, "has 0 of Common, expected one: write common = Common()"),
        ({"common": Common(), "more": Common(), "hello": State(initial=True)}, "has 2 of Common"),
        ({"common": Common(), "hello": State()}, "begins at none, expected one desk: give it State(..., initial=True)"),
        ({"common": Common(), "a": State(initial=True), "b": State(initial=True)}, "begins at a, b, expected one"),
        ({"common": Common(), "only": EffectState(initial=True)}, "begins at none"),
        ({"common": Common(), "person": State(initial=True)}, "person is called like what every flow has"),
        ({"common": Common(), "a": State(initial=True), "closed": State()}, "closed is called like what every flow"),
    ],
)
def test_what_cannot_be_drawn_is_told(body, said):
    """
    When the class is made, in words that say what to write.
    """
    with pytest.raises(ChartError, match="Broken") as told:
        type(Desks)("Broken", (Desks,), {"__module__": __name__, "__qualname__": "Broken", **body})
    assert said in str(told.value)


def test_a_chart_of_desks_is_a_machine_like_any_other():
    """
    It is checked as strictly: no code, no callbacks.
    """
    assert issubclass(Small, Machine)
    with pytest.raises(ChartError, match="charts hold no code"):
        type(Desks)(
            "Broken",
            (Desks,),
            {"common": Common(), "hello": State(initial=True), "f": lambda self: None, "__module__": __name__},
        )
