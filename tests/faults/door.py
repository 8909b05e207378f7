"""The smallest flow there is: a door with one guard, for guards that misbehave."""

from typing import ClassVar

from statemachine import State

from interlock.agents.desk import Desk
from interlock.agents.flow import Flow
from interlock.agents.tools import data_tool, proposes
from interlock.guards.base import Guard, Proposal, guard
from interlock.guards.facts import Facts, claimed
from interlock.machines.base import ANYBODY, Machine

SAME = ("one way to say it", "another way to say it", "a third way to say it")


class DoorFacts(Facts):
    """What the doorkeeper knows."""

    password: str | None = claimed(pii=True)


@guard("Ask for the password.", say="What is the password?")
def unlocked(facts: Facts, proposal: Proposal) -> bool:
    """The door is open to everybody."""
    return True


class Outside(Desk):
    """Before the door."""

    INSTRUCTIONS = "You keep a door."
    OPENING = "Who is there?"

    @data_tool(*SAME)
    async def note_password(self) -> str:
        """Note the password."""
        await self.call.claim(password="swordfish")
        return "Noted."

    @proposes(*SAME)
    def open_up(self) -> None:
        """Let the caller in."""


class Inside(Desk):
    """Behind the door, and never says a word first."""

    INSTRUCTIONS = "You show callers round."

    @proposes(*SAME)
    def again(self) -> None:
        """Begin again."""

    @proposes(*SAME)
    def bye(self) -> None:
        """End the call."""


class Person(Desk):
    """A person, or as near as a test has one."""

    INSTRUCTIONS = "You are a person."
    OPENING = "A person will help you."


class Closed(Desk):
    """The end."""

    INSTRUCTIONS = "Say goodbye."
    OPENING = "Goodbye."


def door(lock: Guard) -> Flow:
    """The flow whose door `lock` guards."""

    class Door(Machine):
        outside = State("Outside", initial=True)
        inside = State("Inside")
        person = State("With a person")
        closed = State("Closed", final=True)

        open_up = outside.to(inside, cond=lock)
        again = inside.to(inside)
        bye = inside.to(closed) | person.to(closed)
        escalate = outside.to(person) | inside.to(person)
        caller_left = outside.to(closed) | inside.to(closed) | person.to(closed)

        proposers: ClassVar = {"escalate": ANYBODY, "caller_left": frozenset({"system"})}

    cast = {"outside": Outside, "inside": Inside, "person": Person, "closed": Closed}
    return Flow("door", "A door", "One door, one guard.", Door, DoorFacts, cast)
