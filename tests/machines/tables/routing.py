"""What a routed call may do."""

from agents.routing import ROUTING
from interlock.testing.table import AGENT, SYSTEM, OneFalse, Step, Table

SPECIALISTS = ("technical", "billing", "sales", "general")
ASKED: tuple[Step, ...] = (("transfer", "agent"),)


def put_through(desk: str) -> tuple[Step, ...]:
    return (*ASKED, (f"connected_to_{desk}", "system"))


TABLE = Table(
    flow=ROUTING,
    desks=("router", "returned", *SPECIALISTS, "solved"),
    work=("connecting",),
    arrows=(
        (("router", "returned", *SPECIALISTS, "solved"), "transfer", AGENT, "connecting"),
        (("returned",), "go_back", AGENT, "connecting"),
        (SPECIALISTS, "back_to_router", AGENT, "returned"),
        (SPECIALISTS, "resolve", AGENT, "solved"),
        (("solved",), "reopen", AGENT, "technical"),
        *(((("connecting",), f"connected_to_{desk}", SYSTEM, desk)) for desk in SPECIALISTS),
        (("connecting",), "connected_back", SYSTEM, "router"),
        (("connecting",), "put_through_twice", SYSTEM, "offer"),
        (("connecting",), "not_connected", SYSTEM, "router"),
    ),
    guarded={
        "transfer": ("issue_known", "transfers_left"),
        "go_back": ("transfers_left",),
    },
    one_false=(
        OneFalse("transfer", "issue_known", {"issue_category": None}),
        OneFalse("transfer", "transfers_left", {"transfers": 2}, leads_to="offer"),
        OneFalse("go_back", "transfers_left", {"transfers": 2}, leads_to="offer"),
    ),
    ways={
        "router": (),
        "connecting": ASKED,
        **{desk: put_through(desk) for desk in SPECIALISTS},
        "returned": (*put_through("billing"), ("back_to_router", "agent")),
        "solved": (*put_through("technical"), ("resolve", "agent")),
    },
    known={"issue_category": "billing", "transfers": 1},
    args={"desk": "billing"},
)
