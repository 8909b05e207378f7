"""What a restaurant call may do."""

from agents.restaurant import RESTAURANT
from interlock.testing.table import AGENT, SYSTEM, OneFalse, Table

READ = (("begin_order", "agent"), ("read_back", "agent"))
REVIEWED = (*READ, ("order_read_back", "system"))
PAYING = (*REVIEWED, ("confirm_order", "agent"))
SETTLING = (*PAYING, ("collect_payment", "agent"))
COOKING = (*SETTLING, ("payment_settled", "system"))

TABLE = Table(
    flow=RESTAURANT,
    desks=("welcome", "menu", "order", "review", "payment", "confirmation"),
    work=("reading_back", "sending", "withdrawing", "settling", "cooking"),
    arrows=(
        (("welcome", "order"), "see_menu", AGENT, "menu"),
        (("welcome", "menu"), "begin_order", AGENT, "order"),
        (("order", "review"), "read_back", AGENT, "reading_back"),
        (("reading_back",), "order_read_back", SYSTEM, "review"),
        (("reading_back",), "read_back_failed", SYSTEM, "order"),
        (("review",), "confirm_order", AGENT, "payment"),
        (("review",), "change_order", AGENT, "order"),
        (("payment",), "change_order", AGENT, "withdrawing"),
        (("withdrawing",), "link_withdrawn", SYSTEM, "order"),
        (("withdrawing",), "link_kept", SYSTEM, "payment"),
        (("withdrawing",), "withdrawal_unconfirmed", SYSTEM, "person"),
        (("payment",), "send_link", AGENT, "sending"),
        (("sending",), "link_delivered", SYSTEM, "payment"),
        (("sending",), "link_refused", SYSTEM, "order"),
        (("sending",), "link_unconfirmed", SYSTEM, "person"),
        (("payment",), "collect_payment", AGENT, "settling"),
        (("payment",), "caller_silent", SYSTEM, "settling"),
        (("settling",), "payment_open", SYSTEM, "payment"),
        (("settling",), "payment_lapsed", SYSTEM, "order"),
        (("settling",), "payment_unconfirmed", SYSTEM, "person"),
        (("settling",), "payment_settled", SYSTEM, "cooking"),
        (("cooking",), "kitchen_took_order", SYSTEM, "confirmation"),
        (("cooking",), "kitchen_unconfirmed", SYSTEM, "person"),
    ),
    guarded={
        "read_back": ("something_ordered", "allergies_stated"),
        "confirm_order": ("allergies_stated", "read_back_is_current", "nothing_harmful", "agreed"),
        "send_link": (
            "caller_named",
            "name_heard",
            "read_back_is_current",
            "link_number_given",
            "link_number_heard",
            "agreed",
        ),
        "collect_payment": ("link_sent",),
        ("payment", "caller_silent"): ("link_sent", "silent_twice"),
    },
    one_false=(
        OneFalse("read_back", "something_ordered", {"order_portions": 0}),
        OneFalse("read_back", "allergies_stated", {"allergens": None}),
        OneFalse("confirm_order", "allergies_stated", {"allergens": None}),
        OneFalse("confirm_order", "read_back_is_current", {"read_back_revision": 4}),
        OneFalse("confirm_order", "read_back_is_current", {"order_revision": 6}),
        OneFalse("confirm_order", "read_back_is_current", {"order_revision": 0, "read_back_revision": 0}),
        OneFalse("confirm_order", "nothing_harmful", {"harmful": "the Tiramisu contains eggs"}),
        OneFalse("send_link", "caller_named", {"caller_name": None}),
        OneFalse("send_link", "read_back_is_current", {"order_revision": 6}),
        OneFalse("send_link", "name_heard", {"unheard": ("caller_name",)}),
        OneFalse("send_link", "link_number_given", args={"phone": "12 34 56"}),
        OneFalse("send_link", "link_number_given", args={"phone": "+49 900 123456"}),
        OneFalse("send_link", "link_number_heard", args={"evidence": {"phone": "unheard"}}),
        OneFalse("send_link", "link_number_given", args={"phone": "1234567890123456"}),
        *(OneFalse("confirm_order", "agreed", args={"consent": its}) for its in ("no", "correction", "unasked")),
        OneFalse("send_link", "agreed", args={"consent": "no"}),
        OneFalse("collect_payment", "link_sent", {"link_sent": False}),
        OneFalse("caller_silent", "link_sent", {"link_sent": False}, leads_to="closed"),
        OneFalse("caller_silent", "silent_twice", {"silences": 1}, leads_to="settling", states=("payment",)),
    ),
    ways={
        "welcome": (),
        "menu": (("see_menu", "agent"),),
        "order": (("begin_order", "agent"),),
        "reading_back": READ,
        "review": REVIEWED,
        "payment": PAYING,
        "sending": (*PAYING, ("send_link", "agent")),
        "withdrawing": (*PAYING, ("change_order", "agent")),
        "settling": SETTLING,
        "cooking": COOKING,
        "confirmation": (*COOKING, ("kitchen_took_order", "system")),
    },
    known={
        "caller_name": "Ann",
        "order_portions": 2,
        "order_revision": 5,
        "read_back_revision": 5,
        "allergens": ("nuts",),
        "link_sent": True,
    },
    back="order",
)
