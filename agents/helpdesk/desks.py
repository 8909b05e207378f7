"""The cast of a help desk call: who speaks in each state, and with which tools."""

from typing import Annotated, ClassVar

from agents.helpdesk.noting import SEVERITY, HelpDesk, NotesProblems
from interlock.agents import LiveDesk, Slot, WaitingDesk, data_tool, proposes
from interlock.guards import Words
from machines.helpdesk import StepOutcome

OUTCOME = Slot(
    "whether the caller did the step, whatever came of it",
    ask="Did you manage to do that step?",
    kind="choice",
    choices={
        "done": ("yes, I did it", "done, but no change", "it did not help", "I tried that", "it still does not work"),
        "not_done": ("no, I could not do it", "I cannot do that", "I do not want to do that", "I do not have one"),
    },
)


class Reception(NotesProblems):
    """The first voice."""

    INSTRUCTIONS = """
You are the receptionist of an IT help desk, warm and quick. Find out the caller's name and note it, then begin triage.
If the caller says at once what is wrong or how bad it is, note that too; you do not solve it.
"""
    OPENING = "Hello, this is the help desk. May I have your name, please?"
    ASKS_FOR = "caller_name"
    OPENINGS: ClassVar = {"return_to_desk": "This is the help desk again. May I have your name, please?"}

    @data_tool("my name is Anna Kowalski", "this is Peter", "I am called Maria Lopez", "it's John Smith", leads_on=True)
    async def note_name(
        self, name: Annotated[Words, Slot("the caller's name", ask="May I have your name, please?", kind="name")]
    ) -> str:
        """Note the caller's name."""
        await self.call.claim(caller_name=name)
        return "Thank you."

    @proposes("my name is Anna Kowalski", "I need some help", "can you help me with something", "I have a problem")
    def begin_triage(self) -> None:
        """Begin to find out what is wrong, once the name is noted."""


class Triage(NotesProblems):
    """Finds out what is wrong and how bad it is."""

    INSTRUCTIONS = """
You are the triage agent of an IT help desk. Find out what is wrong and how bad it is, note both, then troubleshoot: our
knowledge table gives the steps, you have none of your own. For another problem than before, note anew how bad it is.
What is critical goes to a colleague by itself. Never ask for a password.
"""
    OPENING = "Thank you. What is the problem?"
    OPENINGS: ClassVar = {
        "reopen": "Of course. What else is the problem?",
        "change_problem": "All right. What is the problem, then?",
        "return_to_desk": "All right. What is the problem?",
    }

    def opening(self) -> str:
        """What is still to be asked; nothing when all was said, for then the model goes on with it."""
        known = self.facts
        if self.event != "begin_triage" or not known.issue_category:
            return super().opening()
        return "" if known.severity else f"Thank you. {SEVERITY.ask}"

    @proposes(
        "let us look for something to try",
        "yes, let us try something",
        "what can I do about it",
        "the printer does not print",
        "I can still work",
        "I cannot work at all until this is fixed",
        "nobody in the office can work",
    )
    def troubleshoot(self) -> None:
        """Have the first step looked up, once it is noted what is wrong and how bad it is."""

    @proposes("it works now", "it has just started working again", "it is solved already")
    def resolve(self) -> None:
        """Mark the problem as solved, when the caller says so."""


class StepDesk(HelpDesk):
    """Gives one step, and hears how it went."""

    INSTRUCTIONS = """
You help the caller try one step, which you have just told them. Wait for them, explain it in other words when asked,
and report it, done or not done, when they tell you how it went: that brings the next step. Report only what the caller
said. Steps come from our knowledge table and from nowhere else. When it works, resolve. When it turns out to be another
problem, change it. When it gets worse, note how bad it is; then report the step.
"""
    NEXT = "How did that step go?"

    def opening(self) -> str:
        """The step, in the words of the knowledge table."""
        again = "We are back at your problem. " if self.event == "return_to_desk" else ""
        return f"{again}{self.facts.step_words} Does it work now?"

    @data_tool("what was the step again", "what shall I do", "tell me the step once more", "how do I do that")
    async def say_step(self) -> str:
        """Say the step again."""
        return f"{self.facts.step_words} Does it work now?"

    @data_tool("hang on", "one moment, please", "I am still trying", "give me a minute", "wait, I have to walk over")
    async def wait_for_caller(self) -> str:
        """Give the caller the time they ask for to try the step."""
        return "Take your time. Tell me how it went when you are done."

    @proposes(
        "no, it still does not work",
        "done, but nothing changed",
        "I did that and it did not help",
        "I cannot do that step",
        "I do not have a cable here",
        "I did it",
        "I have tried that already",
        "it was off already, and that did not help",
        "what is the next step",
        "no, not yet",
    )
    def report_step(self, outcome: Annotated[StepOutcome, OUTCOME]) -> None:
        """Report the step as done or not done, when it did not solve the problem, and go on to the next one."""

    @proposes("yes, it works now", "it works again", "yes, that fixed it", "yes, now it prints", "I am back online")
    def resolve(self) -> None:
        """Mark the problem as solved, when the caller says that it works."""

    @proposes(
        "it is something else", "actually the problem is my e-mail", "that is the wrong problem", "I meant the printer"
    )
    def change_problem(self) -> None:
        """Go back to triage, when it is another problem than was noted."""


class SolvedDesk(LiveDesk):
    """Asks whether that was all."""

    INSTRUCTIONS = "The problem is solved. Ask whether there is anything else; if so reopen, if not say goodbye."
    OPENING = "I am glad that it works. Is there anything else?"

    @proposes("yes, there is one more thing", "I have another problem", "it stopped working again", "one more question")
    def reopen(self) -> None:
        """Go back to triage, when the caller has another problem or the same one again."""


class HelpdeskWaiting(WaitingDesk):
    """Stands in for the person until they call back, and says what became of the ticket."""

    OPENINGS: ClassVar = {
        **WaitingDesk.OPENINGS,
        "ticket_unconfirmed": (
            "I could not confirm your ticket, but a colleague will take care of it all the same."
            " Which number may we call you back on?"
        ),
    }

    def opening(self) -> str:
        """With the ticket's number, when it was just opened."""
        opened = f"Your ticket is number {self.facts.ticket_number}. " if self.event == "ticket_opened" else ""
        return f"{opened}{super().opening()}"
