"""Who speaks in an appointment call about what is booked."""

from datetime import datetime
from typing import Annotated, ClassVar

from agents.booking.calendar_desks import WHICH_TIME, CalendarDesk, PickingDesk
from agents.booking.effects import NOT_FOUND
from agents.booking.systems import Appointment
from agents.booking.times import day_and_time
from guards.appointments import FoundBy
from guards.identity import FAILED_CHECKS_LIMIT, checks_left
from guards.limits import CODES, PROOFS
from interlock.agents import Consent, Slot, data_tool, proposes

WHICH_CODE = "What is the code of your appointment?"
MOVE_OR_CANCEL = "Would you like to move it or to cancel it?"


class ExistingAppointment(PickingDesk):
    """Finds the appointment a caller has, and moves it or gives it up."""

    INSTRUCTIONS = """
The caller has an appointment. Find it by its code; who has none can be verified by account number and postcode, which
finds their next one. Say which it is and ask whether to move or to cancel it. To move it, look up the day and time they
want instead and hold it. Cancel only what they clearly said yes to giving up.
"""
    SORRY: ClassVar = {
        "time_taken": "I am sorry, somebody was faster, and your appointment stands. ",
        "hold_unclear": "I am sorry, I could not hold that time just now; your appointment stands. ",
        "hold_ran_out": "I am sorry, I could not hold that time any longer; your appointment stands. ",
        "time_lost": "I am sorry, I could not move it there; your appointment stands as it was. ",
        "cancel_failed": "I am sorry, I could not cancel that, and nothing was changed. ",
    }
    OPENINGS: ClassVar = SORRY

    def opening(self) -> str:
        """What went wrong, then what is free instead, which appointment was found, or how to find one."""
        known = self.facts
        if self.event == "other_time" or (known.found_slot and known.offered_slots):
            return super().opening()
        if self.event == "return_to_desk" and known.last_change == "cancelled":
            return f"Your appointment is cancelled. To change another: {WHICH_CODE}"
        return self.SORRY.get(self.event, "I can do that. ") + (self._found() if known.found_slot else WHICH_CODE)

    @data_tool(
        "the code is 300700",
        "my code is three zero zero seven zero zero",
        "it is appointment 447101",
        leads_on=True,
    )
    async def find_booking(self, code: Annotated[str, Slot("six digits", ask=WHICH_CODE, kind="digits")]) -> str:
        """Find an appointment by its code."""
        failed = self.facts.failed_checks
        if failed >= FAILED_CHECKS_LIMIT:
            return checks_left.say
        attempt = await self.call.attempt(CODES)
        found = await attempt.look_up(self.systems.calendar.find, code, self.call.clock.now())
        if found is None:
            return await self._not_proved(attempt.refused)
        await attempt.proved()
        return await self._note(found, "code")

    @data_tool(
        "I do not have the code",
        "I lost the code",
        "my account number is 4471",
        "the account is five five two zero and the postcode is 10115",
        "you can verify me",
        leads_on=True,
    )
    async def verify_caller(
        self,
        account_number: Annotated[str, Slot("digits", ask="What is your account number?", kind="digits")],
        postcode: Annotated[str, Slot("digits", ask="And what is your postcode?", kind="digits")],
    ) -> str:
        """Check account number and postcode of a caller without a code, and find their next appointment."""
        if self.facts.failed_checks >= FAILED_CHECKS_LIMIT:
            return checks_left.say
        attempt = await self.call.attempt(PROOFS, account_number=account_number)
        account = await attempt.look_up(self.systems.customers.verify, account_number, postcode)
        if account is None:
            return await self._not_proved(attempt.refused)
        await attempt.proved(caller_verified=True, account_id=account)
        found = await self.systems.calendar.of_account(account, self.call.clock.now())
        if found is None:
            await self.call.establish(**NOT_FOUND)
            return "Thank you. I find no appointment of yours. Shall I take you back to reception?"
        return await self._note(found, "caller")

    @data_tool("no, not that one", "I mean the other appointment", "I have another one after that")
    async def next_booking(self) -> str:
        """Find the verified caller's appointment after the one that was found, when they mean another."""
        known = self.facts
        if not known.caller_verified or known.account_id is None:
            return f"I need its code for that. {WHICH_CODE}"
        calendar, slot = self.systems.calendar, known.found_slot
        after = self.call.clock.now() if slot is None else datetime.fromisoformat(slot)
        found = await calendar.of_account(known.account_id, after)
        return await self._note(found, "caller") if found else f"I find no other after that. {WHICH_CODE}"

    @proposes(
        "cancel it",
        "please cancel my appointment",
        "I do not need it any more",
        "I want to give it up",
        "delete it",
        consent=Consent("removal", acts=("cancel", "delete", "give it up", "call it off")),
    )
    def cancel(self) -> None:
        """Give the appointment up that was found, once the caller said yes to that."""

    def ask_cancel(self) -> str:
        """Which appointment would be given up."""
        slot = self.facts.found_slot
        return f"Your appointment is on {day_and_time(self.call, slot)}. Shall I really cancel it?" if slot else ""

    @proposes(
        "leave it as it is",
        "I will keep it then",
        "yes, take me back to reception",
        "I also need one for my son",
    )
    def back_to_reception(self) -> None:
        """Leave what is booked as it is: they keep it, have none, or would rather have a new one beside it."""

    async def _note(self, found: Appointment, by: FoundBy) -> str:
        await self.call.establish(
            calendar_zone=self.systems.calendar.zone,
            found_by=by,
            found_code=found.code,
            found_slot=found.slot.isoformat(),
        )
        return self._found()

    async def _not_proved(self, refused: str = "") -> str:
        """A wrong code or a wrong postcode: three of them in a call, whichever, and a colleague has to help."""
        failed = self.facts.failed_checks + 1
        await self.call.establish(caller_verified=False, account_id=None, failed_checks=failed, **NOT_FOUND)
        if failed >= FAILED_CHECKS_LIMIT:
            return checks_left.say
        return refused or f"I cannot find that. {WHICH_CODE}"

    def _found(self) -> str:
        return f"Your appointment is on {day_and_time(self.call, self.facts.found_slot or '')}. {MOVE_OR_CANCEL}"


