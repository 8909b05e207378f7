"""An IT help desk, from "it does not work" to "it works", or to a colleague who can read what was tried.

The steps to try come from a knowledge table, one at a time (`stepping`); how each went, the caller says, and it is on
the record before the next one is looked up. Whoever is passed on, asked for or not, goes through `ticketing`: the
ticket is opened with its severity and all that was tried, and only then is the caller with a person. A ticket system
that does not answer keeps nobody waiting: then the person comes all the same, and the caller hears that the ticket is
not confirmed.
"""

from typing import Literal

from statemachine import HistoryState, State

from guards.identity import caller_named
from guards.issue import issue_known
from guards.tickets import Severity, not_critical, severity_known
from interlock.guards.cards import Words
from interlock.guards.facts import claimed, established
from interlock.machines.base import Machine
from interlock.machines.common import COMMON_PROMISES, CallerFacts, common_proposers, endings, ways_out
from interlock.machines.promises import never, reachable

Topic = Literal["internet", "email", "printer", "password", "other"]
Outcome = Literal["done", "not_done"]


class HelpdeskFacts(CallerFacts):
    """What a help desk knows about one call."""

    caller_name: Words | None = claimed(pii=True, description="as the caller said it")
    issue_category: Topic | None = claimed()
    issue_details: Words | None = claimed(pii=True, description="the problem in the caller's words")
    severity: Severity | None = claimed(description="critical passes the caller on to a person at once")

    step: str | None = established(description="which step of our knowledge table is being tried")
    step_words: str = established("", for_model=False, description="that step, as the caller hears it")
    tried: tuple[tuple[str, Outcome], ...] = established((), description="each step given, as the caller reported it")
    ticket_number: int | None = established(description="the last ticket that was opened")


class Helpdesk(Machine):
    """Reception, triage, one step after the other; solved, or a ticket and a person."""

    class live(State.Compound, name="In a call"):
        class desks(State.Compound, name="Our desks"):
            greeting = State("Reception", initial=True)
            triage = State("Triage")
            troubleshooting = State("Trying a step")
            resolved = State("Solved?")
            before = HistoryState("Where the caller was", type="deep")

            begin_triage = greeting.to(triage, cond=caller_named)
            change_problem = troubleshooting.to(triage)
            resolve = triage.to(resolved) | troubleshooting.to(resolved)
            reopen = resolved.to(triage)
            _before_anywhere = before.to(greeting)

        stepping = State("Next step being looked up")
        ticketing = State("Ticket being opened")
        rest = ways_out(desks, stepping, ticketing, person_after=ticketing)

        troubleshoot = desks.triage.to(stepping, cond=[issue_known, severity_known])
        report_step = desks.troubleshooting.to(stepping)
        step_found = stepping.to(desks.troubleshooting, cond=not_critical) | stepping.to(ticketing)
        no_step_left = stepping.to(ticketing)
        step_unknown = stepping.to(ticketing)

        ticket_opened = ticketing.to(rest.person)
        ticket_unconfirmed = ticketing.to(rest.person)

    closed = State("Goodbye", final=True)
    endings(live, closed)

    proposers = common_proposers("step_found", "no_step_left", "step_unknown", "ticket_opened", "ticket_unconfirmed")
    promises = (
        never("person").before("ticket_opened", unless=("ticket_unconfirmed", "take_over", "handoff_failed")),
        never("person").before("ticketing", unless=("take_over", "handoff_failed")),
        never("troubleshooting").before(issue_known),
        never("troubleshooting").before(severity_known),
        never("troubleshooting").before(not_critical),
        never("troubleshooting").before("step_found"),
        reachable("ticketing"),
        *COMMON_PROMISES,
    )
