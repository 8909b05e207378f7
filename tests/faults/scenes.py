"""A call of every flow, brought to where its next event begins work in the outside world."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.app.offline.scripted import Asks, Says
from interlock.testing.saying import wanting
from tests.faults.lives import Process

Step = tuple[str, Mapping[str, Any]]

ACCOUNT = {"account_found": True, "caller_verified": True, "account_id": "4471"}
ORDER = {"order_found": True, "order_number": "1042", "order_paid_cents": 3990}
PHONE = {"phone": "01512345678"}
CALLBACK = ("book_callback", {"phone": "01512345678", "time": "2026-03-03T10:00"})
LEAD = {"caller_name": "Ann", "need": "phones", "budget_cents": 1_000_00, "authority": "decides", "timeline": "now"}
DETAILS = {
    "caller_name": "Anna Miller",
    "date_of_birth": "1980-05-03",
    "policy_number": "4482107",
    "home_address": "12 Rose Street",
    "phone": "01512345678",
    "email": "anna@example.com",
}
REPAIR = {"caller_name": "Anna", "contact_phone": "+4930123456", "appliance": "fridge", "fault": "leaking"}
WHERE = {"postcode": "10115", "warranty_number": "none"}
LOOK: Step = ("look_for_times", {"time": "2026-03-03T10:00"})
FIND: Step = ("find_booking", {"code": "300700"})
DISH: Step = ("add_dish", {"dish": "Tiramisu", "portions": 2})
NO_ALLERGIES: Step = ("note_allergies", {"allergies": "none"})
TO_BILLING: tuple[Step, ...] = (("begin_triage", {}), ("route_to_billing", {}))
TO_REVIEW: tuple[Step, ...] = (("begin_order", {}), DISH, NO_ALLERGIES, ("read_back", {}))
TO_PAYMENT: tuple[Step, ...] = (*TO_REVIEW, ("confirm_order", {}))


@dataclass(frozen=True)
class Scene:
    """What is known, what the model asks for on the way, and what begins the work; `says` is how it is told."""

    flow: str
    event: Step
    says: str
    way: tuple[Step, ...] = ()
    claimed: Mapping[str, Any] = field(default_factory=dict)
    established: Mapping[str, Any] = field(default_factory=dict)
    paid: bool = False

    async def begin(self, its: Process) -> None:
        """Start the call and go all the way, but for the last event."""
        await its.typed.start()
        call = its.typed.call
        await call.claim(**self.claimed)
        await call.establish(**self.established)
        for step in self.way:
            await ask(its, step)
        if self.paid:
            await its.services.payments.pay(call.id, its.clock.now())


async def ask(its: Process, *steps: Step) -> None:
    """The caller speaks, and the model makes these tool calls at once."""
    its.model.add(Says(calls=tuple(Asks(name, dict(args)) for name, args in steps)))
    agent = type(its.typed.session.current_agent)
    await its.typed.caller(" ".join(f"{wanting(agent, name, args)}." for name, args in steps))


def _support(event: Step, says: str, *way: Step) -> Scene:
    return Scene(
        "support", event, says, way, {"caller_name": "Anna", "issue_category": "billing"}, {**ACCOUNT, **ORDER}
    )


def _booking(event: Step, says: str, *way: Step) -> Scene:
    return Scene("booking", event, says, way, {"caller_name": "Anna", "contact_phone": "+4930123456"})


def _restaurant(event: Step, says: str, *way: Step, paid: bool = False) -> Scene:
    return Scene("restaurant", event, says, way, {"caller_name": "Anna"}, paid=paid)


def _helpdesk(event: Step, says: str, *way: Step) -> Scene:
    return Scene(
        "helpdesk", event, says, way, {"caller_name": "Anna", "issue_category": "printer", "severity": "normal"}
    )


def _sales(event: Step, says: str, *way: Step, **lead: Any) -> Scene:
    known = {**LEAD, "contact_phone": "+4930123456", **lead}
    return Scene("sales", event, says, way, known, {"caller_phone": "+4930123456"})


def _intake(event: Step, says: str, *way: Step) -> Scene:
    return Scene("intake", event, says, way, DETAILS)


def _service(event: Step, says: str, *way: Step) -> Scene:
    return Scene("service", event, says, way, {**REPAIR, **WHERE})


BEGUN: Step = ("begin_intake", {})
CHECK: Step = ("check_details", {})
CONFIRM: Step = ("confirm_details", {})
GATHER: Step = ("gather", {})
SPECIALIST: Step = ("find_specialist", {})
QUALIFY: tuple[Step, ...] = (("begin_qualification", {}),)
FIT = {"budget_cents": 20_000_00}

SCENES: Mapping[str, Scene] = {
    "support refund": _support(("refund", {"amount_cents": 1000}), "on its way", *TO_BILLING),
    "support callback": _support(CALLBACK, "call", ("escalate", {})),
    "booking hold": _booking(("hold_time", {}), "I am holding", LOOK, ("find_time", {})),
    "booking hold to move": _booking(("hold_time", {}), "I am holding", ("change_booking", {}), FIND, LOOK),
    "booking book": _booking(("book", {}), "booked for", LOOK, ("find_time", {}), ("hold_time", {})),
    "booking move": _booking(("move", {}), "booked for", ("change_booking", {}), FIND, LOOK, ("hold_time", {})),
    "booking cancel": _booking(("cancel", {"sure": True}), "is cancelled", ("change_booking", {}), FIND),
    "restaurant read back": _restaurant(("read_back", {}), "Is that right?", *TO_REVIEW[:-1]),
    "restaurant link": _restaurant(("send_link", PHONE), "link", *TO_PAYMENT),
    "restaurant withdraw": _restaurant(("change_order", {}), "change", *TO_PAYMENT, ("send_link", PHONE)),
    "restaurant pay": _restaurant(("collect_payment", {}), "ready", *TO_PAYMENT, ("send_link", PHONE), paid=True),
    "helpdesk step": _helpdesk(("troubleshoot", {}), "Please switch the printer off", ("begin_triage", {})),
    "helpdesk next step": _helpdesk(
        ("report_step", {"outcome": "not_done"}), "paper", ("begin_triage", {}), ("troubleshoot", {})
    ),
    "helpdesk ticket": _helpdesk(("escalate", {}), "ticket is number 1"),
    "routing transfer": Scene(
        "routing", ("transfer", {"desk": "billing"}), "billing desk", (), {"issue_category": "billing"}
    ),
    "sales lead": _sales(("assess", {}), "later this year?", *QUALIFY),
    "sales follow-up": _sales(("follow_up", {"months": "6"}), "29 August", *QUALIFY, ("assess", {})),
    "sales never call": _sales(("do_not_call", {}), "will not call you again"),
    "sales hold": _sales(("hold_time", {}), "I am holding", *QUALIFY, ("assess", {}), LOOK, **FIT),
    "sales book": _sales(("book", {}), "booked for", *QUALIFY, ("assess", {}), LOOK, ("hold_time", {}), **FIT),
    "intake check": _intake(CHECK, "Is all of that right?", BEGUN),
    "intake file": _intake(CONFIRM, "are on file", BEGUN, CHECK),
    "intake withdraw": _intake(("correct_details", {}), "nothing is on file now", BEGUN, CHECK, CONFIRM),
    "service dispatch": _service(SPECIALIST, "", GATHER),
    "service diagnose": _service(("diagnose", {}), "drain", GATHER, SPECIALIST),
    "service visit": _service(("book_visit", {}), "booked for", GATHER, SPECIALIST, ("diagnose", {})),
}
WORK: Mapping[str, tuple[str, ...]] = {
    "support refund": ("refunding",),
    "support callback": ("booking",),
    "booking hold": ("holding",),
    "booking hold to move": ("holding_move",),
    "booking book": ("reserving",),
    "booking move": ("moving",),
    "booking cancel": ("cancelling",),
    "restaurant read back": ("reading_back",),
    "restaurant link": ("sending",),
    "restaurant withdraw": ("withdrawing",),
    "restaurant pay": ("settling", "cooking"),
    "helpdesk step": ("stepping",),
    "helpdesk next step": ("stepping",),
    "helpdesk ticket": ("ticketing",),
    "routing transfer": ("connecting",),
    "sales lead": ("assessing",),
    "sales follow-up": ("following_up",),
    "sales never call": ("listing",),
    "sales hold": ("holding",),
    "sales book": ("reserving",),
    "intake check": ("verifying",),
    "intake file": ("filing",),
    "intake withdraw": ("withdrawing",),
    "service dispatch": ("dispatching",),
    "service diagnose": ("diagnosing",),
    "service visit": ("arranging",),
}
"""The states of work that each scene's event leads through."""
