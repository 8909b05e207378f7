"""When a time of our calendar may be held, booked, moved or given up."""

from datetime import UTC, datetime
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from interlock.guards import Proposal, agreed, can_be_dialled, guard, was_heard

FoundBy = Literal["code", "caller"]
Answer = Literal["free", "taken", "closed", "past", "not_for_hidden"]
Change = Literal["unconfirmed", "booked", "moved", "cancelled", "refused"]

WHICH_NUMBER = "Which number can we reach you on?"
NOBODY_SAID_IT = "Nobody said that number: ask for a number we can reach the caller on, and note it as they say it."


class Calendar(Protocol):
    @property
    def now(self) -> datetime | None: ...
    @property
    def calendar_zone(self) -> str: ...
    @property
    def caller_zone(self) -> str | None: ...
    @property
    def offered_slots(self) -> tuple[str, ...]: ...
    @property
    def held_slot(self) -> str | None: ...
    @property
    def held_until(self) -> datetime | None: ...
    @property
    def caller_verified(self) -> bool: ...
    @property
    def found_by(self) -> FoundBy | None: ...
    @property
    def last_change(self) -> Change | None: ...


class Contact(Protocol):
    @property
    def contact_phone(self) -> str | None: ...
    @property
    def caller_phone(self) -> str | None: ...


def instant(facts: Any, time: str) -> datetime:
    """The moment a caller means by a day and time: in the zone they named, else in the calendar's."""
    return datetime.fromisoformat(time).replace(tzinfo=ZoneInfo(facts.caller_zone or facts.calendar_zone))


def time_exists(facts: Any, time: str) -> bool:
    """Whether clocks in the zone the caller's times are in ever show this day and time: in spring they skip an hour."""
    at = instant(facts, time)
    return at.astimezone(UTC).astimezone(at.tzinfo).replace(tzinfo=None) == at.replace(tzinfo=None)


def picked(facts: Any, time: str | None) -> str | None:
    """The offered slot the caller picked, the first when they named no time; None when theirs was not offered."""
    if time is None:
        return next(iter(facts.offered_slots), None)
    wanted = instant(facts, time)
    return next((slot for slot in facts.offered_slots if datetime.fromisoformat(slot) == wanted), None)


@guard(
    "Look up first whether that time is free, and hold only a time the look-up named.",
    say="Which day and time suit you?",
)
def slot_offered(facts: Calendar, proposal: Proposal) -> bool:
    """The calendar found that time free."""
    return picked(facts, proposal.args.get("time")) is not None


@guard(
    "The time is not held any more: look up what is free now.",
    say="I could not hold that time any longer. Which day and time suit you?",
)
def hold_running(facts: Calendar, proposal: Proposal) -> bool:
    """The time is held for the caller."""
    if facts.held_slot is None or facts.held_until is None or facts.now is None:
        return False
    return facts.now < facts.held_until


@guard("Ask for a number we can reach the caller on, and note it.", say=WHICH_NUMBER)
def reachable_by_phone(facts: Contact, proposal: Proposal) -> bool:
    """We have a number to reach the caller on."""
    return can_be_dialled(facts.contact_phone or facts.caller_phone)


@guard(NOBODY_SAID_IT, say=WHICH_NUMBER)
def number_heard(facts: Contact, proposal: Proposal) -> bool:
    """The number to reach the caller on is one they said, or call from."""
    return was_heard(facts, "contact_phone")


@guard(NOBODY_SAID_IT, say=WHICH_NUMBER)
def number_confirmed(facts: Contact, proposal: Proposal) -> bool:
    """The number to reach the caller on is one they said, call from, or heard from us and said yes to."""
    return was_heard(facts, "contact_phone") or proposal.args.get("consent") == "agreed"


class Unsaid:
    """Facts of a caller whose name and number a model may have given alone."""

    @property
    def unsaid(self) -> tuple[str, ...]:
        """Those of both that nobody was heard to say: the question for a yes tells them, and the yes covers them."""
        names = ("caller_name", "contact_phone")
        return tuple(getattr(self, name) or "" for name in names if not was_heard(self, name))


@guard(
    "Find the appointment first: ask for its code, or for account number and postcode.",
    say="What is the code of your appointment?",
)
def appointment_theirs(facts: Calendar, proposal: Proposal) -> bool:
    """The caller knows the appointment's code, or proved who they are."""
    return facts.found_by == "code" or (facts.found_by == "caller" and facts.caller_verified)


@guard(
    "An earlier change is not confirmed, so another could do it twice: offer to pass the caller on to a colleague.",
    say="Your last change is not confirmed yet, and a colleague has to look into it. Shall I pass you on?",
)
def no_change_unconfirmed(facts: Calendar, proposal: Proposal) -> bool:
    """No earlier change to the calendar in this call is unconfirmed."""
    return facts.last_change != "unconfirmed"


@guard(
    "The caller did not say yes to cancelling exactly that: if they objected or asked something, answer that.",
    say="All right, your appointment stays as it is. What would you like to do?",
    implies=(agreed,),
)
def cancelling_agreed(facts: Calendar, proposal: Proposal) -> bool:
    """The caller said yes to giving the appointment up."""
    if "consent" not in proposal.args and "sure" in proposal.args:  # as on record from before
        return proposal.args["sure"] is True
    return bool(agreed.predicate(facts, proposal))
