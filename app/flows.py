"""The flows there are."""

from difflib import get_close_matches

from agents.booking import BOOKING
from agents.flow import Flow
from agents.helpdesk import HELPDESK
from agents.intake import INTAKE
from agents.restaurant import RESTAURANT
from agents.routing import ROUTING
from agents.sales import SALES
from agents.service import SERVICE
from agents.support import SUPPORT

FLOWS: dict[str, Flow] = {
    flow.name: flow for flow in (SUPPORT, RESTAURANT, BOOKING, ROUTING, HELPDESK, SALES, INTAKE, SERVICE)
}


class UnknownFlow(LookupError):
    """A flow nobody declared; the text is one line."""


def flow_named(name: str) -> Flow:
    """The flow of that name. Raises `UnknownFlow`."""
    if name in FLOWS:
        return FLOWS[name]
    near = get_close_matches(name, FLOWS, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise UnknownFlow(f"there is no flow {name!r}, expected one of: {', '.join(FLOWS)}{hint}")
