"""What every desk of an appointment call knows to do with the calendar: look, tell, and have a time held."""

from collections.abc import Mapping
from math import ceil
from typing import Annotated, Any, ClassVar

from agents.booking.systems import BookingSystems
from agents.booking.times import SaidTime, Zone, day_and_time, spelled, time_alone, week
from guards.appointments import instant, time_exists
from guards.limits import APPOINTMENTS
from interlock.agents import LiveDesk, Slot, data_tool, proposes, spoken_number
from interlock.guards import was_heard
from machines.booking import BookingFacts

WHICH_TIME = "Which day and time suit you?"
TIME = Slot(
    "day and time just as the caller said it, ISO 8601 without an offset; never converted to another zone",
    ask=WHICH_TIME,
    kind="datetime",
)
PICKED = Slot(
    "the time picked of those just named; left out for the one suggested",
    ask="Which of those times shall I hold?",
    kind="datetime",
)
ZONE = Slot(
    "IANA name, such as America/New_York",
    ask="Which city's time do you mean?",
    kind="choice",
    choices={
        "Europe/London": ("London time", "I am calling from London", "I am in England"),
        "Europe/Berlin": ("Berlin time", "I am calling from Berlin", "your own time"),
        "America/New_York": ("New York time", "I am calling from New York", "eastern time"),
        "America/Los_Angeles": ("Los Angeles time", "I am calling from California", "pacific time"),
    },
)
NOT_FREE: Mapping[str, str] = {
    "taken": "That time is taken. ",
    "closed": "We have no appointments at that time. ",
    "past": "That time has passed. ",
    "not_for_hidden": "That day has no time left for callers whose number I do not see. ",
}
SKIPPED = "The clocks go forward that night, so there is no such time on that day."
NOTHING_FREE = "I have nothing free in the two weeks from then on."


class CalendarDesk(LiveDesk):
    """A desk that can look into the calendar."""

    facts: BookingFacts
    systems: BookingSystems

    def clock_zone(self) -> str:
        """The calendar's."""
        return self.systems.calendar.zone

    @data_tool(
        "I would like an appointment on Tuesday at ten",
        "is tomorrow at nine free",
        "do you have something on Friday at three",
        "what about Wednesday at eleven",
        "rather Thursday at two",
        "I would prefer Thursday at two",
        "next Monday at half past nine",
        leads_on=True,
    )
    async def look_for_times(self, time: Annotated[SaidTime, TIME]) -> str:
        """Look up whether a day and time is free, and what is near it. For a day without a time, give 09:00."""
        calendar, now = self.systems.calendar, self.call.clock.now()
        await self.call.establish(calendar_zone=calendar.zone)
        if not time_exists(self.facts, time):
            await self.call.establish(asked_time="closed", offered_slots=())
            return f"{SKIPPED} {WHICH_TIME}"
        share = self.call.share(APPOINTMENTS)
        free = await calendar.free(instant(self.facts, time), now, self.call.party, share)
        slots = tuple(slot.isoformat() for slot in free.slots)
        await self.call.establish(asked_time=free.asked, offered_slots=slots)
        return self.offer()

    @data_tool("when are you open", "what are your opening hours", "are you open on Saturday", "how late are you open")
    async def say_opening_hours(self) -> str:
        """Say when appointments are given."""
        return f"We are open {week(await self.systems.calendar.opening_hours())}. {WHICH_TIME}"

    @data_tool(
        "I am calling from London",
        "I mean New York time",
        "that is Pacific time",
        "I am in another time zone",
    )
    async def note_zone(self, zone: Annotated[Zone, ZONE]) -> str:
        """Note the time zone the caller's times are in, when it is not ours. Later times are understood in it."""
        await self.call.claim(caller_zone=zone)
        return f"Noted. {WHICH_TIME}"

    def offer(self) -> str:
        """What was last asked for and what was found free, the first one suggested."""
        slots, said = self.facts.offered_slots, NOT_FREE.get(self.facts.asked_time or "", "")
        if not slots:
            return f"{said}{NOTHING_FREE} {WHICH_TIME}"
        others = " and ".join(time_alone(self.call, slot) for slot in slots[1:])
        near = f" I also have {others} that day." if others else ""
        first = slots[0]
        said += f"{day_and_time(self.call, first)} is free.{near}"
        return f"{said} Shall I hold {time_alone(self.call, first)} for you?"

    def held(self) -> str:
        """Which time is held for the caller, and for how long; nothing when none is."""
        slot, until = self.facts.held_slot, self.facts.held_until
        left = (until - self.call.clock.now()).total_seconds() if until else 0.0
        if slot is None or left <= 0:
            return ""
        minutes = "a minute" if left <= 60 else f"{ceil(left / 60)} minutes"
        return f"I am holding {day_and_time(self.call, slot)} for you for {minutes}."

    def booked(self) -> str:
        """What is booked, and the code that goes with it."""
        at, code = day_and_time(self.call, self.facts.booked_slot or ""), spelled(self.facts.booked_code or "")
        return f"Your appointment is booked for {at}. Its code is {code}: keep it for changes. Is there anything else?"


def for_whom(facts: Any) -> str:
    """Name and number that nobody was heard to say, for the caller to say yes to; nothing where they were heard."""
    name = "" if was_heard(facts, "caller_name") else f" for {facts.caller_name}"
    number = "" if was_heard(facts, "contact_phone") else f" with the number {spoken_number(facts.contact_phone)}"
    return f" It is{name}{number}." if name or number else ""


class PickingDesk(CalendarDesk):
    """A desk that has a time held once the caller picked it; `SORRY` says for an event what went wrong before."""

    SORRY: ClassVar[Mapping[str, str]] = {}

    def opening(self) -> str:
        """What went wrong, if anything, and what is free as last looked up; so the caller need not ask again."""
        return self.SORRY.get(self.event, "") + (self.offer() if self.facts.offered_slots else WHICH_TIME)

    @proposes(
        "yes, please hold it",
        "yes, that time suits me",
        "I will take that one",
        "the first one, please",
        "that one, please",
    )
    def hold_time(self, time: Annotated[SaidTime | None, PICKED] = None) -> None:
        """Hold a time that was found free, when the caller picked it."""