class NewTimeHeld(CalendarDesk):
    """Keeps a new time while the caller decides whether to move to it."""

    INSTRUCTIONS = """
A new time is held for the caller for a few minutes. Say which, ask whether to move their appointment there, and move
it when they say yes. If they would rather have another time, look that up and let this one go.
"""

    def opening(self) -> str:
        """Which time is held; or, for a caller who comes back later, how it stands by now."""
        if asked := self.ask_move():
            return asked
        return self.booked() if self.facts.booked_slot else f"I am not holding a new time any more. {WHICH_TIME}"

    @proposes(
        "yes, move it",
        "yes please, move my appointment there",
        "that is right, move it there",
        "please go ahead",
        "I confirm",
        consent=Consent("offer", acts=("move", "change it")),
    )
    def move(self) -> None:
        """Move the appointment to the time that is held, when the caller said yes to it."""

    def ask_move(self) -> str:
        """Which time the appointment would be moved to."""
        return f"{held} Shall I move your appointment there?" if (held := self.held()) else ""

    @proposes(
        "no, another time please",
        "no, that does not suit me",
        "rather Thursday at two",
        "what about Wednesday at eleven",
        "no, cancel my appointment instead",
        "no wait, cancel the whole thing",
    )
    def other_time(self) -> None:
        """Let the held time go, when the caller would rather have another or leave it as it is."""


class Confirmation(CalendarDesk):
    """Says what is booked."""

    INSTRUCTIONS = """
The appointment is booked. Say when it is, and its code digit by digit; ask whether there is anything else. If they want
to change what was just booked, or another appointment, pass them on; if not, say goodbye.
"""

    def opening(self) -> str:
        """What our calendar says is booked."""
        return self.booked()

    @data_tool("what was the code again", "when was it again", "can you repeat the code")
    async def say_booking(self) -> str:
        """Say again what is booked, and its code."""
        return self.booked()

    @proposes("I need one more appointment", "can I also get one for my son", "an appointment for my wife as well")
    def find_time(self) -> None:
        """Go on to find a time for one more appointment."""

    @proposes(
        "can we make it Friday at nine instead",
        "I would prefer Thursday at two after all",
        "I have to change it again",
        "cancel it again",
    )
    def change_booking(self) -> None:
        """Pass the caller on to move or cancel an appointment they have, also the one just booked."""
