"""An IT help desk, from "it does not work" to "it works", or to a colleague who can read what was tried.

The steps to try come from a knowledge table, one at a time (`stepping`); how each went, the caller says, and it is on
the record before the next one is looked up. Whoever is passed on, asked for or not, goes through `ticketing`: the
ticket is opened with its severity and all that was tried, and only then is the caller with a person. A ticket system
that does not answer keeps nobody waiting: then the person comes all the same, and the caller hears that the ticket is
not confirmed.
"""

from typing import ClassVar, Literal

from guards.identity import caller_named
from guards.issue import issue_known
from guards.tickets import Severity, not_critical, severity_known
from interlock.guards import Words, claimed, established
from interlock.machines import CallerFacts, Common, Desks, EffectState, State, never, reachable

Topic = Literal["internet", "email", "printer", "password", "other"]
StepOutcome = Literal["done", "not_done"]
Tried = Literal["done", "not_done", "not_said"]


class HelpdeskFacts(CallerFacts):
    """What a help desk knows about one call."""

    caller_name: Words | None = claimed(pii=True, description="as the caller said it")
    issue_category: Topic | None = claimed()
    issue_details: Words | None = claimed(pii=True, description="the problem in the caller's words")
    severity: Severity | None = claimed(description="critical passes the caller on to a person at once")

    step: str | None = established(description="which step of our knowledge table is being tried")
    step_words: str = established("", for_model=False, description="that step, as the caller hears it")
    tried: tuple[tuple[str, Tried], ...] = established(
        (), description="each step given, as our ears heard the caller report it"
    )
    ticket_number: int | None = established(description="the last ticket that was opened")


class Helpdesk(Desks):
    """Reception, triage, one step after the other; solved, or a ticket and a person."""

    greeting = State("Reception", initial=True)
    triage = State("Triage")
    troubleshooting = State("Trying a step")
    resolved = State("Solved?")

    begin_triage = greeting.to(triage, cond=caller_named)
    change_problem = troubleshooting.to(triage)
    resolve = triage.to(resolved) | troubleshooting.to(resolved)
    reopen = resolved.to(triage)

    stepping = EffectState("Next step being looked up")
    ticketing = EffectState("Ticket being opened")
    common = Common(person_after=ticketing)

    troubleshoot = triage.to(stepping, cond=[issue_known, severity_known])
    report_step = troubleshooting.to(stepping)
    step_found = stepping.to(troubleshooting, cond=not_critical) | stepping.to(ticketing)
    no_step_left = stepping.to(ticketing)
    step_unknown = stepping.to(ticketing)

    ticket_opened = ticketing.to(common.person)
    ticket_unconfirmed = ticketing.to(common.person)

    harmless: ClassVar = {
        "escalate": "whoever asks for a person gets one; the ticket is for that person to read, and to close",
        "troubleshoot": "it only looks up what to try",
        "report_step": "it only looks up what to try next",
    }
    promises = (
        never("person").before("ticket_opened", unless=("ticket_unconfirmed", "take_over", "handoff_failed")),
        never("person").before("ticketing", unless=("take_over", "handoff_failed")),
        never("troubleshooting").before(issue_known),
        never("troubleshooting").before(severity_known),
        never("troubleshooting").before(not_critical),
        never("troubleshooting").before("step_found"),
        reachable("ticketing"),
    )
