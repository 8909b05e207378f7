"""A call that is put through to whoever can help, and not round in circles.

A router finds out what it is about; each desk may pass the caller on, or back to the router. Being put through is work
of our switchboard, which counts. Twice for one issue, and a person is offered instead; the issue lasts until the caller
says it is solved. The way back to a desk is the history of the desks:
the router, when it has the caller again, stands beside them.
"""

from typing import Literal

from statemachine import HistoryState, State

from guards.issue import issue_known
from guards.transfers import transfers_left
from interlock.guards.facts import claimed, established
from interlock.machines.base import Machine
from interlock.machines.common import COMMON_PROMISES, CallerFacts, common_proposers, endings, ways_out
from interlock.machines.promises import never

DeskName = Literal["technical", "billing", "sales", "general"]


class RoutingFacts(CallerFacts):
    """What a switchboard and its desks know about one call."""

    issue_category: DeskName | None = claimed(description="what the issue is about, as the caller said")
    issue_details: str | None = claimed(pii=True, description="the issue in the caller's words")

    issue_number: int = established(1, for_model=False, description="counts the issues of this call")
    transfers: int = established(0, description="how often the caller was put through for this issue")


class Routing(Machine):
    """A router, four desks side by side, and a person instead of a third transfer."""

    class live(State.Compound, name="In a call"):
        class desks(State.Compound, name="Our desks"):
            router = State("Router", initial=True)
            technical = State("Technical support")
            billing = State("Billing")
            sales = State("Sales")
            general = State("General questions")
            before = HistoryState("Where the caller was", type="deep")

            _before_anywhere = before.to(router)

        returned = State("Router again")
        solved = State("Solved?")
        connecting = State("Being put through")
        rest = ways_out(desks, returned, solved, connecting)
        refused_thrice = returned.to(rest.offer) | solved.to(rest.offer)

        transfer = (
            returned.to(connecting, cond=[issue_known, transfers_left])
            | solved.to(connecting, cond=[issue_known, transfers_left])
            | desks.to(connecting, cond=[issue_known, transfers_left])
            | returned.to(rest.offer, cond=issue_known)
            | solved.to(rest.offer, cond=issue_known)
            | desks.to(rest.offer, cond=issue_known)
        )
        back_to_router = (
            desks.technical.to(returned)
            | desks.billing.to(returned)
            | desks.sales.to(returned)
            | desks.general.to(returned)
        )
        go_back = returned.to(connecting, cond=transfers_left) | returned.to(rest.offer)
        resolve = (
            desks.technical.to(solved) | desks.billing.to(solved) | desks.sales.to(solved) | desks.general.to(solved)
        )
        reopen = solved.to(desks.before)
        connected_to_technical = connecting.to(desks.technical)
        connected_to_billing = connecting.to(desks.billing)
        connected_to_sales = connecting.to(desks.sales)
        connected_to_general = connecting.to(desks.general)
        connected_back = connecting.to(desks.before)
        put_through_twice = connecting.to(rest.offer)
        not_connected = connecting.to(desks.before)

    closed = State("Goodbye", final=True)
    endings(live, closed)

    proposers = common_proposers(
        "connected_to_technical",
        "connected_to_billing",
        "connected_to_sales",
        "connected_to_general",
        "connected_back",
        "put_through_twice",
        "not_connected",
    )
    promises = (
        never("connecting").before(issue_known),
        never("connecting").before(transfers_left),
        never("technical").before("connected_to_technical"),
        never("billing").before("connected_to_billing"),
        never("sales").before("connected_to_sales"),
        never("general").before("connected_to_general"),
        never("go_back").before("back_to_router"),
        never("solved").before("connecting"),
        *COMMON_PROMISES,
    )
