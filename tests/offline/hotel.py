"""A small invented desk, for the brain to choose among tools it was not tuned on; and a caller who talks to it."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from livekit.agents import llm

from interlock.agents.tools import Slot, Tool, data_tool, proposes, tools_of
from interlock.app.offline.choosing import Chooser, Do, Say

NOW = datetime(2026, 3, 11, 14, 30, tzinfo=ZoneInfo("Europe/London"))  # a Wednesday
OPENING = "Grand Hotel, good afternoon. How can I help you?"
ASK_NUMBER = "What is your booking number?"
ASK_PIN = "And your PIN?"
ASK_TIME = "When shall the taxi come?"
ASK_PHONE = "Which number can the driver call?"
ASK_NAME = "Under which name, please?"
REFUSED = f"Find the booking first. | say: {ASK_NUMBER}"

WISH = Slot(
    "what it is about",
    ask="Is it about a room, the restaurant or the spa?",
    kind="choice",
    choices={
        "room": ("the heating is broken", "my room is too loud", "no hot water", "the television does not work"),
        "restaurant": ("a table for two", "what is for dinner", "breakfast", "I am allergic to nuts"),
        "spa": ("a massage", "the pool", "the sauna"),
    },
)


class Desk:
    """The front desk of a hotel."""

    @data_tool(
        "my room is too loud",
        "the heating does not work",
        "I would like a massage",
        "is the pool open",
        leads_on=True,
    )
    async def note_wish(
        self,
        area: Annotated[Literal["room", "restaurant", "spa"], WISH],
        details: Annotated[str | None, Slot("in the guest's words", ask="What is it?")] = None,
    ) -> str:
        """Note what a guest wants."""
        return ""

    @data_tool("my booking number is 4471", "I have a reservation", "please look up my booking")
    async def find_booking(
        self,
        booking_number: Annotated[str, Slot("digits", ask=ASK_NUMBER, kind="digits")],
        pin: Annotated[str, Slot("digits", ask=ASK_PIN, kind="digits")],
    ) -> str:
        """Look a booking up."""
        return ""

    @proposes("the heating does not work", "my room is too loud", "something in my room is broken")
    def send_technician(self) -> None:
        """Send somebody to the room."""

    @proposes("I want to check out", "please prepare my bill, I am leaving", "we are leaving today")
    def check_out(self) -> None:
        """Check the guest out."""

    @proposes("I need a taxi", "can you call me a cab", "please get me a car to the airport")
    def order_taxi(
        self,
        time: Annotated[str, Slot("ISO 8601", ask=ASK_TIME, kind="datetime")],
        phone: Annotated[str, Slot("the guest's number", ask=ASK_PHONE, kind="phone")],
    ) -> None:
        """Order a taxi."""

    @proposes("please reserve a table", "I want to book a table for dinner", "a table for two tonight")
    def reserve_table(self, name: Annotated[str, Slot("the guest's name", ask=ASK_NAME, kind="name")]) -> None:
        """Reserve a table in the restaurant."""

    @proposes("I want to talk to a human", "let me speak to the receptionist", "yes, get me somebody")
    def escalate(self) -> None:
        """Pass the guest on to a person."""

    @proposes("goodbye", "no, that is all, thank you", "I have everything I need, bye")
    def say_goodbye(self) -> None:
        """End the call."""


TOOLS: list[Tool] = list(tools_of(Desk).values())


class Conversation:
    """A conversation with the chooser, written as it went: what was said, and how tools answered."""

    def __init__(self, chooser: Chooser, opening: str = OPENING, tools: list[Tool] = TOOLS) -> None:
        self._chooser = chooser
        self._tools = tools
        self._context = llm.ChatContext.empty()
        self._calls = 0
        self._last: Say | Do | None = None
        self.agent(opening)

    @property
    def context(self) -> llm.ChatContext:
        return self._context

    def agent(self, words: str, *, cut: bool = False) -> None:
        """The agent says something by itself."""
        self._context.add_message(role="assistant", content=words, interrupted=cut)

    def caller(self, words: str, **choose: Any) -> Say | Do:
        """The caller speaks: what the chooser does then."""
        self._context.add_message(role="user", content=words)
        return self.goes_on(**choose)

    def answer(self, text: str) -> Say | Do:
        """The tool called last answers."""
        self._tool_answers(text, is_error=False)
        return self.goes_on()

    def refuse(self, reason: str) -> Say | Do:
        """The tool called last is refused."""
        self._tool_answers(reason, is_error=True)
        return self.goes_on()

    def accept(self) -> None:
        """The tool called last is accepted, in silence."""
        self._tool_answers("accepted", is_error=False, reply_required=False)

    def another_model_called(self, name: str, output: str, *, is_error: bool) -> None:
        """A call that stands in the history already, with its answer."""
        self._last = Do(name, {})
        self._tool_answers(output, is_error=is_error)

    def goes_on(self, **choose: Any) -> Say | Do:
        """What the chooser does as things stand."""
        self._last = self._chooser.choose(self._context, self._tools, **choose)
        if isinstance(self._last, Say):
            self.agent(self._last.text)
        return self._last

    def _tool_answers(self, text: str, **output: Any) -> None:
        assert isinstance(self._last, Do), f"no tool was called, but: {self._last}"
        self._calls += 1
        call = {"call_id": f"call_{self._calls}", "name": self._last.name}
        self._context.insert(llm.FunctionCall(arguments=json.dumps(self._last.args), **call))
        self._context.insert(llm.FunctionCallOutput(output=text, **call, **output))
