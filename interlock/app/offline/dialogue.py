"""A conversation as the offline brain reads it: turn by turn, what was asked, said, tried, and what came of it."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from livekit.agents import llm

from interlock.agents.answers import Question, judge
from interlock.agents.speech.asking import ASKED
from interlock.agents.speech_requests import SPEECH_REQUESTS
from interlock.agents.tools import Tool
from interlock.app.offline.words import plain

SAY = " | say: "
"""What follows this mark in a tool's answer is for the caller's ears; what stands before it is for a model."""

SHORTEST_QUESTION = 3
"""Words of a question's beginning that must have been heard when the caller cut it short."""


@dataclass(slots=True)
class Attempt:
    """One tool call and, once there, its answer."""

    call_id: str
    name: str
    args: dict[str, Any]
    output: str | None = None
    failed: bool = False
    wants_reply: bool = True

    def aloud(self) -> str:
        """What to tell the caller about it; nothing when a refusal says nothing fit for them."""
        text = self.output or ""
        if SAY in text:
            return text.split(SAY, 1)[1].strip()
        return "" if self.failed else text.strip()


@dataclass(slots=True)
class Turn:
    """What the agent had said since the caller's last words, what the caller said then, and what was tried on it."""

    heard: tuple[str, ...] = ()
    cut: bool = False
    words: str = ""
    attempts: list[Attempt] = field(default_factory=list)
    answered: bool = False

    @property
    def question(self) -> str:
        """The last sentence that expects an answer, whether or not the caller was asked if they are there."""
        for said in reversed(self.heard):
            if said.strip() and "still there" not in said:
                return _last_sentence(said)
        return ""

    def asked_for(self, tool: Tool) -> str | None:
        """The slot of the tool that the agent asked for last.

        The last sentence of a longer question stands for it, and so does its beginning where the caller cut it short.
        """
        heard = _plain(self.question)
        for name, slot in tool.slots.items():
            whole, last = _plain(slot.ask), _plain(_last_sentence(slot.ask))
            long_enough = len(heard.split()) >= SHORTEST_QUESTION
            if heard and (heard in (whole, last) or (self.cut and long_enough and whole.startswith(heard))):
                return name
        return None

    @property
    def is_speech_request(self) -> bool:
        """Whether all that came of these words was something said again, or slower."""
        return bool(self.attempts) and all(a.name in SPEECH_REQUESTS and not a.wants_reply for a in self.attempts)

    def tried(self, name: str) -> bool:
        """Whether the tool of that name was called on these words."""
        return any(attempt.name == name for attempt in self.attempts)

    def failed(self, again: Attempt) -> bool:
        """Whether the same call already failed on these words."""
        return any(a.failed and (a.name, a.args) == (again.name, again.args) for a in self.attempts)


def turns_of(chat_ctx: llm.ChatContext) -> list[Turn]:
    """The conversation as turns, oldest first; the first has no words, as the agent speaks before the caller.

    Instructions are not read. Words said in several pieces with nothing in between are one turn. A turn about the
    speaking itself is left out: what was asked before it stays the question.
    """
    turns = [Turn()]
    heard: list[str] = []
    cut = False
    for item in chat_ctx.items:
        now = turns[-1]
        if isinstance(item, llm.ChatMessage) and item.role == "assistant":
            heard.append(item.text_content or "")
            cut, now.answered = item.interrupted, True
        elif isinstance(item, llm.ChatMessage) and item.role == "user":
            words = item.text_content or ""
            if now.words and not now.answered and not now.attempts:
                now.words = f"{now.words} {words}"
            else:
                turns.append(Turn(tuple(heard), cut, words))
                heard = []
        elif isinstance(item, llm.FunctionCall):
            now.attempts.append(Attempt(item.call_id, item.name, _arguments(item.arguments)))
        elif isinstance(item, llm.FunctionCallOutput):
            _settle(turns, item)
    return [turn for turn in turns if not turn.is_speech_request]


def unspoken(turns: Sequence[Turn], chat_ctx: llm.ChatContext) -> list[Attempt]:
    """The last tool answers, when nobody spoke since and none of them was accepted in silence."""
    fresh: set[str] = set()
    for item in reversed(chat_ctx.items):
        if isinstance(item, llm.FunctionCallOutput):
            fresh.add(item.call_id)
        elif isinstance(item, llm.FunctionCall | llm.ChatMessage):
            break
    answers = [a for a in turns[-1].attempts if a.call_id in fresh]
    return answers if all(a.wants_reply for a in answers) else []


def refused_before(turns: Sequence[Turn], offered: Iterable[Tool], within: int) -> Attempt | None:
    """The last proposal of the last few turns, when it was refused and may be made again."""
    may = {tool.name for tool in offered if tool.proposes}
    for turn in list(reversed(turns))[:within]:
        for attempt in reversed(turn.attempts):
            if attempt.name in may:
                return attempt if attempt.failed else None
            if not attempt.wants_reply:
                return None
    return None


def agreed_to(turns: Sequence[Turn], offered: Iterable[Tool]) -> Attempt | None:
    """The proposal the caller was asked about just now and said yes to: it may be made again as it was."""
    tools = {tool.name: tool for tool in offered if tool.consent is not None}
    for attempt in reversed(turns[-2].attempts if len(turns) > 1 else ()):
        tool = tools.get(attempt.name)
        if tool is None or tool.consent is None or not (attempt.output or "").startswith(ASKED):
            continue
        about = Question(tool.consent.kind, echoes=" ".join(tool.consent.acts))
        asked = _plain(_last_sentence((attempt.output or "").split(" | ")[0]))
        if _plain(turns[-1].question) == asked and judge(turns[-1].words, about) == "yes":
            return attempt
    return None


def _settle(turns: Sequence[Turn], item: llm.FunctionCallOutput) -> None:
    for turn in reversed(turns):
        for attempt in turn.attempts:
            if attempt.call_id == item.call_id:
                attempt.output, attempt.failed, attempt.wants_reply = item.output, item.is_error, item.reply_required
                return


def _arguments(raw: str) -> dict[str, Any]:
    try:
        args = json.loads(raw or "{}")
    except ValueError:
        return {}
    return args if isinstance(args, dict) else {}


def _last_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s+", text.strip())[-1]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[\w']+", plain(text)))
