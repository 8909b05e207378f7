"""Who speaks in an intake call, from the welcome to what is on file."""

from typing import Annotated, ClassVar

from agents.intake.details import WHICH, TakesCorrections, TakesDetails, read_aloud
from guards.details import details_of
from interlock.agents import Answer, Consent, Farewell, LiveDesk, WaitingDesk, data_tool, proposes


class Welcome(TakesDetails):
    """The first voice."""

    INSTRUCTIONS = """
You answer the phone of an insurance company that takes policyholders' details down: warm and unhurried. Say what it is
about, note what the caller tells you at once, and begin as soon as they agree or start to tell.
"""
    DONE: ClassVar = "Thank you. Shall we begin?"
    OPENING = "Aurora Insurance, hello. I take your contact details down and check them. Shall we begin?"
    OPENINGS: ClassVar = {"return_to_desk": "All right, back to the beginning. Shall we begin?"}

    def next_question(self) -> str:
        """Nothing is asked for before the caller agreed."""
        return "Shall we begin?"

    @proposes(
        "yes, let us begin",
        "yes please, go ahead",
        "I want to give you my details",
        "my name is Anna Kowalski",
        "I was born on the third of May 1980",
        "my policy number is 4482107",
        "I need to change my address",
        "I have moved house",
    )
    def begin_intake(self) -> None:
        """Begin to take the details down, when the caller agrees or starts to tell them."""


class Collection(TakesCorrections):
    """Takes the details down."""

    INSTRUCTIONS = """
You take six details down, in whatever order they come: full name, date of birth, policy number, address, phone and
e-mail. Note each as soon as it is said, several at once if they come together, and correct whatever the caller
corrects. Ask for one missing detail at a time; read nothing back yourself. When all are there, have them checked. If
they did not match, you do not know which is wrong: ask which of name, date of birth and policy number to correct.
"""
    OPENINGS: ClassVar = {
        "details_unmatched": f"I am sorry, your name, date of birth and policy number do not match our record. {WHICH}",
        "check_unclear": "I am sorry, I cannot get at our record just now. Shall I try to check it again?",
        "details_withdrawn": f"I have taken it back, so nothing is on file now. {WHICH}",
        "return_to_desk": "All right, back to your details.",
    }

    def opening(self) -> str:
        """What happened, then the first thing that is missing."""
        said = self.OPENINGS.get(self.event, "")
        if self.event == "return_to_desk" or not said:
            return f"{said} {self.next_question()}".strip()
        return said

    @proposes(
        "yes, please check it",
        "yes, check it against your record",
        "yes, try it again",
        "that is everything",
        "please check my details",
        "please verify me",
    )
    def check_details(self) -> None:
        """Have the details checked against our record and read back, once all six are noted."""


class Review(TakesCorrections):
    """Has read the details back, and waits for a yes."""

    INSTRUCTIONS = """
All details were just read back, word for word. Confirm only after a clear yes to all of it: neither a maybe, nor a yes
to something else. If the caller corrects anything, note it and have the details checked and read back again; their
earlier yes is good for nothing then. You do not read anything back yourself.
"""
    DONE: ClassVar = "Thank you. Shall I read it all back again?"
    OPENINGS: ClassVar = {
        "filing_failed": f"I am sorry, I could not put that on file. {WHICH}",
    }

    def opening(self) -> str:
        """The details as our policy system matched them."""
        facts = self.facts
        if self.event == "details_matched" and facts.read_back:
            return f"Thank you, that matches. {read_aloud(facts.read_back)}"
        if self.event == "return_to_desk":
            stands = (
                "Your details are on file as you confirmed them" if facts.filing == "filed" else "Back to your details"
            )
            return f"{stands}. Shall I read it all back again?"
        return super().opening()

    @proposes(
        "yes, that is right",
        "yes, all of that is right",
        "yes, correct",
        "yes, I confirm",
        "yes, exactly",
        consent=Consent("check"),
    )
    def confirm_details(self) -> None:
        """Put the details on file as they were read back, after the caller's clear yes to all of them."""

    def ask_confirm_details(self) -> str:
        """All of the details, word for word."""
        return read_aloud(self.facts.read_back) if self.facts.read_back else ""

    @proposes(
        "yes, read it all back again",
        "yes, read it back again",
        "no, my phone number is 0151 2345679",
        "no, my address is 5 Mill Lane",
        "please check it again",
    )
    def check_details(self) -> None:
        """Have the details checked and read back again, after a correction or when the caller wants to hear them."""


class Confirmation(LiveDesk):
    """Says that it is on file."""

    INSTRUCTIONS = """
The caller said yes to what was read back, and it is on file. Say the reference again when asked. If they want to
correct anything, take it back first: nothing is noted before. If there is nothing else, say goodbye.
"""

    def opening(self) -> str:
        """How it stands, with the reference as our policy system has it."""
        return self._stands()

    @data_tool("what was the reference", "is it on file", "can you repeat the reference number")
    async def say_reference(self) -> str:
        """Say whether it is on file, and the reference again."""
        return self._stands()

    @proposes(
        "wait, I have to change something",
        "yes, I would like to change something",
        "my phone number was wrong",
        "I gave you the wrong address",
        "my e-mail is a different one",
    )
    def correct_details(self, answer: Annotated[str, Answer("more")]) -> None:
        """Take back what is on file, when the caller wants to correct any of it."""

    def _stands(self) -> str:
        facts = self.facts
        if facts.filing != "filed" or facts.reference is None:
            return "I cannot say for certain whether your details are on file. Shall I pass you on to a colleague?"
        on_file = f"Your details are on file, with the reference {' '.join(facts.reference)}."
        return f"{on_file} Would you like to change anything?"


class IntakeWaiting(WaitingDesk):
    """Stands in for the person, also when nobody knows what is on file."""

    _CALL_BACK = "Which number may we call you back on?"
    OPENINGS: ClassVar = {
        **WaitingDesk.OPENINGS,
        "checks_used_up": f"I could not match that with our record, so a colleague has to help. {_CALL_BACK}",
        "filing_unconfirmed": f"I could not confirm that it is on file, so a colleague will look into it. {_CALL_BACK}",
        "withdrawal_unconfirmed": f"I could not confirm that it is taken back, so a colleague will do it. {_CALL_BACK}",
    }


class IntakeFarewell(Farewell):
    """Says goodbye, and what is on file."""

    def opening(self) -> str:
        """Nobody shall hang up and rely on what they did not say yes to."""
        facts = self.facts
        if self.event != "say_goodbye" or not facts.caller_name:
            return super().opening()
        if facts.filing == "filed":
            corrected = facts.read_back != details_of(facts)
            return f"{'What you corrected since is not on file. ' if corrected else ''}{super().opening()}"
        if facts.filing == "unconfirmed":
            return "A colleague will look into what is on file. Goodbye."
        return "You did not confirm your details, so nothing is on file. Goodbye."
