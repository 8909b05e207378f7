"""The stand-ins of a barge-in: a model that knows every call by its caller's name, and a voice that can hold back."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from agents.support import SUPPORT
from interlock.app.offline.scripted import Asks, Says
from tests.e2e.barge_plan import ANSWERS, BACK, CALLERS, FROM, HOLD_S, HOLDING, TO_PERSON
from tests.standins.elevenlabs import Context, ElevenLabs
from tests.standins.openai import Message, Tool
from tests.standins.rules import last_words

VERIFIED = Asks("verify_caller", {"account_number": "4471", "postcode": "80331"})
BEFORE: Mapping[str, tuple[Asks, ...]] = {
    "route_to_technical": (Asks("note_issue", {"category": "technical"}),),
    "route_to_billing": (Asks("note_issue", {"category": "billing"}), VERIFIED),
}
"""What has to be known before a handoff: asked for in the same breath."""
EVENTS = {each.words: each.event for each in (*(each for desk in FROM.values() for each in desk), TO_PERSON, BACK)}
DESKS = {state: desk.INSTRUCTIONS.strip() for state, desk in SUPPORT.cast.items()}


@dataclass(frozen=True, slots=True)
class Request:
    """One request to the model: whose call, which state's desk asked, the caller's last words, and what was asked
    for in answer; `at` is when it was answered, in seconds since the epoch."""

    at: float
    name: str
    desk: str
    words: str
    event: str


class Model:
    """Hands over, or answers, what the caller said last; `announce` holds what is said with the next handoff."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.announce: dict[str, str] = {}

    def __call__(self, messages: list[Message], tools: list[Tool]) -> Says | str:
        """See `tests.standins.openai.Brain`."""
        said = "\n".join(str(message.get("content")) for message in messages)
        name = next((name for name in CALLERS if name in said), "")
        words, offered = last_words(messages), {tool["function"]["name"] for tool in tools}
        if messages[-1]["role"] == "tool":
            return "All right."
        event = _event(words, name)
        answer = next((answer for asked, answer in ANSWERS.items() if asked in words), "Could you say that again?")
        event = event if event in offered else ""
        desk = next((state for state, told in DESKS.items() if told in str(messages[0]["content"])), "nobody")
        self.requests.append(Request(time.time(), name, desk, words, event))
        if not event:
            return answer
        noted = (Asks("note_name", {"name": name}),) if event == "begin_triage" else BEFORE.get(event, ())
        return Says(self.announce.get(name, ""), (*noted, Asks(event)))


def _event(words: str, name: str) -> str:
    """What the caller asked for last."""
    places = {event: words.rfind(asked) for asked, event in EVENTS.items()}
    places["begin_triage"] = words.rfind(CALLERS.get(name, "nobody"))
    event = max(places, key=places.__getitem__)
    return event if places[event] >= 0 else ""


class HoldingVoice(ElevenLabs):
    """Takes `HOLD_S` before it begins with `HOLDING`: for so long a handoff is under way, and nothing is heard."""

    async def _speak(self, request: web.Request, ws: web.WebSocketResponse, context: Context) -> None:
        context.asked = _Held(context.asked)
        await super()._speak(request, ws, context)


class _Held(asyncio.Queue[dict[str, Any]]):
    def __init__(self, through: asyncio.Queue[dict[str, Any]]) -> None:
        super().__init__()
        self._through, self._text = through, ""

    async def get(self) -> dict[str, Any]:
        asked = await (super().get() if self._through.empty() else self._through.get())
        self._text += asked.get("text", "")
        if HOLDING in self._text:
            self._text = ""
            await asyncio.sleep(HOLD_S)
        return asked
