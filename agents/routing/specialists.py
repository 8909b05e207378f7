"""The specialists of a routed call: each with its own instructions, voice and model, and one look-up of its own."""

from typing import Annotated, ClassVar, Literal

from agents.routing.desks import ASK_WHICH, ELSEWHERE, NOT_THROUGH, WHICH
from agents.routing.systems import RoutingSystems
from interlock.agents import LiveDesk, Slot, data_tool, proposes

NO_ANSWER = "I cannot find that. Shall I have a colleague call you back?"


class Specialist(LiveDesk):
    """What all specialists can do; `VOICE` names the desk too."""

    systems: RoutingSystems

    @proposes("back to the switchboard", "you are the wrong desk", "I was put through to the wrong place", "go back")
    def back_to_router(self) -> None:
        """Give the caller back to the switchboard, when it is unclear who can help."""

    @proposes("yes, that solves it", "it works now", "that answers my question", "that was all I wanted to know")
    def resolve(self) -> None:
        """Mark the issue as solved, when the caller says so."""

    @data_tool("no, it still does not work", "no, there is still no picture", "no, that does not answer my question")
    async def what_else(self) -> str:
        """Look up what remains when the caller says that your answer did not help."""
        return await self.look_up("otherwise")

    async def look_up(self, topic: str) -> str:
        """This desk's answer, as it is told to callers."""
        return await self.systems.answers.about(self.VOICE, topic) or NO_ANSWER


def others(than: str) -> Slot:
    """Which of the other desks can help; a desk cannot put a caller through to itself."""
    choices = {desk: phrases for desk, phrases in WHICH.items() if desk != than}
    return Slot("who can help", ask=ASK_WHICH, kind="choice", choices=choices)


def openings(name: str, ask: str) -> dict[str, str]:
    """What a specialist says when a caller comes back or could not be put through."""
    again = f"This is {name} again. {ask}"
    return {
        "not_connected": f"{NOT_THROUGH} {ask}",
        "return_to_desk": again,
        "connected_back": again,
        "reopen": f"I am sorry. {ask}",
    }


class TechnicalDesk(Specialist):
    """Helps with what does not work."""

    VOICE = "technical"
    WHICH_DEVICE = "Is it the router, the phone, or the television?"

    INSTRUCTIONS = """
You are technical support: patient and concrete. Look up the first step for the device, tell the caller, wait until they
tried it, and ask whether it works. If it is about money, a purchase or anything else, put them through to that desk.
"""
    OPENING = f"Technical support. {WHICH_DEVICE}"
    OPENINGS: ClassVar = openings("technical support", WHICH_DEVICE)

    @data_tool("it is the router", "my phone is dead", "the television shows no picture", "what should I try")
    async def first_step(
        self,
        device: Annotated[
            Literal["router", "phone", "television"],
            Slot(
                "what does not work",
                ask=WHICH_DEVICE,
                kind="choice",
                choices={
                    "router": ("the router", "the internet", "the wifi does not connect"),
                    "phone": ("the phone", "I cannot make calls", "the line is dead"),
                    "television": ("the television", "the TV", "no picture"),
                },
            ),
        ],
    ) -> str:
        """Look up what to try first with a device."""
        return await self.look_up(device)

    @proposes(*ELSEWHERE)
    def transfer(self, desk: Annotated[Literal["billing", "sales", "general"], others("technical")]) -> None:
        """Put the caller through to another desk, when it is not for you."""


class BillingDesk(Specialist):
    """Explains invoices and payments."""

    VOICE = "billing"
    WHICH_MATTER = "Is it about a wrong amount, when to pay, or how to pay?"

    INSTRUCTIONS = """
You are the billing desk: calm and exact. Look up the rule and tell the caller; never name an amount of your own and
promise no refund, a colleague decides about that. If it is not about money, put them through to the desk that can help.
"""
    OPENING = f"The billing desk. {WHICH_MATTER}"
    OPENINGS: ClassVar = openings("the billing desk", WHICH_MATTER)

    @data_tool("the amount is wrong", "when do I have to pay", "can I pay by direct debit", "I was charged twice")
    async def explain(
        self,
        matter: Annotated[
            Literal["amount", "date", "way"],
            Slot(
                "what about the bill",
                ask=WHICH_MATTER,
                kind="choice",
                choices={
                    "amount": ("a wrong amount", "I was charged twice", "too much"),
                    "date": ("when to pay", "the date it is due", "I need more time"),
                    "way": ("how to pay", "direct debit", "a bank transfer"),
                },
            ),
        ],
    ) -> str:
        """Look up our rule about an amount, a date or a way to pay."""
        return await self.look_up(matter)

    @proposes(*ELSEWHERE)
    def transfer(self, desk: Annotated[Literal["technical", "sales", "general"], others("billing")]) -> None:
        """Put the caller through to another desk, when it is not for you."""


class SalesDesk(Specialist):
    """Tells what there is to buy."""

    VOICE = "sales"
    WHICH_PLAN = "Which plan interests you: basic, family, or business?"

    INSTRUCTIONS = """
You are the sales desk: friendly, never pushy. Look up a plan before you name its price. You cannot conclude anything on
this call; who wants to buy is called back by a colleague. For other matters put the caller through to that desk.
"""
    OPENING = f"The sales desk. {WHICH_PLAN}"
    OPENINGS: ClassVar = openings("the sales desk", WHICH_PLAN)

    @data_tool("what does the family plan cost", "tell me about the business plan", "the basic one", "your prices")
    async def offer_of(
        self,
        plan: Annotated[
            Literal["basic", "family", "business"],
            Slot(
                "which plan",
                ask=WHICH_PLAN,
                kind="choice",
                choices={
                    "basic": ("basic", "the cheapest", "just for me"),
                    "family": ("family", "for all of us", "several people"),
                    "business": ("business", "for my company", "for the office"),
                },
            ),
        ],
    ) -> str:
        """Look up what a plan has and costs."""
        return await self.look_up(plan)

    @proposes(*ELSEWHERE)
    def transfer(self, desk: Annotated[Literal["technical", "billing", "general"], others("sales")]) -> None:
        """Put the caller through to another desk, when it is not for you."""


class GeneralDesk(Specialist):
    """Answers what belongs nowhere else."""

    VOICE = "general"
    WHICH_TOPIC = "Is it about our opening hours, our address, or a change of your own address?"

    INSTRUCTIONS = """
You answer general questions, briefly and kindly. Look the answer up; where there is none, offer a colleague. For
technical matters, bills or purchases put the caller through to that desk.
"""
    OPENING = f"General questions. {WHICH_TOPIC}"
    OPENINGS: ClassVar = openings("the desk for general questions", WHICH_TOPIC)

    @data_tool("when are you open", "where is your office", "I have moved house", "your opening hours")
    async def answer(
        self,
        topic: Annotated[
            Literal["hours", "address", "moving"],
            Slot(
                "what the caller wants to know",
                ask=WHICH_TOPIC,
                kind="choice",
                choices={
                    "hours": ("opening hours", "when are you open", "until when"),
                    "address": ("your address", "where are you", "the way to you"),
                    "moving": ("I have moved house", "change my address", "my new address"),
                },
            ),
        ],
    ) -> str:
        """Look up the answer to a general question."""
        return await self.look_up(topic)

    @proposes(*ELSEWHERE)
    def transfer(self, desk: Annotated[Literal["technical", "billing", "sales"], others("general")]) -> None:
        """Put the caller through to another desk, when it is not for you."""
