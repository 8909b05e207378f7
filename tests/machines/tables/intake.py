"""What an intake call may do."""

from agents.intake import INTAKE
from interlock.testing.table import AGENT, SYSTEM, OneFalse, Table

BEGUN = (("begin_intake", "agent"),)
CHECKING = (*BEGUN, ("check_details", "agent"))
REVIEWED = (*CHECKING, ("details_matched", "system"))
FILING = (*REVIEWED, ("confirm_details", "agent"))
ON_FILE = (*FILING, ("details_filed", "system"))

WHO = ("Ann Low", "1980-05-03", "4482107")
ALL = (*WHO, "12 Rose Street", "01512345678", "ann@example.com")
OTHER = (*WHO[:2], "4482108")

TABLE = Table(
    flow=INTAKE,
    desks=("welcome", "collection", "review", "confirmation"),
    work=("verifying", "filing", "withdrawing"),
    arrows=(
        (("welcome",), "begin_intake", AGENT, "collection"),
        (("collection", "review"), "check_details", AGENT, "verifying"),
        (("verifying",), "details_matched", SYSTEM, "review"),
        (("verifying",), "details_unmatched", SYSTEM, "collection"),
        (("verifying",), "check_unclear", SYSTEM, "collection"),
        (("verifying",), "checks_used_up", SYSTEM, "person"),
        (("review",), "confirm_details", AGENT, "filing"),
        (("filing",), "details_filed", SYSTEM, "confirmation"),
        (("filing",), "filing_failed", SYSTEM, "review"),
        (("filing",), "filing_unconfirmed", SYSTEM, "person"),
        (("confirmation",), "correct_details", AGENT, "withdrawing"),
        (("withdrawing",), "details_withdrawn", SYSTEM, "collection"),
        (("withdrawing",), "withdrawal_unconfirmed", SYSTEM, "person"),
    ),
    guarded={
        "details_filed": ("as_read_back",),
        "check_details": ("details_complete", "checks_left", "not_refused_already"),
        "confirm_details": ("details_verified", "as_read_back", "clear_yes"),
        "correct_details": ("not_over_a_no",),
    },
    one_false=(
        *(
            OneFalse("check_details", "details_complete", {name: None})
            for name in ("caller_name", "date_of_birth", "policy_number", "home_address", "phone", "email")
        ),
        OneFalse("check_details", "checks_left", {"failed_checks": 3}),
        OneFalse("check_details", "not_refused_already", {"unmatched": WHO}),
        OneFalse("confirm_details", "details_verified", {"verified_as": None}),
        OneFalse("confirm_details", "details_verified", {"verified_as": OTHER}),
        OneFalse("details_filed", "as_read_back", {"phone": "01512345679"}, leads_to="withdrawing"),
        OneFalse("confirm_details", "as_read_back", {"read_back": None}),
        OneFalse("confirm_details", "as_read_back", {"phone": "01512345679"}),
        OneFalse("confirm_details", "as_read_back", {"home_address": "5 Mill Lane"}),
        *(
            OneFalse("confirm_details", "clear_yes", args={"consent": consent})
            for consent in (
                "",
                "no",
                "correction",
                "question",
                "attention",
                "early",
                "unclear",
                "requested",
                "unasked",
                None,
            )
        ),
        OneFalse("correct_details", "not_over_a_no", args={"answer": "no"}),
    ),
    ways={
        "welcome": (),
        "collection": BEGUN,
        "verifying": CHECKING,
        "review": REVIEWED,
        "filing": FILING,
        "confirmation": ON_FILE,
        "withdrawing": (*ON_FILE, ("correct_details", "agent")),
    },
    known={
        **dict(
            zip(("caller_name", "date_of_birth", "policy_number", "home_address", "phone", "email"), ALL, strict=True)
        ),
        "failed_checks": 2,
        "unmatched": OTHER,
        "verified_as": WHO,
        "read_back": ALL,
    },
    args={"consent": "agreed", "answer": "yes"},
    back="collection",
)
