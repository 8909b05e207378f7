"""What a support call may do."""

from agents.support import SUPPORT
from interlock.testing.table import AGENT, SYSTEM, OneFalse, Table

TABLE = Table(
    flow=SUPPORT,
    desks=("greeting", "triage", "technical", "billing", "resolved"),
    work=("refunding",),
    arrows=(
        (("greeting",), "begin_triage", AGENT, "triage"),
        (("triage", "billing"), "route_to_technical", AGENT, "technical"),
        (("triage", "technical"), "route_to_billing", AGENT, "billing"),
        (("triage", "technical", "billing"), "resolve", AGENT, "resolved"),
        (("resolved",), "reopen", AGENT, "triage"),
        (("billing",), "refund", AGENT, "refunding"),
        (("refunding",), "refund_paid", SYSTEM, "billing"),
        (("refunding",), "refund_failed", SYSTEM, "billing"),
        (("refunding",), "refund_unconfirmed", SYSTEM, "person"),
    ),
    guarded={
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
            "amount_heard",
            "agreed",
        ),
    },
    one_false=(
        OneFalse("begin_triage", "caller_named", {"caller_name": None}),
        OneFalse("route_to_technical", "issue_known", {"issue_category": None}),
        OneFalse("route_to_billing", "issue_known", {"issue_category": None}),
        OneFalse("route_to_billing", "caller_verified", {"caller_verified": False}),
        OneFalse("route_to_billing", "checks_left", {"failed_checks": 3}),
        OneFalse("refund", "caller_verified", {"caller_verified": False}),
        OneFalse("refund", "no_refund_unconfirmed", {"last_refund": "unconfirmed"}),
        OneFalse("refund", "amount_above_zero", args={"amount_cents": 0}),
        OneFalse("refund", "order_found", {"order_found": False}),
        OneFalse("refund", "within_refund_limit", {"order_paid_cents": 9000}, {"amount_cents": 5001}),
        OneFalse("refund", "within_refund_limit", {"order_refunded_cents": 4500}),
        OneFalse("refund", "within_what_was_paid", {"order_paid_cents": 999}),
        OneFalse("refund", "agreed", args={"consent": "no"}),
        OneFalse("refund", "amount_heard", args={"evidence": {"amount_cents": "unheard"}}),
    ),
    ways={
        "greeting": (),
        "triage": (("begin_triage", "agent"),),
        "technical": (("begin_triage", "agent"), ("route_to_technical", "agent")),
        "billing": (("begin_triage", "agent"), ("route_to_billing", "agent")),
        "resolved": (("begin_triage", "agent"), ("resolve", "agent")),
        "refunding": (("begin_triage", "agent"), ("route_to_billing", "agent"), ("refund", "agent")),
    },
    known={
        "caller_name": "Ann",
        "issue_category": "billing",
        "caller_verified": True,
        "order_found": True,
        "order_paid_cents": 5000,
    },
    args={"amount_cents": 1000},
    back="triage",
)
