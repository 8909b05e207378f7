"""What a call about returns may do, by hand: every other pair of state and event is refused."""

from typing import Any

import pytest

from interlock.guards.base import Proposal, Proposer
from interlock.machines.base import Snapshot, initial
from interlock.machines.decide import decide
from machines.returns import Returns, ReturnsFacts

AGENT: Proposer = "agent"
SYSTEM: Proposer = "system"
LEGAL: dict[tuple[str, str, Proposer], str] = {
    ("reception", "to_returns", AGENT): "returns",
    ("returns", "to_reception", AGENT): "reception",
    ("returns", "register_return", AGENT): "registering",
    ("registering", "return_registered", SYSTEM): "returns",
    ("registering", "return_refused", SYSTEM): "returns",
    ("registering", "return_unconfirmed", SYSTEM): "person",
}
WAYS: dict[str, tuple[tuple[str, Proposer], ...]] = {
    "reception": (),
    "returns": (("to_returns", AGENT),),
    "registering": (("to_returns", AGENT), ("register_return", AGENT)),
    "person": (("escalate", AGENT),),
    "closed": (("say_goodbye", AGENT),),
}
EVENTS = tuple(dict.fromkeys(event for _, event, _ in LEGAL))
OTHERS = [(s, e, by) for s in WAYS for e in EVENTS for by in (AGENT, SYSTEM) if (s, e, by) not in LEGAL]
KNOWN = ReturnsFacts(order_number="1042", reason="broken")


def ask(here: Snapshot, event: str, by: Proposer, facts: ReturnsFacts = KNOWN) -> Any:
    return decide(Returns, here, Proposal(event, {}, by, here.epoch), facts)


def at(state: str) -> Snapshot:
    here = initial(Returns)
    for event, by in WAYS[state]:
        here = ask(here, event, by).after
    return here


@pytest.mark.parametrize(("state", "event", "by"), LEGAL)
def test_what_is_in_the_table_is_accepted(state: str, event: str, by: Proposer) -> None:
    """
    And leads where the table says.
    """
    verdict = ask(at(state), event, by)
    assert (verdict.kind, verdict.after.state) == ("accepted", LEGAL[state, event, by])


@pytest.mark.parametrize(("state", "event", "by"), OTHERS)
def test_every_other_pair_is_refused(state: str, event: str, by: Proposer) -> None:
    """
    Even with every guard content.
    """
    here = at(state)
    verdict = ask(here, event, by)
    assert (verdict.accepted, verdict.after) == (False, here)


@pytest.mark.parametrize(
    ("event", "facts", "guard"),
    [
        ("to_returns", {"order_number": None}, "order_given"),
        ("register_return", {"reason": None}, "reason_given"),
        ("register_return", {"return_label": "RT00001"}, "not_registered_yet"),
    ],
)
def test_a_guard_that_is_false_refuses(event: str, facts: dict[str, Any], guard: str) -> None:
    """
    And is named.
    """
    state = next(state for state, its, _ in LEGAL if its == event)
    verdict = ask(at(state), event, AGENT, KNOWN.model_copy(update=facts))
    assert (verdict.kind, verdict.refused_by) == ("guard_false", guard)
