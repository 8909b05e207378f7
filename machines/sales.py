"""A sales call: what somebody needs, a demo for whom it may suit, and the account executive once it is booked.

Budget, authority, need and timeline are what the caller says. What our systems do with it is work: the lead is put on
file and the do-not-call list read (`assessing`), and only who is not on it is offered a follow-up. A demo is an
appointment like any other, held and booked by the calendar as in `booking`. "Never call me again" is heard everywhere,
and written down (`listing`) before goodbye: for the number of the caller's own line, as nobody else may speak for it.
"""

from typing import ClassVar

from guards.appointments import (
    hold_running,
    no_change_unconfirmed,
    number_confirmed,
    number_heard,
    reachable_by_phone,
    slot_offered,
)
from guards.identity import caller_named, name_confirmed
from guards.leads import (
    Authority,
    Timeline,
    authority_stated,
    budget_stated,
    executive_on_duty,
    months_heard,
    need_stated,
    not_on_the_list,
    nothing_rules_it_out,
    timeline_stated,
)
from guards.limits import APPOINTMENTS, FOLLOW_UPS, LISTINGS
from interlock.guards import Words, agreed, claimed, established
from interlock.machines import Common, Desks, EffectState, State, never, reachable, reported
from machines.booking import BookingFacts


class SalesFacts(BookingFacts):
    """What sales know about one call: an appointment's facts, for the demo, and the lead's."""

    need: Words | None = claimed(pii=True, description="what they are looking for, in the caller's words")
    budget_cents: int | None = claimed(description="what they can spend in a year, in cents")
    authority: Authority | None = claimed(description="whether the caller decides about it")
    timeline: Timeline | None = claimed(description="when they would like to start")

    listed: bool | None = established(description="whether the caller is on our do-not-call list, None if not read")
    follow_up_on: str | None = established(description="the day on which we call again")


class Sales(Desks):
    """The questions, a demo, the executive; a follow-up for who is no fit, and a list of whom we never call."""

    common = Common()
    intro = State("Introduction", initial=True)
    qualification = State("Qualification")
    demo = State("Free times for a demo")
    deciding = State("Demo time held")
    demo_booked = State("Demo booked")
    executive = State("Account executive")
    disqualified = State("No fit: follow-up?")
    parting = State("Nothing to offer")

    begin_qualification = intro.to(qualification, cond=caller_named)
    other_time = deciding.to(demo)
    hold_ran_out = deciding.to(demo)

    assessing = EffectState("Lead being put on file")
    holding = EffectState("Demo time being held")
    reserving = EffectState("Demo being booked")
    following_up = EffectState("Follow-up being noted")
    listing = EffectState("Do-not-call being noted")

    assess = (
        qualification.to(assessing, cond=[need_stated, budget_stated, authority_stated, timeline_stated])
        | disqualified.to(assessing, cond=[need_stated, budget_stated, authority_stated, timeline_stated])
        | parting.to(assessing, cond=[need_stated, budget_stated, authority_stated, timeline_stated])
    )
    lead_noted = (
        assessing.to(demo, cond=nothing_rules_it_out)
        | assessing.to(disqualified, cond=not_on_the_list)
        | assessing.to(parting)
    )
    lead_unnoted = assessing.to(demo, cond=nothing_rules_it_out) | assessing.to(parting)

    hold_time = demo.to(holding, cond=slot_offered)
    time_held = holding.to(deciding)
    time_taken = holding.to(demo)
    hold_unclear = holding.to(demo)
    book = deciding.to(
        reserving,
        cond=[no_change_unconfirmed, hold_running, caller_named, name_confirmed, reachable_by_phone, number_confirmed],
    )
    booked = reserving.to(demo_booked)
    time_lost = reserving.to(demo)
    change_unconfirmed = reserving.to(common.person)

    meet_executive = demo_booked.to(executive, cond=executive_on_duty) | demo_booked.to(common.person)

    follow_up = disqualified.to(following_up, cond=[not_on_the_list, months_heard, reachable_by_phone, number_heard])
    follow_up_noted = following_up.to(parting)
    follow_up_refused = following_up.to(parting)
    follow_up_unconfirmed = following_up.to(common.person)

    do_not_call = (
        common.desks.to(listing)
        | assessing.to(listing)
        | holding.to(listing)
        | reserving.to(listing)
        | following_up.to(listing)
        | common.offer.to(listing)
        | common.person.to(listing)
        | common.booking.to(listing)
    )
    listing_unconfirmed = listing.to(common.person)

    number_listed = listing.to(common.closed)
    calls_called_off = listing.to(common.closed)

    quotas: ClassVar = {"reserving": (APPOINTMENTS,), "following_up": (FOLLOW_UPS,), "listing": (LISTINGS,)}
    needs_yes: ClassVar = {
        "book": ("held_slot", "unsaid"),
        "follow_up": ("months",),
        "do_not_call": ("caller_phone",),
    }
    harmless: ClassVar = {
        "assess": "it notes what the caller said about themselves, and reads the list of whom not to call",
        "hold_time": "a time that is held is free again by itself",
    }
    proposers = reported("hold_ran_out")
    promises = (
        never("demo").before(need_stated),
        never("demo").before(budget_stated),
        never("demo").before(authority_stated),
        never("demo").before(timeline_stated),
        never("demo").before(nothing_rules_it_out),
        never("reserving").before("time_held"),
        never("reserving").before(agreed),
        never("demo_booked").before("booked"),
        never("executive").before("demo_booked"),
        never("executive").before(executive_on_duty),
        never("disqualified").before(not_on_the_list),
        never("following_up").before(not_on_the_list),
        never("following_up").before(agreed),
        never("listing").before(agreed),
        never("number_listed").before("do_not_call"),
        never("calls_called_off").before("do_not_call"),
        reachable("listing"),
    )
