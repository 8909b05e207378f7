"""What to do next in a conversation: which of the offered tools to call, what to ask, or what to say instead.

A stand-in for a model, good enough to try a flow and to carry a caller to a person when the real model is down. It
compares meanings and reads values; it does not reason, and it makes up no sentence but a few honest ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from livekit.agents import llm

from interlock.agents.speech_requests import SPEECH_REQUESTS
from interlock.agents.tools import Tool
from interlock.app.offline.dialogue import Attempt, Turn, agreed_to, refused_before, turns_of, unspoken
from interlock.app.offline.intents import CLEARLY, LED_TO, MEANT, Intents, Ranked, split_speech_requests
from interlock.app.offline.meaning import Meaning
from interlock.app.offline.slots import Gathered, Slots
from interlock.app.offline.words import says_nothing, says_only_yes_or_no
from interlock.machines.events import ESCALATE

MARGIN = 0.15
"""How much closer another tool must be than the one that is asking."""
DATA_FIRST, NOT_AT_ALL = 0.3, 0.15
"""How much less close a tool that notes something may be to go before the proposal it leads to, and the least."""
REMEMBERED = 4
"""Turns back that a refused proposal, or words nobody acted on, are remembered."""

APOLOGIES = 2
"""Turns in a row that were not understood after which, at the next, a person is asked for."""

SORRY = "Sorry, I did not get that."
NOT_NOW = "Sorry, that is not possible just now."
WHAT_ELSE = "All right. What else can I do for you?"
HOW_TO_HELP = "How can I help you?"


@dataclass(frozen=True, slots=True)
class Say:
    """What to do next: say this to the caller."""

    text: str


@dataclass(frozen=True, slots=True)
class Do:
    """What to do next: call the tool of this name."""

    name: str
    args: dict[str, Any]


class Chooser:
    """Decides from the conversation alone; keeps nothing between two questions."""

    def __init__(self, meaning: Meaning, now: Callable[[], datetime]) -> None:
        self._intents = Intents(meaning)
        self._slots = Slots(meaning, now)

    def choose(self, chat_ctx: llm.ChatContext, offered: Sequence[Tool], *, may_call: bool = True) -> Say | Do:
        """The next tool call or the next sentence; never a call that already failed on the same words."""
        turns = turns_of(chat_ctx)
        usable = list(offered) if may_call else []
        if results := unspoken(turns, chat_ctx):
            failed = [attempt for attempt in results if attempt.failed]
            decision = None if failed else self._after(turns, usable, results[-1])
            return decision or Say((failed or results)[-1].aloud() or NOT_NOW)
        if turns[-1].words and not turns[-1].attempts and not turns[-1].answered:
            return _or_a_person(turns, usable, self._heard(turns, usable)) if may_call else Say(SORRY)
        return self._go_on(turns, usable) or Say(HOW_TO_HELP)

    def _heard(self, turns: Sequence[Turn], offered: Sequence[Tool]) -> Say | Do:
        """The caller spoke."""
        turn = turns[-1]
        if says_nothing(turn.words):
            return Say(turn.question if turn.question.endswith("?") else HOW_TO_HELP)
        request, ranked = split_speech_requests(self._intents.rank(turn.words, offered))
        if request is not None:
            return Do(request.name, {})
        offered = [tool for tool in offered if tool.name not in SPEECH_REQUESTS]
        if (again := agreed_to(turns, offered)) is not None:
            return Do(again.name, again.args)
        if (asking := self._asking(turns, offered)) is not None:
            gathered = self._slots.gather(turns, asking)
            if not _means_another(ranked, asking, gathered, turn):
                return _asked_again(asking, gathered, turn) or self._call_or_ask(asking, gathered)
        elif (taken := self._intents.answered(turn, offered)) is not None:
            return self._begin(taken, "")
        elif says_only_yes_or_no(turn.words):
            return Say(WHAT_ELSE)
        if not ranked or ranked[0][0] < MEANT:
            return Say(_what_can_be_said(ranked))
        return self._begin(self._noting_first(turn, ranked) or ranked[0][1], turn.words)

    def _after(self, turns: Sequence[Turn], offered: Sequence[Tool], attempt: Attempt) -> Say | Do | None:
        """A tool answered: note what else was said, propose what it led to, or leave it to its own words."""
        turn = turns[-1]
        just = next((tool for tool in offered if tool.name == attempt.name), None)
        if just is None or just.proposes or Turn((attempt.aloud(),)).asked_for(just):
            return None
        if just.leads_on and (more := self._also_said(turn, offered) or self._led_to(turns, offered, just)):
            return more
        refused = refused_before(turns, offered, REMEMBERED)
        if refused is not None and any(Turn((attempt.aloud(),)).asked_for(tool) for tool in offered):
            return None
        if refused is not None:
            return None if turn.failed(refused) else Do(refused.name, refused.args)
        return _passed_over(turn, offered) if just.leads_on else None

    def _go_on(self, turns: Sequence[Turn], offered: Sequence[Tool]) -> Say | Do | None:
        """Nobody asked and nobody answered, as after a handoff: act on what the caller said last that fits."""
        done: set[str] = set()
        for turn in [turn for turn in reversed(turns) if turn.words][:REMEMBERED]:
            done |= {attempt.name for attempt in turn.attempts}
            fresh = [tool for tool in offered if tool.proposes and tool.name not in done]
            if (meant := self._intents.best(turn.words, fresh, CLEARLY)) is not None:
                return self._begin(meant, turn.words)
        return None

    def _asking(self, turns: Sequence[Turn], offered: Sequence[Tool]) -> Tool | None:
        """The tool whose question the caller's words answer; of several, the one the conversation is about."""
        asking = [tool for tool in offered if turns[-1].asked_for(tool) is not None]
        if len(asking) <= 1:
            return asking[0] if asking else None
        gathered = self._slots.gather(turns, asking[0])
        return self._intents.rank(gathered.opener or gathered.words[0], asking)[0][1]

    def _noting_first(self, turn: Turn, ranked: Ranked) -> Tool | None:
        """A proposal is better made once what was said is noted: the tool that notes it, if it is nearly as close."""
        highest, best = ranked[0]
        if not best.proposes:
            return None
        close = [tool for score, tool in ranked if score >= max(NOT_AT_ALL, highest - DATA_FIRST)]
        return next(
            (t for t in close if self._intents.leads(t, best) and self._slots.full(t, turn.words) is not None), None
        )

    def _also_said(self, turn: Turn, offered: Sequence[Tool]) -> Do | None:
        """A tool that notes something else said in these words."""
        noting = [tool for tool in offered if tool.leads_on and not turn.tried(tool.name)]
        for score, tool in self._intents.rank(turn.words, noting):
            if score >= CLEARLY and (values := self._slots.full(tool, turn.words)) is not None:
                return Do(tool.name, values)
        return None

    def _led_to(self, turns: Sequence[Turn], offered: Sequence[Tool], just: Tool) -> Do | None:
        """The proposal that the words which led to `just` mean as well, if it can be made at once."""
        noted = [tool for tool in offered if turns[-1].tried(tool.name)]
        led_to = [tool for tool in offered if any(self._intents.leads(done, tool) for done in noted)]
        proposals = [tool for tool in led_to if tool.proposes and not turns[-1].tried(tool.name)]
        said = self._slots.gather(turns, just).words
        ranked = [best for words in said for best in self._intents.rank(words, proposals)[:1]]
        score, tool = max(ranked, key=lambda its: its[0], default=(0.0, just))
        values = self._slots.full(tool, turns[-1].words) if score >= LED_TO else None
        return None if values is None else Do(tool.name, values)

    def _begin(self, tool: Tool, words: str) -> Say | Do:
        return self._call_or_ask(tool, Gathered(self._slots.fill(tool, words), (words,), words))

    def _call_or_ask(self, tool: Tool, gathered: Gathered) -> Say | Do:
        missing = self._slots.missing(tool, gathered.values)
        if missing is None:
            return Do(tool.name, gathered.values)
        ask = tool.slots[missing].ask
        return Say(ask if gathered.understood else f"{SORRY} {ask}")


