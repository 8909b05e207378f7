"""What the desks of a help desk note: what is wrong, and how bad it is."""

from typing import Annotated, ClassVar

from livekit.agents.llm import ToolResult

from guards.issue import issue_known
from guards.tickets import Severity, not_critical
from interlock.agents import LiveDesk, Slot, data_tool
from interlock.guards import Proposal, Words
from interlock.machines import ESCALATE
from machines.helpdesk import HelpdeskFacts, Topic

TOPIC = Slot(
    "what the problem is with",
    ask="Is it the internet, e-mail, a printer, a password, or something else?",
    kind="choice",
    choices={
        "internet": ("the internet does not work", "no wifi", "no connection", "the network is down", "web pages"),
        "email": ("I cannot send e-mails", "my mailbox", "no mails arrive", "the mail program", "my email is broken"),
        "printer": ("the printer does not print", "a paper jam", "nothing comes out when I print", "the scanner"),
        "password": ("I forgot my password", "I cannot log in", "my account is locked", "the login is refused"),
        "other": ("something else", "another problem", "none of these", "my laptop screen is black", "new software"),
    },
)
SEVERITY = Slot(
    "how bad it is; critical only when many cannot work or somebody is in danger",
    ask="How bad is it: can you still work, or is everybody at a standstill?",
    kind="choice",
    choices={
        "low": ("it is not urgent", "no hurry at all", "it only annoys me", "just a small thing"),
        "normal": ("I can still work", "yes, I can work for now", "it is only me", "I can do other things"),
        "high": ("I cannot work at all", "no, I cannot work", "I am stuck until it works", "it is urgent for me"),
        "critical": (
            "nobody in the office can work",
            "everybody is at a standstill",
            "the whole company is down",
            "all of us are affected",
            "this is an emergency",
        ),
    },
)


class HelpDesk(LiveDesk):
    """A desk that can note how bad it is: it may get worse at any time."""

    facts: HelpdeskFacts
    NEXT: ClassVar[str] = "Shall we look for something to try?"

    @data_tool(
        "nobody in the office can work",
        "I can still work",
        "I cannot work at all until this is fixed",
        "it is not urgent",
        "all of us are affected, it is an emergency",
        "it is only me, I can do other things",
        "it got worse",
        leads_on=True,
    )
    async def note_severity(self, severity: Annotated[Severity, SEVERITY]) -> str | ToolResult:
        """Note how bad it is, as soon as the caller says it and whenever it gets worse. Never guess it."""
        await self.call.claim(severity=severity)
        next_question = self.NEXT if self.facts.issue_category else "What is the problem?"
        return await self.passed_on() or f"Noted. {next_question}"

    async def passed_on(self) -> ToolResult | None:
        """Nobody yet: where a step is being tried, how it went is reported first, so that the ticket has it."""
        return None


class NotesProblems(HelpDesk):
    """A desk that can note what is wrong; what is critical goes to a person at once, whatever a model makes of it."""

    @data_tool(
        "the printer does not print",
        "my internet is down",
        "my e-mail is broken",
        "I forgot my password",
        "my login is refused, I cannot get into my account",
        "nobody here can get on the internet",
        "my laptop screen is black",
        leads_on=True,
    )
    async def note_problem(
        self,
        topic: Annotated[Topic, TOPIC],
        details: Annotated[Words | None, Slot("the problem in the caller's own words", ask="What happens?")] = None,
    ) -> str | ToolResult:
        """Note what is wrong, as soon as the caller said it; never a password."""
        await self.call.claim(issue_category=topic, **({"issue_details": details} if details else {}))
        noted = "Noted." if self.facts.severity else f"Noted. {SEVERITY.ask}"
        return await self.passed_on() or noted

    async def passed_on(self) -> ToolResult | None:
        """Ask for a person as soon as it is noted what is wrong, and that it is critical."""
        facts, asking = self.facts, Proposal(ESCALATE)
        if not issue_known(facts, asking) or not_critical(facts, asking):
            return None
        verdict = await self.call.propose(ESCALATE, by="system")
        return ToolResult("A colleague takes over.", reply_required=False) if verdict.accepted else None
