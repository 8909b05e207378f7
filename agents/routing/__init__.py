"""The cast of a routed call: a router, four specialists with a voice and a model each, and the switchboard's work."""

from agents.routing.desks import CircleOffer, Router, RouterAgain, SolvedDesk
from agents.routing.effects import connect
from agents.routing.specialists import BillingDesk, GeneralDesk, SalesDesk, TechnicalDesk
from interlock.agents import COMMON_CAST, COMMON_EFFECTS, Flow, waits
from machines.routing import Routing, RoutingFacts

ROUTING = Flow(
    name="routing",
    title="Switchboard",
    summary="Put through to whoever can help: four desks side by side, and a person instead of a third transfer.",
    disclosure="You are speaking with the switchboard's automated assistant.",
    machine=Routing,
    facts=RoutingFacts,
    cast={
        "router": Router,
        "returned": RouterAgain,
        "technical": TechnicalDesk,
        "billing": BillingDesk,
        "sales": SalesDesk,
        "general": GeneralDesk,
        "solved": SolvedDesk,
        "connecting": waits("SwitchboardClerk", "One moment, I am putting you through."),
        **COMMON_CAST,
        "offer": CircleOffer,
    },
    effects={"connecting": connect, **COMMON_EFFECTS},
)
