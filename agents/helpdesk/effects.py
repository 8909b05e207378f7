"""Where a help desk call looks steps up and opens tickets.

What the caller reported is on the record before the next step is looked up, so that no ticket lacks it. A ticket is one
for each topic of a call, whoever asks how often, so it may be asked for again when nobody knows whether it is there.
"""

from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from agents.helpdesk.systems import HelpdeskSystems, Report
from interlock.agents.flow import Effect
from machines.helpdesk import HelpdeskFacts, Outcome, Topic

if TYPE_CHECKING:
    from interlock.agents.call.call import Call

TICKET_LIMIT_S = 5.0
"""How long somebody who wants a person is kept waiting for a ticket."""
UNSORTED: Topic = "other"


def find_step(call: "Call", key: str, args: Mapping[str, Any]) -> Coroutine[Any, Any, str]:
    """Note how the step went, if one was reported, and look up the next one of the topic."""
    facts = facts_of(call)
    reported = {facts.step: args["outcome"]} if facts.step and "outcome" in args else {}
    return _find_step(call, facts.issue_category or UNSORTED, {**dict(facts.tried), **reported})


async def _find_step(call: "Call", topic: Topic, tried: Mapping[str, Outcome]) -> str:
    await call.establish(tried=tuple(tried.items()))
    step = await systems_of(call).knowledge.next_step(topic, tuple(tried))
    if step is None:
        return "no_step_left"
    await call.establish(step=step.step, step_words=step.words)
    return "step_found"


def open_ticket(call: "Call", key: str, args: Mapping[str, Any]) -> Coroutine[Any, Any, str]:
    """Open the ticket with all that is known when it is asked for."""
    facts = facts_of(call)
    topic = facts.issue_category or UNSORTED
    report = Report(call.id, topic, facts.severity, facts.caller_name, facts.issue_details, facts.tried)
    return _open_ticket(call, key, report)


async def _open_ticket(call: "Call", key: str, report: Report) -> str:
    number = await systems_of(call).tickets.open(key, report)
    await call.establish(ticket_number=number)
    return "ticket_opened"


def systems_of(call: "Call") -> HelpdeskSystems:
    """The business systems of this call."""
    assert isinstance(call.services, HelpdeskSystems), "a help desk call needs HelpdeskSystems as its services"
    return call.services


def facts_of(call: "Call") -> HelpdeskFacts:
    """What is known."""
    assert isinstance(call.facts, HelpdeskFacts)
    return call.facts


EFFECTS: Mapping[str, Effect] = {
    "stepping": Effect(find_step, failed="step_unknown", repeatable=True),
    "ticketing": Effect(open_ticket, failed="ticket_unconfirmed", timeout_s=TICKET_LIMIT_S, repeatable=True),
}
