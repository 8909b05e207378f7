"""Taking details down, and how they are said: in words of ours, so that what is read back is what was noted."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from guards.details import DETAILS, Values, details_of
from interlock.agents import LiveDesk, Slot, data_tool
from interlock.guards import Words
from machines.intake import IntakeFacts

Detail = Literal["name", "birth", "policy", "address", "phone", "email"]
ASK: Mapping[str, str] = {
    "name": "What is your full name?",
    "birth": "What is your date of birth?",
    "policy": "What is your policy number?",
    "address": "What is your address?",
    "phone": "Which phone number may we reach you on?",
    "email": "What is your e-mail address?",
}
WHICH = "What shall I correct?"
"""Asked for the detail that is wrong."""
RIGHT = "Is all of that right?"
"""Asked for a yes to what was just read back."""


def _is_date(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _without_full_stop(address: str) -> str:
    """Recognition ends a sentence with one, and an address never does."""
    return address.strip().rstrip(".,;!?")


IsoDate = Annotated[str, AfterValidator(_is_date)]
Email = Annotated[Words, AfterValidator(_without_full_stop), Field(max_length=254)]
Phone = Annotated[Words, Field(max_length=40)]
Line = Annotated[Words, Field(min_length=1, max_length=200)]
WRONG = Slot(
    "which one, only if the caller said which", ask="Which one is wrong?", kind="choice", choices=dict.fromkeys(ASK, ())
)


class TakesDetails(LiveDesk):
    """A desk at which details are said, in any order, and said anew."""

    facts: IntakeFacts
    DONE: ClassVar[str] = "Thank you, that is everything. Shall I check it against our record?"

    @data_tool(
        "my name is Anna Kowalski",
        "I was born on the third of May 1980",
        "my policy number is 4482107",
        "I live at 12 Rose Street in Bristol",
        "you can reach me on 0151 2345678",
        "my email is anna at example dot com",
        "my phone number is 0151 2345678",
        "no, my phone number is 0151 2345679",
        "no, my address is 5 Mill Lane",
        leads_on=True,
    )
    async def note_details(
        self,
        name: Annotated[Line | None, Slot("the full name", ask=ASK["name"], kind="name")] = None,
        date_of_birth: Annotated[IsoDate | None, Slot("ISO 8601", ask=ASK["birth"], kind="birth")] = None,
        policy_number: Annotated[Line | None, Slot("digits", ask=ASK["policy"], kind="digits")] = None,
        home_address: Annotated[Line | None, Slot("street, house and town", ask=ASK["address"], kind="address")] = None,
        phone: Annotated[Phone | None, Slot("the number", ask=ASK["phone"], kind="phone")] = None,
        email: Annotated[Email | None, Slot("the address", ask=ASK["email"], kind="email")] = None,
    ) -> str:
        """Note what the caller said about themselves: all they named, and nothing else; also to correct it."""
        given = (name, date_of_birth, policy_number, home_address, phone, email)
        values = {fact: value for fact, value in zip(DETAILS, given, strict=True) if value is not None}
        if not values:
            return f"Sorry, I did not get that. {self.next_question()}"
        await self.call.claim(**values)
        return self.after_noting()

    @data_tool(
        "what have you noted", "what do you have so far", "yes, tell me what is missing", "what else do you need"
    )
    async def say_details(self) -> str:
        """Say what is noted so far, and what is not."""
        facts = self.facts
        said = [f"{what}: {value}" for what, value in zip(NAMES, spoken(details_of(facts)), strict=True) if value]
        return f"I have {', '.join(said) or 'nothing yet'}. {self.next_question()}"

    def after_noting(self) -> str:
        """What the caller hears once something was noted."""
        return f"Thank you. {self.next_question()}" if self.missing() else self.DONE

    def next_question(self) -> str:
        """The question for what is not noted yet, or whether to go on."""
        return ASK[self.missing()] if self.missing() else self.DONE

    def missing(self) -> str:
        """The first detail that is not noted yet."""
        facts = self.facts
        return next((name for name, fact in zip(ASK, DETAILS, strict=True) if not getattr(facts, fact)), "")


class TakesCorrections(TakesDetails):
    """A desk at which there is something to correct."""

    @data_tool(
        "the phone number is wrong",
        "the name",
        "my address",
        "my policy number",
        "no, that is wrong",
        "that is not my address",
        "I made a mistake",
        "can I correct something",
        "I gave you the wrong policy number",
    )
    async def ask_again(self, detail: Annotated[Detail | None, WRONG] = None) -> str:
        """Ask for one detail again, when the caller says it is wrong but not what is right."""
        return ASK[detail] if detail else WHICH


NAMES = ("your name", "your date of birth", "your policy number", "your address", "your phone", "your e-mail")


def read_aloud(details: Values) -> str:
    """The details as they are read back."""
    name, born, policy, address, phone, email = spoken(details)
    who = f"You are {name}, born on {born}, with policy number {policy}."
    return f"{who} You live at {address}. We reach you on {phone}, and by e-mail at {email}. {RIGHT}"


def spoken(details: Values) -> tuple[str, ...]:
    """Each detail as it is said: numbers digit by digit, so that none is heard as millions."""
    name, born, policy, address, phone, email = details
    when = date.fromisoformat(born) if born else None
    signs: dict[str, Any] = {"@": " at ", ".": " dot ", "_": " underscore ", "-": " dash "}
    return (
        name,
        f"{when:%B} {when.day}, {when.year}" if when else "",
        _digits(policy),
        address,
        _digits(phone),
        email.translate(str.maketrans(signs)),
    )


def _digits(number: str) -> str:
    """Each figure apart; signs between them are not said, words such as "extension" are."""
    parts = re.findall(r"[^\W\d_]+|\d|\+", number)
    return " ".join("plus" if part == "+" else part for part in parts)
