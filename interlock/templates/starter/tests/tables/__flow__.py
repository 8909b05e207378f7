"""What a call about returns may do, by hand: every other pair of state and event is refused."""

from agents.__flow__ import __FLOW__
from interlock.testing import AGENT, SYSTEM, OneFalse, Table

TABLE = Table(
    flow=__FLOW__,
    desks=("reception", "returns"),
    work=("registering",),
    arrows=(
        (("reception",), "to_returns", AGENT, "returns"),
        (("returns",), "to_reception", AGENT, "reception"),
        (("returns",), "register_return", AGENT, "registering"),
        (("registering",), "return_registered", SYSTEM, "returns"),
        (("registering",), "return_refused", SYSTEM, "returns"),
        (("registering",), "return_unconfirmed", SYSTEM, "person"),
    ),
    guarded={
        "to_returns": ("order_given",),
        "register_return": ("reason_given", "not_registered_yet"),
    },
    one_false=(
        OneFalse("to_returns", "order_given", {"order_number": None}),
        OneFalse("register_return", "reason_given", {"reason": None}),
        OneFalse("register_return", "not_registered_yet", {"return_label": "RT00001"}),
    ),
    ways={
        "returns": (("to_returns", "agent"),),
        "registering": (("to_returns", "agent"), ("register_return", "agent")),
    },
    known={"order_number": "1042", "reason": "It is broken."},
)
