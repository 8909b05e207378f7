"""What a support call may do, written down by hand from what product asked for; the chart is tested against it."""

import json
from datetime import UTC, datetime
from typing import Any, get_args

from guards.base import Proposal, Proposer
from machines.base import Snapshot, initial
from machines.decide import Verdict, decide
from machines.support import Support, SupportFacts

DESKS = ("greeting", "triage", "technical", "billing", "resolved")
LIVE = (*DESKS, "refunding", "offer", "person", "booking")
STATES = (*LIVE, "closed")
PROPOSERS: tuple[Proposer, ...] = get_args(Proposer)

AGENT: tuple[Proposer, ...] = ("agent",)
SYSTEM: tuple[Proposer, ...] = ("system",)
OPERATOR: tuple[Proposer, ...] = ("operator",)

# (from, event, who may ask, to). "back" is where the caller was before they left our desks: triage, but the billing
# desk for a refund under way.
ARROWS: list[tuple[tuple[str, ...], str, tuple[Proposer, ...], str]] = [
    (("greeting",), "begin_triage", AGENT, "triage"),
    (("triage", "billing"), "route_to_technical", AGENT, "technical"),
    (("triage", "technical"), "route_to_billing", AGENT, "billing"),
    (("triage", "technical", "billing"), "resolve", AGENT, "resolved"),
    (("resolved",), "reopen", AGENT, "triage"),
    (("billing",), "refund", AGENT, "refunding"),
    (("offer", "person"), "return_to_desk", AGENT, "triage"),
    (("person",), "book_callback", AGENT, "booking"),
    ((*DESKS, "refunding", "offer", "booking"), "escalate", PROPOSERS, "person"),
    ((*DESKS, "refunding", "offer", "booking"), "take_over", OPERATOR, "person"),
    (LIVE, "say_goodbye", PROPOSERS, "closed"),
    (("refunding",), "refund_paid", SYSTEM, "billing"),
    (("refunding",), "refund_failed", SYSTEM, "billing"),
    (("refunding",), "refund_unconfirmed", SYSTEM, "person"),
    (("booking",), "callback_booked", SYSTEM, "person"),
    (("booking",), "callback_failed", SYSTEM, "person"),
    (("booking",), "callback_unconfirmed", SYSTEM, "person"),
    (DESKS, "refused_thrice", SYSTEM, "offer"),
    (("offer",), "refused_thrice", SYSTEM, "person"),
    (("person",), "refused_thrice", SYSTEM, "closed"),
    (LIVE, "caller_silent", SYSTEM, "closed"),
    (LIVE, "caller_left", SYSTEM, "closed"),
    (tuple(s for s in LIVE if s != "person"), "handoff_failed", SYSTEM, "person"),
    (("person",), "handoff_failed", SYSTEM, "closed"),
]

LEGAL: dict[tuple[str, str, Proposer], str] = {
    (state, event, by): target for states, event, whom, target in ARROWS for state in states for by in whom
}
MAY_ASK: dict[str, tuple[Proposer, ...]] = {event: whom for _, event, whom, _ in ARROWS}
EVENTS = tuple(MAY_ASK)

GUARDED: dict[str, tuple[str, ...]] = {
    "begin_triage": ("caller_named",),
    "route_to_technical": ("issue_known",),
    "route_to_billing": ("issue_known", "checks_left", "caller_verified"),
    "refund": (
        "caller_verified",
        "no_refund_unconfirmed",
        "order_found",
        "amount_above_zero",
        "within_refund_limit",
        "within_what_was_paid",
    ),
    "book_callback": ("callback_number_given", "callback_in_opening_hours"),
    "caller_silent": ("silent_twice",),
}

STRANGE_NAMES = (
    "",
    " ",
    "go.escalate",
    "escalate.",
    "escalate.now",
    ".escalate",
    "escalate*",
    "*",
    "escalate ",
    " escalate",
    "escalate\n",
    "escalate\x00",
    "Escalate",
    "ESCALATE",
    "escalate\u200b",
    "\u202eescalate",
    "\u0435scalate",  # a Cyrillic letter
    "\uff45scalate",  # a full-width letter
    "esca\u00adlate",
    "say_goodbye escalate",
    "model",
    "state",
    "send",
    "configuration",
    "__init__",
    "__initial__",
    "__class__",
    "error.execution",
    "error_execution",
    "done.state.desks",
    "done.state.live",
    "_before_anywhere",
    "before",
    "desks",
    "live",
    "triage",
    "closed",
    "refund_paid()",
    "x" * 100_000,
)

NOW = datetime(2026, 3, 23, 10, tzinfo=UTC)  # a Monday
ARGS: dict[str, Any] = {"amount_cents": 1000, "phone": "+4930123456", "time": "2026-03-24T10:00"}
KNOWN: dict[str, Any] = {
    "now": NOW,
    "silences": 2,
    "caller_name": "Ann",
    "issue_category": "billing",
    "caller_verified": True,
    "order_found": True,
    "order_paid_cents": 5000,
}
CONTENT = SupportFacts(**KNOWN)
NOTHING_KNOWN = SupportFacts()

_WAY: dict[str, tuple[tuple[str, Proposer], ...]] = {
    "greeting": (),
    "triage": (("begin_triage", "agent"),),
    "technical": (("begin_triage", "agent"), ("route_to_technical", "agent")),
    "billing": (("begin_triage", "agent"), ("route_to_billing", "agent")),
    "resolved": (("begin_triage", "agent"), ("resolve", "agent")),
    "refunding": (("begin_triage", "agent"), ("route_to_billing", "agent"), ("refund", "agent")),
    "offer": (("begin_triage", "agent"), ("refused_thrice", "system")),
    "person": (("begin_triage", "agent"), ("escalate", "agent")),
    "booking": (("begin_triage", "agent"), ("escalate", "agent"), ("book_callback", "agent")),
    "closed": (("say_goodbye", "agent"),),
}


def ask(snapshot: Snapshot, event: str, by: Proposer = "agent", *, facts: Any = CONTENT, args: Any = None) -> Verdict:
    """Propose in the snapshot's own epoch; with every guard content unless told otherwise."""
    return decide(Support, snapshot, Proposal(event, ARGS if args is None else args, by, snapshot.epoch), facts)


def walk(*steps: tuple[str, Proposer]) -> Snapshot:
    """Where a call stands after these steps, each of which must be accepted."""
    snapshot = initial(Support)
    for event, by in steps:
        verdict = ask(snapshot, event, by)
        assert verdict.accepted, f"{event} by {by} from {snapshot.state}: {verdict.kind} {verdict.refused_by}"
        snapshot = verdict.after
    return snapshot


AT: dict[str, Snapshot] = {}


def at(state: str) -> Snapshot:
    """A call that stands in this state, come there by a legal way."""
    if state not in AT:
        AT[state] = walk(*_WAY[state])
        assert AT[state].state == state
    return AT[state]


def through_json(value: Any) -> Any:
    """What a journal gives back."""
    return json.loads(json.dumps(value))
