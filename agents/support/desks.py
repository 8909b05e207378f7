"""The cast of a support call: who speaks in each state, and with which tools."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from agents.support.effects import NO_ORDER
from agents.support.systems import Order, SupportSystems
from guards.identity import FAILED_CHECKS_LIMIT, checks_left
from guards.limits import PROOFS
from guards.refunds import REFUND_LIMIT_CENTS
from interlock.agents import Consent, LiveDesk, Slot, WaitingDesk, data_tool, proposes
from interlock.guards import money
from machines.support import SupportFacts

CATEGORY = Slot(
    "what the problem is about",
    ask="Is it about something technical, about a bill, or about something else?",
    kind="choice",
    choices={
        "technical": ("it does not work", "no internet connection", "the device is broken", "something technical"),
        "billing": ("I was charged twice", "a refund", "my invoice is wrong", "a bill", "about a payment"),
        "general": ("a question", "something else", "opening hours", "change my address"),
    },
)

NOT_VERIFIED = "I can say that once I know who is calling. What is your account number?"
NOT_YOURS = "I cannot find that order in your account. What is your order number?"
NOBODY: Mapping[str, Any] = {"account_found": False, "caller_verified": False, "account_id": None}


class SupportDesk(LiveDesk):
    """What all support desks can do."""

    systems: SupportSystems
    facts: SupportFacts

    @data_tool("where is my order", "what is the status of order 1042", "has my parcel been sent", "track my order")
    async def order_status(
        self, order_number: Annotated[str, Slot("digits", ask="What is your order number?", kind="digits")]
    ) -> str:
        """Say where one of the caller's orders is, once they are verified."""
        order = await self.theirs(order_number)
        if order is not None:
            return f"Your order is {order.status}."
        return NOT_YOURS if self.facts.caller_verified else NOT_VERIFIED

    async def theirs(self, order_number: str) -> Order | None:
        """The order, when it is one of the account the caller proved to be theirs: of others nothing is told."""
        account = self.facts.account_id if self.facts.caller_verified else None
        return await self.systems.orders.find(account, order_number) if account else None


class KnowsCallers(SupportDesk):
    """A desk that can check who is calling, and note what about."""

    @data_tool(
        "my account number is 4471",
        "the account is five five two zero and the postcode is 10115",
        "you can verify me",
        "let me prove who I am",
        leads_on=True,
    )
    async def verify_caller(
        self,
        account_number: Annotated[str, Slot("digits", ask="What is your account number?", kind="digits")],
        postcode: Annotated[str, Slot("digits", ask="And what is your postcode?", kind="digits")],
    ) -> str:
        """Check account number and postcode against the account. Ask for both before."""
        failed = getattr(self.call.facts, "failed_checks", 0)
        if failed >= FAILED_CHECKS_LIMIT:
            return checks_left.say
        attempt = await self.call.attempt(PROOFS, account_number=account_number)
        account = await attempt.look_up(self.systems.accounts.verify, account_number, postcode)
        if account is not None:  # the order found before may be another account's
            known = {"account_found": True, "caller_verified": True, "account_id": account.account_id}
            await attempt.proved(**known, **NO_ORDER)
            return "Thank you, I have found your account."
        await self.call.establish(**NOBODY, **NO_ORDER, failed_checks=failed + 1)
        if failed + 1 >= FAILED_CHECKS_LIMIT:
            return checks_left.say
        if attempt.refused:
            return attempt.refused
        return "I cannot find an account with that number and postcode. What is your account number?"

    @data_tool(
        "I have a problem with my bill",
        "my router does not connect to the internet",
        "I was charged twice",
        "something is broken",
        "I have a question about my contract",
        leads_on=True,
    )
    async def note_issue(
        self,
        category: Annotated[Literal["technical", "billing", "general"], CATEGORY],
        details: Annotated[str | None, Slot("the problem in the caller's own words", ask="What happened?")] = None,
    ) -> str:
        """Note what the call is about, as soon as the caller said it."""
        claims = {"issue_category": category} | ({"issue_details": details} if details else {})
        await self.call.claim(**claims)
        return "Noted. How can I help you with that?"


class Reception(KnowsCallers):
    """The first voice."""

    INSTRUCTIONS = """
You are the receptionist of a service desk, warm and quick. Find out the caller's name and note it, then begin triage.
If the caller says at once what is wrong, note that too; you do not solve it.
"""
    OPENING = "Hello, this is the service desk. May I have your name, please?"

    @data_tool("my name is Anna Kowalski", "this is Peter", "I am called Maria Lopez", "it's John Smith", leads_on=True)
    async def note_name(
        self, name: Annotated[str, Slot("the caller's name", ask="May I have your name, please?", kind="name")]
    ) -> str:
        """Note the caller's name."""
        await self.call.claim(caller_name=name)
        return "Thank you."

    @proposes("my name is Anna Kowalski", "I need some help", "can you help me with something", "I have a problem")
    def begin_triage(self) -> None:
        """Begin to find out what is wrong, once the name is noted."""


