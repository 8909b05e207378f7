"""What one desk needs a caller's yes for: how they stand to it, and the question where they were not asked.

A desk puts the question in `ask_EVENT`, a method with the arguments of the tool that proposes the event: everything the
yes covers, in one sentence or a few, the last of them a question.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from livekit.agents.llm import ToolResult

from interlock.agents.caller.keypad import PRESS, has_keypad
from interlock.agents.speech.asking import ASKED, OBJECTIONS, Asked, Said, Subject, last_question
from interlock.agents.speech.lines import SpokenLine
from interlock.agents.tools import Consent, Tool
from interlock.guards.answers import asks_for_a_yes
from interlock.machines.base import candidates, guards_of
from interlock.machines.chart import needs_yes_of
from interlock.machines.decide import Verdict

if TYPE_CHECKING:
    from interlock.agents.call.call import Call

UNDECLARED = Consent("offer")
"""How a yes is read to an event that needs one and is proposed by no tool of the desk: never by asking for it."""


UNCLEAR: frozenset[str] = frozenset({"unclear", "attention", "early"})


class Agreement:
    """The yeses that one `desk` of a call needs; `offered` are its tools."""

    def __init__(self, desk: object, call: "Call", offered: Mapping[str, Tool]) -> None:
        self._desk = desk
        self._call = call
        self._offered = offered

    def consent(self, event: str, args: Mapping[str, Any], said: Said) -> dict[str, str]:
        """How the caller stands to an event that needs their yes, as an argument of it; nothing for other events."""
        subject, its = self._subject(event, args), self._declared(event)
        if subject is None:
            return {}
        being_asked = self._call.lines.is_asking(subject)
        given = {"by_value": its.by_value, "stops": its.stops, "being_asked": being_asked}
        return {"consent": self._call.asking.consent(subject, its.kind, its.acts, said, **given)}

    def askable(self) -> list[Asked]:
        """The questions that the desk may have put already, in these very words: those without arguments."""
        events = [name for name, tool in self._offered.items() if tool.consent is not None and not tool.slots]
        return [asked for event in events if (asked := self._question(event, {})) is not None]

    def ask(self, event: str, args: Mapping[str, Any], verdict: Verdict) -> ToolResult | None:
        """Put the question that was refused for want of a yes, ourselves and word for word.

        In plainer words where their answer to it was not clear. Not after an objection or a question, which the model
        answers; and whatever the caller is still to hear goes first. None where there is nothing to ask, and after a
        read-back, of which a model knows what is in doubt.
        """
        asked = self._question(event, args) if self._lacks_a_yes(event, verdict) else None
        if asked is None or asked.kind == "check" or args["consent"] in OBJECTIONS:
            return None
        if args["consent"] in UNCLEAR:
            asked = replace(asked, words=plainer(asked.words, keypad=has_keypad(self._call.facts)))
        if not self._call.lines.any_owed:
            self._call.lines.say(SpokenLine(f"question:{event}", asked.words, "owed", asked))
        return ToolResult(f"{ASKED}{asked.words} | When they say yes, call {event} again.", reply_required=False)

    def _lacks_a_yes(self, event: str, verdict: Verdict) -> bool:
        arrows = candidates(self._call.flow.machine, verdict.before, event)
        of_a_yes = {g.name for a in arrows for g in guards_of(a) if asks_for_a_yes(g)}
        return verdict.refused_by in of_a_yes

    def _question(self, event: str, args: Mapping[str, Any]) -> Asked | None:
        tool, ask = self._offered.get(event), getattr(self._desk, f"ask_{event}", None)
        subject = self._subject(event, args)
        if subject is None or tool is None or ask is None:
            return None
        words = ask(**{name: args[name] for name in tool.slots if name in args})
        its = self._declared(event)
        return Asked(subject, words, its.kind, its.acts, its.stops) if words else None

    def _subject(self, event: str, args: Mapping[str, Any]) -> Subject | None:
        covered = needs_yes_of(self._call.flow.machine, event)
        if covered is None:
            return None
        facts = self._call.facts
        return Subject.of(event, {name: args.get(name, getattr(facts, name, None)) for name in covered})

    def _declared(self, event: str) -> Consent:
        tool = self._offered.get(event)
        return (tool.consent if tool else None) or UNDECLARED


def plainer(words: str, *, keypad: bool) -> str:
    """A question that was not answered clearly, asked for a yes or a no and nothing else."""
    return f"Please say yes or no{PRESS if keypad else ''}. {last_question(words) or words}"
