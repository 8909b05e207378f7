"""Who speaks in a service call until the specialist knows what it is: reception, gathering, specialists, safety."""

from typing import ClassVar

from agents.service.noting import FaultDesk, NotingDesk, ServiceDesk
from interlock.agents import BookingClerk, Consent, PersonOffer, proposes

SHALL_I = "Shall I pass you on to our specialist?"


class Reception(NotingDesk):
    """The first voice."""

    INSTRUCTIONS = """
You are the receptionist of a repair service for household appliances, warm and quick. Find out the caller's name and
note it, then gather the rest. Whatever else they say at once, note too; you do not diagnose anything.
"""
    OPENING = "Hello, this is the repair service. May I have your name, please?"
    NEXT = "May I have your name, please?"

    def question(self) -> str:
        """The name, before anything else."""
        return super().question() if self.facts.caller_name else self.NEXT

    @proposes(
        "my name is Anna Kowalski",
        "this is John Smith, my fridge is broken",
        "I need a repair",
        "can you send somebody",
    )
    def gather(self) -> None:
        """Go on to gather what a specialist needs, once the name is noted."""


class Gathering(NotingDesk):
    """Finds out what a specialist has to know."""

    INSTRUCTIONS = """
You gather what a specialist needs: which appliance, what is wrong with it, the postcode, and the number of its warranty
or that there is none. Note each as soon as you hear it, in any order, and ask only for what is missing. Then find the
specialist: which one it is, our dispatch decides. You know no price and no diagnosis.
"""
    NEXT = SHALL_I
    OPENINGS: ClassVar = {
        "gather": "Thank you. {}",
        "change_details": "Of course. What has to be changed?",
        "dispatch_failed": "I am sorry, I cannot reach our dispatch just now. {}",
        "return_to_desk": "All right. {}",
    }

    def opening(self) -> str:
        """What is still missing."""
        return self.OPENINGS.get(self.event, "{}").format(self.question())

    @proposes(
        "yes, pass me on to the specialist",
        "my fridge is too warm",
        "my washing machine does not spin",
        "it is leaking",
        "the postcode is 10115",
        "the warranty number is 300741",
        "no, there is no warranty",
    )
    def find_specialist(self) -> None:
        """Have the specialist found, once appliance, fault, postcode and warranty are noted."""


class Specialist(FaultDesk):
    """Looks into it; `VOICE` is the trade."""

    NEXT = "Is that right?"
    CRAFT: ClassVar[str]

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls.INSTRUCTIONS = f"""
You are the specialist for {cls.CRAFT}: calm and exact. Say back what you were told is wrong, correct it if the caller
does, and then diagnose: our service system gives the likely cause, the price and the free visits. You have none of your
own, and you advise no repair that callers do themselves. For another appliance or address, change the details.
"""

    def opening(self) -> str:
        """Who speaks, and what they were told."""
        sorry = "I am sorry, I cannot look that up just now. " if self.event == "diagnosis_failed" else ""
        return f"{sorry}This is the specialist for {self.CRAFT}. {self.question()}"

    def question(self) -> str:
        """What is wrong, said back."""
        return f"{self.problem()}, is that right?"

    @proposes(
        "yes, that is right",
        "yes, exactly, it leaks",
        "yes, it is too warm",
        "what can it be",
        "what does it cost",
        "when can somebody come",
        "it is leaking",
    )
    def diagnose(self) -> None:
        """Have the cause, the price and the free visits looked up, when the caller agrees to what is wrong."""

    @proposes(
        "no, it is another appliance",
        "it is not the fridge, it is the freezer",
        "the postcode is wrong",
        "I do have a warranty after all",
    )
    def change_details(self) -> None:
        """Go back, when the appliance, the postcode or the warranty was noted wrongly."""


class CoolingDesk(Specialist):
    """Fridges and freezers."""

    VOICE = "cooling"
    CRAFT = "fridges and freezers"


class WashingDesk(Specialist):
    """Whatever washes or dries."""

    VOICE = "washing"
    CRAFT = "washing machines, dishwashers and dryers"


class GasDesk(Specialist):
    """Whatever burns gas."""

    VOICE = "gas"
    CRAFT = "gas appliances"


class SafetyDesk(ServiceDesk):
    """Asks the one question that comes before any talk of a gas appliance."""

    INSTRUCTIONS = """
A gas appliance: ask whether the caller smells gas, and go on once they answered. Talk of nothing else before that.
"""
    NEXT = "Do you smell gas?"
    OPENING = f"One question first, for your safety. {NEXT}"

    @proposes(
        "no, I do not smell gas",
        "no, there is no smell",
        "no, I smell nothing",
        "maybe, I am not sure",
        "yes, a little",
        consent=Consent("danger"),
    )
    def rule_gas_out(self) -> None:
        """Go on as the caller answered: to the specialist, or out of the house."""

    def ask_rule_gas_out(self) -> str:
        """The one question."""
        return self.NEXT


class EmergencyDesk(ServiceDesk):
    """Gets the caller out of the house."""

    VOICE = "gas"
    UNBROKEN = True
    LINE = "leave_the_house"
    INSTRUCTIONS = """
The caller smells gas. They have to open the windows, touch no switch, leave the house and call 112 from outside, now.
Say so, answer no other question, and offer that a colleague calls back. No visit is booked in this call any more.
"""
    OPENING = (
        "Please touch no switch, open the windows, leave the house now, and call 112 from outside. Shall I have a"
        " colleague call you back?"
    )


class SpecialistOffer(ServiceDesk, PersonOffer):
    """Offers a person, also where nobody of ours does what is needed."""

    OPENINGS: ClassVar = {
        "no_specialist": "I am sorry, we have nobody for that in your area. Shall I have a colleague call you back?"
    }


class CallbackClerk(ServiceDesk, BookingClerk):
    """Keeps the caller company while the callback is booked."""