class Triage(KnowsCallers):
    """Finds out what is wrong, and where it belongs."""

    INSTRUCTIONS = """
You are the triage agent. Find out what the call is about, note it, and pass the caller on: technical problems to the
technical desk, anything about money to the billing desk. The billing desk needs a verified caller: account number and
postcode. General questions that need neither you may answer if you know the answer, and resolve the call.
"""
    OPENING = "Thank you. What can we help you with?"
    OPENINGS: ClassVar = {
        "reopen": "Of course. What else can we help you with?",
        "return_to_desk": "All right. What can we help you with?",
    }

    def opening(self) -> str:
        """Nothing, when the caller has already said what is wrong: then the model goes on with it."""
        known = getattr(self.call.facts, "issue_category", None)
        return "" if known and self.event == "begin_triage" else super().opening()

    @proposes(
        "my router does not connect to the internet",
        "the device is broken",
        "something technical",
        "nothing works since this morning",
    )
    def route_to_technical(self) -> None:
        """Pass the caller to the technical desk, once the problem is noted."""

    @proposes("I was charged twice", "a problem with my bill", "I want my money back", "it is about an invoice")
    def route_to_billing(self) -> None:
        """Pass the caller to the billing desk, once the problem is noted and the caller verified."""

    @proposes("that answers my question", "it is solved", "it works now", "that was all I wanted to know")
    def resolve(self) -> None:
        """Mark the problem as solved, when the caller says so."""


class TechnicalDesk(KnowsCallers):
    """Helps with what does not work."""

    VOICE = "technical"

    INSTRUCTIONS = """
You are the technical desk. Help with connections and devices, one step at a time, and wait for the caller to try each.
First: are the lights on. Then: unplug, wait ten seconds, plug in. If neither helps, offer a colleague.
"""
    OPENING = "Technical desk. Please unplug the device, wait ten seconds, and plug it in again. Does it work now?"

    @proposes("I was charged twice", "it is about my bill", "I want my money back", "a question about an invoice")
    def route_to_billing(self) -> None:
        """Pass the caller to the billing desk, when it is about money and the caller is verified."""

    @proposes("yes, it works now", "it is fixed", "that solved it", "the lights are green again")
    def resolve(self) -> None:
        """Mark the problem as solved, when the caller says so."""


class BillingDesk(KnowsCallers):
    """Handles money, within limits."""

    VOICE = "billing"

    INSTRUCTIONS = f"""
You are the billing desk. Callers come verified; verify one who is not any more before anything else. Look the order up
before you talk about money. You can pay back up to {money(REFUND_LIMIT_CENTS)} yourself; a colleague decides about
more. Amounts for tools are in cents.
"""
    OPENING = "You are through to the billing desk. What is your order number?"
    OPENINGS: ClassVar = {
        "refund_paid": "Your refund is on its way and arrives within three days.",
        "refund_failed": "I am sorry, the refund was not possible and nothing was paid back. Shall I ask a colleague?",
        "return_to_desk": "This is the billing desk again. How can I help you?",
    }

    def opening(self) -> str:
        """How much was paid back, or why nothing was."""
        said, problem = super().opening(), self.facts.refund_problem
        if self.event == "refund_failed" and problem:
            return f"I am sorry, nothing was paid back. {problem} Shall I ask a colleague?"
        paid = f" It comes to {money(self.facts.last_refund_cents)}. Is there anything else?"
        return f"{said}{paid}" if self.event == "refund_paid" else said

    @data_tool("it is order 1042", "the order number is one zero four two", "order number 2001", "look up my order")
    async def find_order(
        self, order_number: Annotated[str, Slot("digits", ask="What is your order number?", kind="digits")]
    ) -> str:
        """Look up one of the caller's orders."""
        order = await self.theirs(order_number)
        if order is None:
            await self.call.establish(**NO_ORDER)
            return NOT_YOURS
        cents = {"order_paid_cents": order.paid_cents, "order_refunded_cents": order.refunded_cents}
        await self.call.establish(order_found=True, order_number=order.order_number, **cents)
        return f"I see the order: {order.item}, {money(order.paid_cents)} paid. What can I do for you?"

    @proposes(
        "please refund twenty",
        "pay me back 19.90",
        "I want a refund of ten euros",
        "give me my money back",
        consent=Consent(
            "removal",
            acts=("refund", "pay back", "pay it back", "pay that back", "pay me back", "money back", "reimburse"),
        ),
    )
    def refund(
        self,
        amount_cents: Annotated[int, Slot("in cents, 1990 for 19.90", ask="How much shall we pay back?", kind="money")],
    ) -> None:
        """Pay money back for the order that was looked up."""

    def ask_refund(self, amount_cents: int) -> str:
        """How much would be paid back, and for what."""
        return f"That is {money(amount_cents)} back for order {self.facts.order_number}. Shall I pay that back?"

    @proposes("my router does not work either", "it is a technical problem", "the device is broken", "no connection")
    def route_to_technical(self) -> None:
        """Pass the caller to the technical desk."""

    @proposes("that solves it, thank you", "it is settled", "fine, that was my question", "all good now")
    def resolve(self) -> None:
        """Mark the problem as solved, when the caller says so."""


class SolvedDesk(LiveDesk):
    """Asks whether that was all."""

    INSTRUCTIONS = "The problem is solved. Ask whether there is anything else; if so reopen, if not say goodbye."
    OPENING = "I am glad that is solved. Is there anything else?"

    @proposes("yes, there is one more thing", "I have another problem", "actually something else", "one more question")
    def reopen(self) -> None:
        """Go back to triage, when the caller has another problem."""


class SupportWaiting(WaitingDesk):
    """Stands in for the person until they call back, also when money may have moved."""

    OPENINGS: ClassVar = {
        **WaitingDesk.OPENINGS,
        "refund_unconfirmed": (
            "I could not confirm the refund, so a colleague will look into it. Which number may we call you back on?"
        ),
    }
