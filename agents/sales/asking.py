"""Who speaks in a sales call before a demo, and to whom it does not suit."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from agents.sales.clerks import SalesDesk
from guards.leads import Authority, Timeline, authority_stated, budget_stated, need_stated, timeline_stated
from interlock.agents import CallerDesk, Consent, Slot, data_tool, proposes
from interlock.guards import Proposal, Words

WHO = "May I have your name, please?"
FIT = "Shall I see what suits you?"
NO_FIT = "I am afraid we are not the right fit at present."
AUTHORITY = Slot(
    "decides alone, shares the decision with others, or has none in it",
    ask=authority_stated.say,
    kind="choice",
    choices={
        "decides": ("yes, I decide", "I decide that myself", "it is my company", "yes, I do", "I sign for it"),
        "shares": ("my boss and I decide together", "we decide as a team", "I decide with my partner"),
        "none": ("no, somebody else decides", "no, my boss decides", "I have no say in it", "I am only asking around"),
    },
)
TIMELINE = Slot(
    "now: within three months; this_year: later, but within a year; no_plan: not within a year",
    ask=timeline_stated.say,
    kind="choice",
    choices={
        "now": ("as soon as possible", "next month", "next week", "this quarter", "in two months", "right away"),
        "this_year": ("later this year", "in half a year", "in the autumn", "before the end of the year", "in summer"),
        "no_plan": ("we have no plan yet", "not for a long time", "some day", "in two years", "I do not know when"),
    },
)
MONTHS = {"3": "three months", "6": "six months", "12": "a year"}
ASKED_ALL = (
    "we would like to start next month",
    "yes, please see what suits us",
    "yes, what do you have for us",
    "please check whether that fits",
)


class AskingDesk(SalesDesk, CallerDesk):
    """A desk that notes what a caller says about what they want, in any order, and corrects it at any time."""

    @data_tool(
        "we need a phone system", "I am looking for video meetings", "our old software is too slow", leads_on=True
    )
    async def note_need(self, need: Annotated[Words, Slot("what they need", ask=need_stated.say)]) -> str:
        """Note what the caller needs, in their words."""
        return await self.noted(need=need)

    @data_tool(
        "we can spend ten thousand a year", "our budget is 8,000 euros", "we have no budget for it", leads_on=True
    )
    async def note_budget(
        self, amount_cents: Annotated[int, Slot("a year's, in cents", ask=budget_stated.say, kind="money")]
    ) -> str:
        """Note what they can spend in a year. Never guess it."""
        return await self.noted(budget_cents=amount_cents)

    @data_tool("I decide that myself", "my boss decides", "we decide as a team", "I have no say in it", leads_on=True)
    async def note_authority(self, authority: Annotated[Authority, AUTHORITY]) -> str:
        """Note whether the caller decides about it."""
        return await self.noted(authority=authority)

    @data_tool(
        "we would like to start next month", "as soon as possible", "later this year", "we have no plan", leads_on=True
    )
    async def note_timeline(self, timeline: Annotated[Timeline, TIMELINE]) -> str:
        """Note when they would like to start."""
        return await self.noted(timeline=timeline)

    async def noted(self, **said: str | int) -> str:
        """Note it; what is still to be asked."""
        await self.call.claim(**said)
        return f"Noted. {self.still_to_ask()}"

    def question(self) -> str:
        """What is asked next."""
        return self.still_to_ask()

    def still_to_ask(self) -> str:
        """The first of our questions that has no answer yet."""
        facts, asked = self.facts, (need_stated, budget_stated, authority_stated, timeline_stated)
        return next((guard.say for guard in asked if not guard(facts, Proposal("assess"))), FIT)


class Intro(AskingDesk):
    """The first voice."""

    INSTRUCTIONS = """
You are the first voice of a sales team, friendly and brief, never pushy. Find out the caller's name and note it, then
begin the questions. What they say at once about need, budget, authority or time, note too.
"""
    OPENING = f"Hello, this is the sales team. {WHO}"
    ASKS_FOR = "caller_name"
    OPENINGS: ClassVar = {"return_to_desk": f"This is the sales team again. {WHO}"}

    @proposes("my name is Anna Kowalski", "I am interested in your product", "what do you sell", "I have a question")
    def begin_qualification(self) -> None:
        """Begin the questions, once the name is noted."""


class Qualification(AskingDesk):
    """Asks four questions."""

    INSTRUCTIONS = """
You find out in four questions whether a demo suits the caller: what they need, their budget for a year, whether they
decide about it, and when they would like to start. Note each answer as they give it, ask for one at a time, then
assess. Whether it suits is not yours to say.
"""

    def opening(self) -> str:
        """The next question."""
        return f"Thank you. {self.question()}"

    @proposes(*ASKED_ALL)
    def assess(self) -> None:
        """Have it seen whether a demo suits the caller, once all four questions are answered."""


class Parting(AskingDesk):
    """Has nothing to offer the caller now, unless what they said changes."""

    INSTRUCTIONS = """
There is nothing to offer the caller now, and you offer no call. If they correct something, note it and assess anew. If
there is nothing else, say goodbye kindly.
"""
    NEXT = "Is there anything else?"

    def opening(self) -> str:
        """How it stands: when we call again, or that it is no fit."""
        due = self.facts.follow_up_on
        if self.event == "follow_up_refused":
            return f"That number is on our do-not-call list, so nobody will call it. {self.NEXT}"
        day = f"{date.fromisoformat(due):%A, %-d %B}" if due else ""
        return f"{f'We will call you again on {day}.' if due else NO_FIT} {self.NEXT}"

    def question(self) -> str:
        """What is asked next."""
        return self.NEXT

    @proposes(*ASKED_ALL)
    def assess(self) -> None:
        """Have it seen anew whether a demo suits the caller, when they corrected something."""


class Disqualified(Parting):
    """Offers to call again later."""

    INSTRUCTIONS = """
What the caller said makes us no fit at present. Say so kindly, and offer to call again in three, six or twelve months;
note it only when they say yes. If they correct something, note it and assess anew. If nothing, say goodbye.
"""
    NEXT = "Shall we ask you again later this year?"

    def opening(self) -> str:
        """That it is no fit, and the offer."""
        return f"{NO_FIT} {self.NEXT}"

    @proposes(
        "yes, call me again in six months",
        "yes, in three months",
        "call me next year",
        "yes, later this year",
        consent=Consent("offer", acts=("call me", "call again", "call us", "ask me", "ask again"), by_value=True),
    )
    def follow_up(
        self,
        months: Annotated[
            Literal["3", "6", "12"],
            Slot(
                "months from now",
                ask="In three, six or twelve months?",
                kind="choice",
                choices={
                    "3": ("in three months", "three months", "in a quarter"),
                    "6": ("in six months", "six months", "in half a year"),
                    "12": ("in twelve months", "in a year", "next year"),
                },
            ),
        ],
    ) -> None:
        """Note that we call again, when the caller said yes to that."""

    def ask_follow_up(self, months: str) -> str:
        """When we would call again."""
        return f"Shall we call you again in {MONTHS[months]}?"
