"""What a service call notes, at the desks where callers say it: who, what, where, and which warranty."""

from typing import Annotated, ClassVar

from pydantic import StringConstraints

from agents.service.words import problem
from guards.repairs import appliance_known, fault_known, postcode_known, warranty_settled
from interlock.agents import LiveDesk, Slot, data_tool, proposes
from interlock.guards import Proposal, Words
from machines.service import NO_WARRANTY, Appliance, Fault, ServiceFacts

Postcode = Annotated[str, StringConstraints(pattern=r"^(\d\s*){5}$")]
WarrantyNumber = Annotated[str, StringConstraints(pattern=r"^(\d\s*){6}$")]
WANTED = (appliance_known, fault_known, postcode_known, warranty_settled)
APPLIANCE = Slot(
    "which appliance; other for all that are not named here",
    ask=appliance_known.say,
    kind="choice",
    choices={
        "fridge": ("my fridge", "the refrigerator", "my fridge is too warm"),
        "freezer": ("my freezer", "the deep freeze", "everything in the freezer thaws"),
        "washing_machine": ("my washing machine", "the washer", "the washing machine does not spin"),
        "dishwasher": ("my dishwasher", "the dishes stay dirty", "the dishwasher leaks"),
        "dryer": ("my dryer", "the tumble dryer", "the laundry stays wet in the dryer"),
        "boiler": ("my boiler", "the gas heating", "we have no hot water"),
        "gas_cooker": ("my gas cooker", "the gas stove", "the burner does not light"),
        "other": ("the oven", "my microwave", "the coffee machine", "the vacuum cleaner", "the television"),
    },
)
FAULT = Slot(
    "what is wrong with it",
    ask=fault_known.say,
    kind="choice",
    choices={
        "dead": ("it does not switch on", "nothing happens", "it is completely dead", "it does not start"),
        "leaking": ("it leaks", "there is water on the floor", "it is leaking"),
        "noisy": ("it makes a terrible noise", "it rattles", "it is very loud"),
        "temperature": ("it is too warm", "it does not cool", "no hot water", "it does not heat", "the milk goes bad"),
        "unfinished": ("it stops in the middle", "it does not spin", "it does not drain", "it never finishes"),
        "other": ("the door does not close", "a handle broke off", "it smells", "something else"),
    },
)


class ServiceDesk(LiveDesk):
    """A desk of a service call: from everywhere, who smells gas is told to leave the house."""

    facts: ServiceFacts

    @proposes(
        "I smell gas",
        "yes, I smell gas",
        "it smells of gas here",
        "there is a smell of gas",
        "it smells like rotten eggs",
    )
    def report_gas_smell(self) -> None:
        """Have the caller leave the house, at once, when they smell gas or say that gas is leaking."""


class FaultDesk(ServiceDesk):
    """A desk where callers may say what is wrong; `NEXT` asks what it is there for."""

    NEXT: ClassVar[str] = ""

    @data_tool(
        "it is leaking",
        "no, it leaks",
        "it is too warm inside",
        "it does not spin",
        "it does not drain",
        "it makes a terrible noise",
        "there is no hot water",
        "it does not switch on",
        leads_on=True,
    )
    async def note_fault(self, fault: Annotated[Fault, FAULT]) -> str:
        """Note what is wrong with the appliance, as soon as the caller says it and when they correct it."""
        await self.call.claim(fault=fault)
        return self.noted()

    def noted(self) -> str:
        """The answer when something was noted: what is still to be asked."""
        return f"Noted. {self.question()}"

    def question(self) -> str:
        """What this desk has to ask next."""
        return self.NEXT

    def problem(self) -> str:
        """What the caller said is wrong."""
        return problem(self.facts.appliance, self.facts.fault)


class NotingDesk(FaultDesk):
    """A desk where callers say all that a specialist needs, in any order."""

    def question(self) -> str:
        """The first thing that is not known yet; with all of it known, what this desk is there for."""
        facts, asking = self.facts, Proposal("find_specialist")
        return next((its.say for its in WANTED if not its(facts, asking)), self.NEXT)

    @data_tool("my name is Anna Kowalski", "this is Peter", "I am called Maria Lopez", "it's John Smith", leads_on=True)
    async def note_name(
        self, name: Annotated[Words, Slot("the caller's name", ask="May I have your name, please?", kind="name")]
    ) -> str:
        """Note the caller's name."""
        await self.call.claim(caller_name=name)
        return self.noted()

    @data_tool(
        "my fridge is broken",
        "something is wrong with my washing machine",
        "it is the dishwasher",
        "it is about the boiler",
        "my gas cooker has a problem",
        "the dryer does not work",
        "the oven is broken",
        leads_on=True,
    )
    async def note_appliance(self, appliance: Annotated[Appliance, APPLIANCE]) -> str:
        """Note which appliance it is, as soon as the caller says it and when they correct it."""
        await self.call.claim(appliance=appliance)
        return self.noted()

    @data_tool(
        "the postcode is 10115", "I live in 80331", "one zero one one five", "my postcode is 20095", leads_on=True
    )
    async def note_postcode(
        self, postcode: Annotated[Postcode, Slot("five digits", ask=postcode_known.say, kind="digits")]
    ) -> str:
        """Note the postcode of where the appliance is."""
        await self.call.claim(postcode="".join(postcode.split()))
        return self.noted()

    @data_tool(
        "yes, it is still under warranty",
        "yes, I have a warranty",
        "the warranty number is 300741",
        "my warranty is number 447120",
        leads_on=True,
    )
    async def note_warranty(
        self, number: Annotated[WarrantyNumber, Slot("six digits", ask="What is the warranty number?", kind="digits")]
    ) -> str:
        """Note the number of the warranty; whether it holds, our service system says with the price."""
        await self.call.claim(warranty_number="".join(number.split()))
        return self.noted()

    @data_tool(
        "no, there is no warranty",
        "no, it is not under warranty any more",
        "the warranty is over",
        "no, it is ten years old",
        "I have no papers for it any more",
        "I do not know",
    )
    async def note_no_warranty(self) -> str:
        """Note that there is no warranty, or none whose number the caller has."""
        await self.call.claim(warranty_number=NO_WARRANTY)
        return self.noted()