def _asked_again(asking: Tool, gathered: Gathered, turn: Turn) -> Say | None:
    """The question once more, when nothing in the words is anything the tool takes, even where it needs nothing."""
    asked = turn.asked_for(asking)
    if asked is None or gathered.understood or gathered.values:
        return None
    return Say(f"{SORRY} {asking.slots[asked].ask}")


def _or_a_person(turns: Sequence[Turn], offered: Sequence[Tool], decision: Say | Do) -> Say | Do:
    """The decision, or a person where one more apology would only repeat the last ones."""
    lost = [any(said.startswith(SORRY) for said in turn.heard) for turn in turns[-APOLOGIES:]]
    if isinstance(decision, Do) or not decision.text.startswith(SORRY) or len(lost) < APOLOGIES or not all(lost):
        return decision
    return next((Do(tool.name, {}) for tool in offered if tool.name == ESCALATE), decision)


def _means_another(ranked: Ranked, asking: Tool, gathered: Gathered, turn: Turn) -> bool:
    """Whether the words are no answer but clearly another request; any words answer for free text, most a choice."""
    own = next(score for score, tool in ranked if tool is asking)
    best, tool = ranked[0]
    if tool is asking or best < own + MARGIN:
        return False
    asked = turn.asked_for(asking)
    if asked is not None and asking.slots[asked].kind in ("text", "choice"):
        return best >= CLEARLY + MARGIN
    return best >= CLEARLY and not gathered.understood


def _passed_over(turn: Turn, offered: Sequence[Tool]) -> Say | None:
    """What the caller was asked and said nothing to, asked again."""
    for tool in offered:
        asked = turn.asked_for(tool)
        if asked is not None and not turn.tried(tool.name):
            return Say(tool.slots[asked].ask)
    return None


def _what_can_be_said(ranked: Ranked) -> str:
    phrases = [tool.phrases[0] for _, tool in ranked[:2]]
    return f"{SORRY} You can say, for example: {'; or: '.join(phrases)}." if phrases else SORRY
