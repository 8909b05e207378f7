"""Questions that a yes can be the answer to: which one was told last, about what exactly, and whether it is used up.

A question is asked when its words were heard to their end, whoever said them. It is about an event and the values that
event would act on; once one of those changes, a yes to it is a yes to something else.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from livekit.agents import AgentSession, ConversationItemAddedEvent, llm

from interlock.agents.answers import Answer, Kind, Question, judge
from interlock.agents.answers.contact import without_contact
from interlock.agents.answers.requesting import denied, ended, for_good, requested
from interlock.agents.answers.words import plain
from interlock.agents.call.context import CallContext
from interlock.agents.call.draft import DraftEntry
from interlock.agents.speech.utterance import letters_of

Consent = Literal[
    "agreed",
    "requested",
    "given",
    "no",
    "correction",
    "question",
    "attention",
    "early",
    "unclear",
    "changed",
    "unasked",
]
"""How a caller stands to something that needs their yes, as our ears had it.

agreed: a plain yes to the question about exactly this; requested: they asked for it in plain words; given: they gave
the value that it was waiting for; early: a yes, or a word of attention, before they had heard the question about this
to its end; changed: they were asked about other values; unasked: nobody asked them about it; the others as
`interlock.agents.answers.Answer`.
"""

ASKED = "Nothing is done yet, the caller was asked: "
"""How a tool's answer begins where the caller was asked for a yes to it instead."""
OBJECTIONS: frozenset[str] = frozenset({"no", "correction", "question"})
AGREED_FOR_TURNS = 4
"""For how many of the caller's turns, the one in which they said it included, a yes stands that is not used yet: as
long as it takes to ask for a name and a number. Later it is stale."""
_SO = frozenset({"so", "then", "and", "now", "just", "well", "please", "okay"})
_FIGURES = re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|twenty|thirty)\b")
_DAYS = re.compile(r"\b(?:to(?:day|morrow|night)|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a question is about: an event, and a fingerprint of the values a yes to it covers."""

    event: str
    version: str

    @classmethod
    def of(cls, event: str, covered: Mapping[str, Any]) -> "Subject":
        """The values themselves go on no record."""
        text = json.dumps(dict(covered), sort_keys=True, default=str)
        return cls(event, hashlib.sha256(text.encode()).hexdigest()[:16])


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was told to its end, in these words; `kind` is how its answer is read, `acts` name its act.

    `stops`: the act is an end of something, and `acts` hold their own no.
    """

    subject: Subject
    words: str
    kind: Kind
    acts: tuple[str, ...] = ()
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """The caller's words that a tool call came of: all of them, and what of them can answer the line told last.

    `message` names the last message they are from: words that something was done on are good for nothing else.
    `earlier` names those before it, which nobody answered in between: together they are one answer.
    """

    words: str = ""
    answer: str = ""
    message: str = ""
    earlier: tuple[str, ...] = ()


class Asking:
    """What one call asked its caller last, and what they agreed to that is still to be done."""

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._askable: Callable[[], Iterable[Asked]] = tuple
        self._asked: Asked | None = None
        self._open = False
        """Whether what was asked last is that question, and no other."""
        self._agreed: Subject | None = None
        self._yes_in: str | None = None
        """The message in which they agreed to it."""
        self._turns_left = 0
        self._heard: str | None = None
        """The caller's message that was heard last."""
        self._used: str | None = None
        self._question = ""
        self.opening = ""
        """What the agent that speaks now says, or said, on entry."""

    @property
    def open_question(self) -> Asked | None:
        """The last thing the caller was asked, where it is a question that a yes or no answers."""
        return self._asked if self._open else None

    def listen(self, session: AgentSession[Any]) -> None:
        """Begin to hear what is said."""
        session.on("conversation_item_added", self._added)

    def moved_on(self, askable: Callable[[], Iterable[Asked]]) -> None:
        """Another desk begins, which may ask these: what the one before it asked, and was told, is past."""
        self._asked, self._open, self._agreed, self.opening, self._askable = None, False, None, "", askable

    def forget(self) -> None:
        """Nobody was asked anything, and nobody agreed to anything: somebody else has the caller's place."""
        self.moved_on(tuple)
        self._turns_left, self._heard, self._question = 0, None, ""

    def told(self, words: str, *, ours: bool = False) -> None:
        """The caller heard these words to their end. `ours` says that this desk wrote them, so that their last question
        is one of its own even where it says the values in other words."""
        self._question = last_question(words) or self._question
        if (asked := self.asked_by(words, ours=ours)) is not None:
            self.put(asked)
        elif self._asked is not None and asks_anything(words):
            self._open = _asks_again(words, self._asked)

    def asked_by(self, words: str, *, ours: bool) -> Asked | None:
        """The question that these words put, of those that this desk may ask: see `told`."""
        for each in self._askable():
            if letters_of(words).endswith(letters_of(each.words)) or (ours and same_question(words, each.words)):
                return each
        return None

    def put(self, asked: Asked) -> None:
        """This question was told to its end."""
        if asked != self._asked:
            self._note("question.asked", asked.subject)
        self._asked, self._open = asked, True

    def heard(self, said: Said) -> None:
        """The caller said this: whatever they agreed to before stands for a few turns, and falls with an objection."""
        if not said.words or said.message == self._heard:
            return
        self._heard, self._turns_left = said.message, self._turns_left - 1
        if self._turns_left <= 0 or self._yes_in in said.earlier:  # what goes on is judged as a whole
            self._agreed = None
        if self._asked is None:
            return
        answer = read_answer(said, self._asked.kind, self._asked.acts, stops=self._asked.stops)
        if answer in self._objections():
            self._agreed = None
        if not self._open:
            return
        self._note("question.answered", self._asked.subject, answer=answer)
        if answer == "yes":
            self._agreed, self._turns_left = self._asked.subject, AGREED_FOR_TURNS
            self._yes_in = said.message

    def use_up(self, said: Said) -> None:
        """Something was done on these words: they are good for nothing else."""
        self._used, self._agreed, self._open = said.message, None, False

    def consent(
        self,
        subject: Subject,
        kind: Kind,
        acts: tuple[str, ...],
        said: Said,
        *,
        by_value: bool,
        stops: bool = False,
        being_asked: bool = False,
    ) -> Consent:
        """How the caller stands to exactly this; `being_asked` says that they are still to hear the question about
        it."""
        self.heard(said)
        if not said.words or said.message == self._used:
            return "unasked"
        answer = read_answer(said, kind, acts, stops=stops)
        if self._agreed == subject:
            if answer not in self._objections():
                return "agreed"
            self._agreed = None
        last = asked.subject if (asked := self.open_question) is not None else None
        if last == subject and answer == "no":
            return "no"
        if self._ends(subject, acts, said) if stops else requested(said.words, acts):
            return "requested"
        if by_value and answer not in ("no", "question") and (gives_value(said.words) or self._named(answer, acts)):
            return "given"
        if (last == subject or being_asked) and is_early(said, kind, acts, stops=stops):
            return "early"
        of_it = last is not None and last.event == subject.event
        if answer in ("no", "question") or (answer == "correction" and of_it):
            return answer
        if last == subject:
            return "attention" if answer == "attention" else "unclear"
        return "changed" if of_it and answer == "yes" else "unasked"

    def _ends(self, subject: Subject, acts: tuple[str, ...], said: Said) -> bool:
        """Whether they ask for an end by themselves: "do not call me" is only an answer where something else was."""
        another = (asked := self.open_question) is not None and asked.subject.event != subject.event
        return ended(said.words, acts) and (not another or for_good(said.words))

    def _named(self, answer: Answer, acts: tuple[str, ...]) -> bool:
        """Whether it is a yes to a question, in whoever's words, that names the act: where its values come from is for
        other guards to ask."""
        return answer == "yes" and _names_any(acts, self._question)

    def _objections(self) -> frozenset[str]:
        """A value is the answer to another question where one was asked since; what it changes is another subject."""
        return OBJECTIONS if self._open else OBJECTIONS - {"correction"}

    def _note(self, kind: str, subject: Subject, **more: str) -> None:
        entry = DraftEntry(kind, {"event": subject.event, "version": subject.version, **more})
        self._context.spawn(self._context.record_if_possible(entry))

    def _added(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if isinstance(item, llm.ChatMessage) and item.role == "assistant":
            words = item.text_content or ""
            own = bool(self.opening) and letters_of(words) == letters_of(self.opening)
            self.told(words, ours=own)


def read_answer(said: Said, kind: Kind, acts: tuple[str, ...], *, stops: bool = False) -> Answer:
    """What the words answer; how to reach the caller may stand beside a yes.

    Words over a line that is not told to its end agree to nothing, but an objection is one at any time. A yes is always
    what lets the act happen: to "Do you smell gas?" it is the caller's no.
    """
    told, words, echoes = bool(said.answer), said.answer or said.words, " ".join(acts)
    answer = judge(words, Question(kind, told=told, echoes=echoes))
    if kind == "danger":
        return {"no": "yes", "yes": "no"}.get(answer, answer)  # type: ignore[return-value]
    if stops and ended(words, acts):
        return "yes" if told else "unclear"
    if acts and not stops and denied(said.words, acts):
        return "no"
    if told and answer == "correction" and kind in ("offer", "removal") and (alone := without_contact(words)):
        return "yes" if judge(alone, Question(kind, echoes=echoes)) == "yes" else answer
    return answer


def is_early(said: Said, kind: Kind, acts: tuple[str, ...], *, stops: bool = False) -> bool:
    """Whether all of the words came before the end of what was to be heard, and would be a yes after it."""
    if said.answer:
        return False
    now, then = (read_answer(replace(said, answer=words), kind, acts, stops=stops) for words in ("", said.words))
    return now == "attention" or then == "yes"


def gives_value(words: str) -> bool:
    """Whether there is a number, a day or a time in what was said."""
    return bool(_FIGURES.search(words.lower()) or _DAYS.search(words.lower()))


def same_question(words: str, asked: str) -> bool:
    """Whether the last question in both is the same, in whatever order its words stand: "so all of that is right?"."""
    return bool(_question_in(asked)) and _question_in(words) == _question_in(asked)


def asks_anything(words: str) -> bool:
    """Whether these words expect an answer; "are you still there?" expects a sign of life."""
    question = _question_in(words)
    return bool(question) and not {"still", "there"} <= set(question)


def _asks_again(words: str, asked: Asked) -> bool:
    """Whether they ask for that very thing again: by the same question, or by its act."""
    named = asked.kind != "check" and _names_any(asked.acts, last_question(words))
    return named or same_question(words, asked.words)


def _names_any(acts: Iterable[str], question: str) -> bool:
    return any(letters_of(act) in letters_of(question) for act in acts)


def last_question(words: str) -> str:
    """The last sentence of these that has a question mark; "" where none has."""
    asking = [sentence for sentence in re.findall(r"[^.!?\u2026]*[.!?\u2026]?", words) if sentence.endswith("?")]
    return asking[-1].strip() if asking else ""


def _question_in(words: str) -> list[str]:
    return sorted(word for word in plain(last_question(words)).words if word not in _SO)
