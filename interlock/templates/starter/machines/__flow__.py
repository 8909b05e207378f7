"""A call about something that goes back, from hello to a return label, or to a person.

What the caller says is claimed; what our own systems found is established, and no model can make it true.
"""

from typing import ClassVar

from guards.__flow__ import not_registered_yet, order_given, reason_given
from interlock.guards import Words, claimed, established
from interlock.machines import CallerFacts, Common, Desks, EffectState, State, never, reachable


class __Flow__Facts(CallerFacts):
    """What is known about one return; every desk reads the same."""

    order_number: str | None = claimed(description="as the caller gave it, digits only")
    reason: Words | None = claimed(pii=True, description="why it comes back, in the caller's words")

    item: str | None = established(description="what was ordered, by our own list")
    return_label: str | None = established(description="the label of the return, once there is one")
    refused_because: str | None = established(description="why our system said no, fit for the caller's ears")


class __Flow__(Desks):
    """Reception, a specialist for returns, and a person from everywhere."""

    common = Common()
    reception = State("Reception", initial=True)
    returns = State("Returns desk")
    registering = EffectState("Return being registered")

    to_returns = reception.to(returns, cond=order_given)
    to_reception = returns.to(reception)
    register_return = returns.to(registering, cond=[reason_given, not_registered_yet])
    return_registered = registering.to(returns)
    return_refused = registering.to(returns)
    return_unconfirmed = registering.to(common.person)

    harmless: ClassVar = {"register_return": "a label costs nobody anything until the caller sends something back"}
    promises = (
        never("returns").before(order_given),
        never("registering").before(reason_given),
        never("registering").before("to_returns"),
        reachable("registering"),
    )
