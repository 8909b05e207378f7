"""One call's ears: keeps what the caller said, and says of each value a model claims where it comes from."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from livekit.agents import AgentSession, ConversationItemAddedEvent, UserInputTranscribedEvent, llm

from interlock.agents.evidence.marks import Around, Mark, Said, mark_of
from interlock.agents.evidence.times import as_meant
from interlock.agents.evidence.values import wrong_with
from interlock.agents.evidence.zones import country_of
from interlock.agents.tools import Slot, Tool
from interlock.guards.evidence import EVIDENCE
from interlock.guards.facts import Facts

UTTERANCES_KEPT = 150
"""How many of the caller's last utterances are listened back to."""
OWN_NUMBER = frozenset(["this", "same", "call", "calling", "ringing", "caller", "own", "current", "line", "my", "here"])
"""What is said of the number one calls from, in place of its figures."""
OF_THE_CALL = frozenset(
    {"timezone", "call_id", "room", "caller_identity", "caller_sid", "caller_kind", "sip_call_id", "unheard"}
)
"""Facts that are no value a caller may mean: names of things, of which some are the choice of whoever let them in."""

_claiming: ContextVar["Claims | None"] = ContextVar("claiming", default=None)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a model gave a tool: the arguments as meant, where each comes from, and what is wrong with which."""

    args: dict[str, Any]
    marks: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    number: str = ""
    """The telephone number among them that the caller gave, as our ears found it."""

    def with_evidence(self) -> dict[str, Any]:
        """The arguments of a proposal, with where they come from beside them."""
        return {**self.args, EVIDENCE: dict(self.marks)} if self.marks else self.args

    def what_is_wrong(self, tool: Tool) -> str:
        """What is wrong with which argument, for the model, and the question for it, for the caller."""
        first = tool.slots[min(self.wrong)].ask
        told = "; ".join(f"{name}: {why}" for name, why in sorted(self.wrong.items()))
        return f"Not noted: {told}. | say: {first}"

    def found(self, values: Mapping[str, Any], facts: Facts) -> dict[str, Any]:
        """What is established once these values are claimed: which facts nobody said."""
        unheard = self._unheard(values, facts.unheard)
        return {"unheard": unheard} if unheard != facts.unheard else {}

    def _unheard(self, values: Mapping[str, Any], before: Iterable[str]) -> tuple[str, ...]:
        given = [(self.args[name], mark) for name, mark in self.marks.items() if name in self.args]
        made_up = {
            name
            for name, value in values.items()
            if any(mark == "unheard" and value == its and type(value) is type(its) for its, mark in given)
        }
        return tuple(sorted((set(before) - set(values)) | made_up))


def claims_now() -> Claims | None:
    """What the tool that is running was given by a model; None where none is running."""
    return _claiming.get()


def claim_within(claims: Claims) -> Callable[[], None]:
    """From here on, in this task, these are the claims; the function given back ends it."""
    token = _claiming.set(claims)
    return lambda: _claiming.reset(token)


class Ears:
    """Listens to one session; `now` reads the call's clock."""

    def __init__(self, now: Callable[[], datetime], facts: Callable[[], Facts]) -> None:
        self._now = now
        self._facts = facts
        self._spoken: deque[str] = deque(maxlen=UTTERANCES_KEPT)
        self._written: dict[str, str] = {}
        self._asked = ""
        self._said_by_us = ""
        self._last = ""

    def listen(self, session: AgentSession[Any]) -> None:
        """Begin to listen; what was said before the call was taken over counts too."""
        self.conversation(session.history)
        session.on("user_input_transcribed", self._transcribed)
        session.on("conversation_item_added", self._added)

    def forget(self) -> None:
        """Nobody said anything: somebody else has the caller's place."""
        self._spoken.clear()
        self._written = {}
        self._asked = self._said_by_us = self._last = ""

    def conversation(self, chat_ctx: llm.ChatContext) -> None:
        """What a model is shown was said, whichever way it came."""
        for item in chat_ctx.items:
            if isinstance(item, llm.ChatMessage):
                self._message(item)

    def judge(self, tool: Tool, args: Mapping[str, Any]) -> Claims:
        """What is to be made of the arguments a model gave."""
        facts, said = self._facts(), self.said
        country = country_of(facts.timezone)
        around = Around(self._now().astimezone(ZoneInfo(facts.timezone)), country, known_to_us(facts))
        meant, marks, wrong, number = dict(args), dict[str, str](), dict[str, str](), ""
        for name, slot in tool.slots.items():
            value = said_as = self._meant(slot, tool, args.get(name), facts)
            if value is None:
                meant.pop(name, None)
                continue
            if slot.on_our_clock:
                moment = as_meant(str(value), said, around.now, facts.timezone)
                value, said_as = moment.ours, moment.theirs
            meant[name] = value
            mark = _mark(slot.kind, said_as, said, around, slot.choices.get(str(value), ()))
            if why := wrong_with(slot.kind, value, around.now.date(), mark == "heard"):
                wrong[name] = why
            if mark is not None:
                marks[name] = mark
            if slot.kind == "phone":
                number = str(value) if mark in ("heard", "confirmed") and not why else number
                marks |= {"number": "premium"} if costs_extra(str(value), country) else {}
        return Claims(meant, marks, wrong, number)

    def _meant(self, slot: Slot, tool: Tool, value: Any, facts: Facts) -> Any:
        if slot.kind != "phone" or (value is None and not tool.proposes):
            return value
        return self._number(value, facts)

    @property
    def said(self) -> Said:
        """What was said so far: what recognition wrote, and what the conversation has, each once."""
        spoken = tuple(self._spoken)
        others = tuple(words for words in self._written.values() if words not in spoken)
        last = self._last or next(reversed(spoken), "")
        return Said((*spoken, *others), self._asked, last)

    def _number(self, value: Any, facts: Facts) -> str | None:
        """The number meant: the line's own where no figures are given for it, or the one that was given before."""
        if value is None:
            return facts.number_heard or facts.caller_phone
        words = set(str(value).casefold().replace("'s", "").split())
        if facts.caller_phone and words & OWN_NUMBER and _agrees(str(value), facts.caller_phone):
            return facts.caller_phone
        return str(value)

    def _transcribed(self, event: UserInputTranscribedEvent) -> None:
        if event.is_final and event.transcript.strip():
            self._spoken.append(event.transcript.strip())

    def _added(self, event: ConversationItemAddedEvent) -> None:
        if isinstance(event.item, llm.ChatMessage):
            self._message(event.item)

    def _message(self, item: llm.ChatMessage) -> None:
        text = item.text_content or ""
        if item.role == "assistant":
            self._said_by_us = text
        elif item.role == "user" and text and item.id not in self._written:
            self._asked, self._said_by_us = self._said_by_us, ""
            self._written[item.id] = self._last = text


def known_to_us(facts: Facts) -> frozenset[str]:
    """Every value that our systems found or the line shows, as text."""
    values: list[Any] = [getattr(facts, name) for name in facts.names("established") - OF_THE_CALL]
    flat = [its for value in values for its in (value if isinstance(value, tuple) else (value,))]
    kept = (its for its in flat if its is not None and not isinstance(its, bool | tuple))
    return frozenset(its.isoformat() if isinstance(its, datetime) else str(its) for its in kept)


def _mark(kind: str, value: Any, said: Said, around: Around, phrases: tuple[str, ...]) -> Mark | None:
    try:
        return mark_of(kind, value, said, around, phrases=phrases)
    except (ValueError, OverflowError):  # no such day, or no number: nobody can have said it
        return "unheard"


def _agrees(words: str, number: str) -> bool:
    """Whether the figures among the words, if any, are in the number: "ending in 4567"."""
    figures = "".join(filter(str.isdecimal, words))
    return not figures or figures in "".join(filter(str.isdecimal, number))


def costs_extra(number: str, country: str | None) -> bool:
    """Whether whoever calls this number pays extra, as far as numbering plans tell."""
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(number, country))
    except phonenumbers.NumberParseException:
        return False
    return bool(kind in (phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST))
