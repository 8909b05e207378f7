"""A call that is put through to whoever can help, and not round in circles.

A router finds out what it is about; each desk may pass the caller on, or back to the router. Being put through is work
of our switchboard, which counts. Twice for one issue, and a person is offered instead; what is about the same thing is
the same issue, also when it was said to be solved. The way back to a desk is the history of the desks: the router, when
it has the caller again, stands beside them.
"""

from typing import ClassVar, Literal

from guards.issue import issue_known
from guards.limits import TRANSFERS
from guards.transfers import transfers_left
from interlock.guards import claimed, established
from interlock.machines import CallerFacts, Common, Desks, EffectState, SideDesk, State, never

DeskName = Literal["technical", "billing", "sales", "general"]
NOT_IN_CIRCLES = "a call is put through twice for one thing, whoever asks"


class RoutingFacts(CallerFacts):
    """What a switchboard and its desks know about one call."""

    issue_category: DeskName | None = claimed(description="what the issue is about, as the caller said")
    issue_details: str | None = claimed(pii=True, description="the issue in the caller's words")

    issue_number: int = established(
        1, for_model=False, of_the_call=NOT_IN_CIRCLES, description="counts the issues of this call"
    )
    transfers: int = established(
        0, of_the_call=NOT_IN_CIRCLES, description="how often the caller was put through for this issue"
    )
    issues: tuple[tuple[DeskName, int, int], ...] = established(
        (),
        for_model=False,
        of_the_call=NOT_IN_CIRCLES,
        description="the issues of this call: what about, its number, how often put through",
    )


class Routing(Desks):
    """A router, four desks side by side, and a person instead of a third transfer."""

    common = Common()
    router = State("Router", initial=True)
    technical = State("Technical support")
    billing = State("Billing")
    sales = State("Sales")
    general = State("General questions")

    returned = SideDesk("Router again")
    solved = SideDesk("Solved?")
    connecting = EffectState("Being put through")
    refused_thrice = returned.to(common.offer) | solved.to(common.offer)

    transfer = (
        returned.to(connecting, cond=[issue_known, transfers_left])
        | solved.to(connecting, cond=[issue_known, transfers_left])
        | common.desks.to(connecting, cond=[issue_known, transfers_left])
        | returned.to(common.offer, cond=issue_known)
        | solved.to(common.offer, cond=issue_known)
        | common.desks.to(common.offer, cond=issue_known)
    )
    back_to_router = technical.to(returned) | billing.to(returned) | sales.to(returned) | general.to(returned)
    go_back = returned.to(connecting, cond=transfers_left) | returned.to(common.offer)
    resolve = technical.to(solved) | billing.to(solved) | sales.to(solved) | general.to(solved)
    reopen = solved.to(common.before)
    connected_to_technical = connecting.to(technical)
    connected_to_billing = connecting.to(billing)
    connected_to_sales = connecting.to(sales)
    connected_to_general = connecting.to(general)
    connected_back = connecting.to(common.before)
    put_through_twice = connecting.to(common.offer)
    not_connected = connecting.to(common.before)

    quotas: ClassVar = {"connecting": (TRANSFERS,)}
    harmless: ClassVar = {
        "transfer": "a caller who is put through can come back",
        "go_back": "it only puts the caller through to the desk they came from",
    }
    promises = (
        never("connecting").before(issue_known),
        never("connecting").before(transfers_left),
        never("technical").before("connected_to_technical"),
        never("billing").before("connected_to_billing"),
        never("sales").before("connected_to_sales"),
        never("general").before("connected_to_general"),
        never("go_back").before("back_to_router"),
        never("solved").before("connecting"),
    )
