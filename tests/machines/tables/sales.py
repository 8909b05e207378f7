"""What a sales call may do."""

from datetime import timedelta

from agents.sales import SALES
from interlock.testing.table import AGENT, NOW, SYSTEM, OneFalse, Step, Table

SLOT = "2026-03-24T09:00:00+00:00"
ASKED: tuple[Step, ...] = (("begin_qualification", "agent"),)
ASSESSED: tuple[Step, ...] = (*ASKED, ("assess", "agent"))
HELD: tuple[Step, ...] = (*ASSESSED, ("lead_noted", "system"), ("hold_time", "agent"), ("time_held", "system"))
BOOKED: tuple[Step, ...] = (*HELD, ("book", "agent"), ("booked", "system"))
NO_FIT = {"budget_cents": 100_00}
DISQUALIFIED: tuple[Step, ...] = (*ASSESSED, ("lead_noted", "system", NO_FIT))
FOUR = ("need_stated", "budget_stated", "authority_stated", "timeline_stated")
DESKS = ("intro", "qualification", "demo", "deciding", "demo_booked", "executive", "disqualified", "parting")
WORK = ("assessing", "holding", "reserving", "following_up")

TABLE = Table(
    flow=SALES,
    desks=DESKS,
    work=(*WORK, "listing"),
    arrows=(
        (("intro",), "begin_qualification", AGENT, "qualification"),
        (("qualification", "disqualified", "parting"), "assess", AGENT, "assessing"),
        (("assessing",), "lead_noted", SYSTEM, "demo"),
        (("assessing",), "lead_unnoted", SYSTEM, "demo"),
        (("demo",), "hold_time", AGENT, "holding"),
        (("holding",), "time_held", SYSTEM, "deciding"),
        (("holding",), "time_taken", SYSTEM, "demo"),
        (("holding",), "hold_unclear", SYSTEM, "demo"),
        (("deciding",), "other_time", AGENT, "demo"),
        (("deciding",), "hold_ran_out", SYSTEM, "demo"),
        (("deciding",), "book", AGENT, "reserving"),
        (("reserving",), "booked", SYSTEM, "demo_booked"),
        (("reserving",), "time_lost", SYSTEM, "demo"),
        (("reserving",), "change_unconfirmed", SYSTEM, "person"),
        (("demo_booked",), "meet_executive", AGENT, "executive"),
        (("disqualified",), "follow_up", AGENT, "following_up"),
        (("following_up",), "follow_up_noted", SYSTEM, "parting"),
        (("following_up",), "follow_up_refused", SYSTEM, "parting"),
        (("following_up",), "follow_up_unconfirmed", SYSTEM, "person"),
        ((*DESKS, *WORK, "offer", "person", "booking"), "do_not_call", AGENT, "listing"),
        (("listing",), "number_listed", SYSTEM, "closed"),
        (("listing",), "calls_called_off", SYSTEM, "closed"),
        (("listing",), "listing_unconfirmed", SYSTEM, "person"),
    ),
    guarded={
        "begin_qualification": ("caller_named",),
        "assess": FOUR,
        "lead_noted": ("nothing_rules_it_out", "not_on_the_list"),
        "lead_unnoted": ("nothing_rules_it_out",),
        "hold_time": ("slot_offered",),
        "book": (
            "no_change_unconfirmed",
            "hold_running",
            "caller_named",
            "name_confirmed",
            "reachable_by_phone",
            "number_confirmed",
            "agreed",
        ),
        "meet_executive": ("executive_on_duty",),
        "follow_up": ("not_on_the_list", "months_heard", "reachable_by_phone", "number_heard", "agreed"),
        "do_not_call": ("agreed",),
    },
    one_false=(
        OneFalse("begin_qualification", "caller_named", {"caller_name": None}),
        OneFalse("assess", "need_stated", {"need": None}),
        OneFalse("assess", "budget_stated", {"budget_cents": None}),
        OneFalse("assess", "authority_stated", {"authority": None}),
        OneFalse("assess", "timeline_stated", {"timeline": None}),
        OneFalse("lead_noted", "nothing_rules_it_out", {"budget_cents": 4_999_99}, leads_to="disqualified"),
        OneFalse("lead_noted", "nothing_rules_it_out", {"authority": "none"}, leads_to="disqualified"),
        OneFalse("lead_noted", "nothing_rules_it_out", {"timeline": "no_plan"}, leads_to="disqualified"),
        OneFalse("lead_noted", "not_on_the_list", {"listed": True}, leads_to="demo"),
        OneFalse("lead_unnoted", "nothing_rules_it_out", NO_FIT, leads_to="parting"),
        OneFalse("hold_time", "slot_offered", {"offered_slots": ()}),
        OneFalse("book", "no_change_unconfirmed", {"last_change": "unconfirmed"}),
        OneFalse("book", "hold_running", {"held_until": NOW}),
        OneFalse("book", "caller_named", {"caller_name": None}),
        OneFalse("book", "reachable_by_phone", {"contact_phone": None}),
        OneFalse("book", "name_confirmed", {"unheard": ("caller_name",)}, {"consent": "requested"}),
        OneFalse("book", "number_confirmed", {"unheard": ("contact_phone",)}, {"consent": "requested"}),
        OneFalse("meet_executive", "executive_on_duty", {"now": NOW + timedelta(hours=8)}, leads_to="person"),
        OneFalse("meet_executive", "executive_on_duty", {"now": NOW + timedelta(days=5)}, leads_to="person"),
        OneFalse("follow_up", "not_on_the_list", {"listed": True}),
        OneFalse("follow_up", "not_on_the_list", {"listed": None}),
        OneFalse("follow_up", "reachable_by_phone", {"contact_phone": None}),
        *(OneFalse(event, "agreed", args={"consent": "no"}) for event in ("book", "follow_up", "do_not_call")),
        OneFalse("follow_up", "months_heard", args={"evidence": {"months": "unheard"}}),
        OneFalse("follow_up", "number_heard", {"unheard": ("contact_phone",)}),
    ),
    ways={
        "intro": (),
        "qualification": ASKED,
        "assessing": ASSESSED,
        "demo": (*ASSESSED, ("lead_noted", "system")),
        "holding": (*ASSESSED, ("lead_noted", "system"), ("hold_time", "agent")),
        "deciding": HELD,
        "reserving": (*HELD, ("book", "agent")),
        "demo_booked": BOOKED,
        "executive": (*BOOKED, ("meet_executive", "agent")),
        "disqualified": DISQUALIFIED,
        "following_up": (*DISQUALIFIED, ("follow_up", "agent")),
        "parting": (*ASSESSED, ("lead_noted", "system", {**NO_FIT, "listed": True})),
        "listing": (("do_not_call", "agent"),),
    },
    known={
        "caller_name": "Ann",
        "contact_phone": "+4930123456",
        "need": "phones",
        "budget_cents": 5_000_00,
        "authority": "shares",
        "timeline": "this_year",
        "listed": False,
        "calendar_zone": "Europe/Berlin",
        "offered_slots": (SLOT,),
        "held_slot": SLOT,
        "held_until": NOW + timedelta(minutes=1),
    },
    back="qualification",
)
