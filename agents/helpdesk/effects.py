"""Where a help desk call looks steps up and opens tickets.

What the caller reported is on the record before the next step is looked up, so that no ticket lacks it. A ticket is one
for each topic of a call, whoever asks how often, so it may be asked for again when nobody knows whether it is there.
"""

from agents.helpdesk.systems import HelpdeskSystems, Report
from interlock.agents import Assignment, Outcome, effect
from interlock.guards import mark_in
from machines.helpdesk import HelpdeskFacts, Topic, Tried

TICKET_LIMIT_S = 5.0
"""How long somebody who wants a person is kept waiting for a ticket."""
UNSORTED: Topic = "other"
Work = Assignment[HelpdeskFacts, HelpdeskSystems]


def tried(work: Work) -> tuple[tuple[str, Tried], ...]:
    """Each step with how it went, the one that was just reported too; what nobody said about it is not made up."""
    facts = work.facts
    said = mark_in(work.args, "outcome") != "unheard"
    outcome: Tried | None = work.args.get("outcome") if said else "not_said"
    this = {facts.step: outcome} if facts.step and outcome else {}
    return tuple({**dict(facts.tried), **this}.items())


@effect(failed="step_unknown", repeatable=True, begins=lambda work: {"tried": tried(work)})
async def find_step(work: Work) -> Outcome:
    """Look up the next step of the topic."""
    known = tuple(step for step, _ in tried(work))
    step = await work.systems.knowledge.next_step(work.facts.issue_category or UNSORTED, known)
    if step is None:
        return Outcome("no_step_left")
    return Outcome("step_found", {"step": step.step, "step_words": step.words})


@effect(failed="ticket_unconfirmed", timeout_s=TICKET_LIMIT_S, repeatable=True)
async def open_ticket(work: Work) -> Outcome:
    """Open the ticket with all that was known when it was asked for."""
    facts = work.facts
    topic = facts.issue_category or UNSORTED
    report = Report(work.party, topic, facts.severity, facts.caller_name, facts.issue_details, facts.tried)
    return Outcome("ticket_opened", {"ticket_number": await work.systems.tickets.open(work.key, report)})
