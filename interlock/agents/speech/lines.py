"""Lines a caller has to hear: said in order, said again when they were cut off, and on record as told or cut.

What our systems found out, a read-back, a warning: whoever decided it meanwhile, a caller who was talking did not hear
it. A line counts as told when its sound was played to its end (in a typed call: printed). One that was cut off is owed
still: what is left of it is said once the agent is quiet, a bounded number of times; after that a person is asked for.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass
from typing import Any, Literal

from livekit.agents import NOT_GIVEN, AgentSession, AgentStateChangedEvent, UserStateChangedEvent, llm
from livekit.agents.voice import SpeechHandle

from interlock.agents.call.clock import Timer
from interlock.agents.call.context import CallContext
from interlock.agents.call.deciding import Deciding
from interlock.agents.call.draft import DraftEntry
from interlock.agents.speech.answering import Answering
from interlock.agents.speech.asking import Asked, Asking, Subject
from interlock.agents.speech.utterance import letters_of
from interlock.guards.facts import Facts
from interlock.guards.told import Told, with_told, without

LineKind = Literal["plain", "owed", "unbroken"]
"""Plain lines may be dropped for an answer, owed ones are always said, and an unbroken one is not interrupted and comes
before anything else."""

CUTS_LIMIT = 3
"""How often one line may be cut off until a person is asked for."""
QUIET_S = 1.5
"""How long nobody speaks, after a caller who said no word, until what was cut off is said again."""
I_WAS_SAYING = "I was saying:"
_SENTENCE = re.compile(r"\S.*?(?:[.!?\u2026]+(?=\s|$)|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """One thing an agent says, as a unit. A later line of the same `name` takes the place of an earlier one; `asks` is
    the question that it is, where it is nothing else."""

    name: str
    text: str
    kind: LineKind = "plain"
    asks: Asked | None = None

    @property
    def version(self) -> str:
        """A fingerprint of what it tells; the words themselves go on no record."""
        return hashlib.sha256(letters_of(self.text).encode()).hexdigest()[:16]


@dataclass(slots=True)
class _Owed:
    line: SpokenLine
    left: tuple[str, ...]
    again: bool = False
    """Whether it asks what the caller was asked, to its end, just before."""
    cuts: int = 0
    asks_no_more: bool = False
    playing: SpeechHandle | None = None


class LinesOwed:
    """What one call owes its caller; `ask_for_person` is what comes of a line that is cut off again and again, and
    `after_unbroken` of the end of one that nobody may talk over."""

    def __init__(
        self,
        context: CallContext,
        deciding: Deciding,
        answering: Answering,
        asking: Asking,
        ask_for_person: Callable[[], Coroutine[Any, Any, Any]],
        after_unbroken: Callable[[], None] = lambda: None,
    ) -> None:
        self._after_unbroken = after_unbroken
        self._context = context
        self._asking = asking
        self._deciding = deciding
        self._ask_for_person = ask_for_person
        self._owed: dict[str, _Owed] = {}
        self._told: Told = ()
        self._answering = answering
        self._caller_speaks = False
        self._timer: Timer | None = None

    def listen(self, session: AgentSession[Any]) -> None:
        """Begin to watch when the agent is quiet."""
        self._answering.listen(session)
        self._told = self._context.facts.told or ()
        session.on("agent_state_changed", self._agent_changed)
        session.on("user_state_changed", self._caller_changed)

    def stop(self) -> None:
        """Say nothing again: the call is over."""
        self._quiet()
        self._owed = {}

    def forget(self) -> None:
        """Nothing was told and nothing is owed: somebody else has the caller's place."""
        self._quiet()
        self._owed, self._told = {}, ()

    def answer_in(self, words: str) -> str:
        """What of these words of the caller's can answer the line told last: those said after its end, and none while
        something is not told yet."""
        return "" if self.any_new else self._answering.answer_in(words)

    @property
    def any_owed(self) -> bool:
        """Whether the caller is still to hear something."""
        return bool(self._owed)

    @property
    def any_new(self) -> bool:
        """As `any_owed`, but for a question they have heard that is asked again."""
        return not all(owed.again for owed in self._owed.values())

    def is_asking(self, subject: Subject) -> bool:
        """Whether the caller is still to hear the question about this."""
        asked = (self._asked_by(owed.line) for owed in self._owed.values())
        return any(each is not None and each.subject == subject for each in asked)

    def _asked_by(self, line: SpokenLine) -> Asked | None:
        return line.asks or self._asking.asked_by(line.text, ours=True)

    def say(self, line: SpokenLine) -> SpeechHandle:
        """Say a line now, after whatever is being said."""
        if line.kind == "plain":
            return self._speak(line, line.text)
        owed = self._owed[line.name] = _Owed(line, _sentences(line.text), self._was_heard(line.asks))
        if (line.name, line.version) not in self._told:
            self._learn_told(without(self._told, line.name))
        return self._play(owed, line.text)

    def _was_heard(self, asked: Asked | None) -> bool:
        heard = self._asking.open_question
        return asked is not None and heard is not None and asked.subject == heard.subject

    def is_due(self, line: SpokenLine) -> bool:
        """Whether a line that is told once a call was not told yet, nor is about to be, nor left out by a setting."""
        known = {name for name, _ in self._told} | self._owed.keys() | set(self._context.facts.switched_off)
        return line.name not in known

    def say_what_is_left(self, *, answered: bool, but: Collection[str] = ()) -> None:
        """Say what earlier agents left untold, as the next one begins, `but` for the lines it has begun with.

        `answered` says that the call moved on by what the caller said: questions at the end need no answer any more.
        """
        for owed in [owed for name, owed in self._owed.items() if name not in but]:
            if owed.again:
                self._settled(owed, "line.cut")
                continue
            if answered:
                owed.left, owed.asks_no_more = _without_last_questions(owed.left), True
            if owed.left:
                self._say_again(owed)
            else:
                self._settled(owed, "line.told")

    def _play(self, owed: _Owed, words: str) -> SpeechHandle:
        handle = owed.playing = self._speak(owed.line, words)
        handle.add_done_callback(lambda done: self._played(owed, done))
        return handle

    def _speak(self, line: SpokenLine, words: str) -> SpeechHandle:
        session = self._context.session
        assert session is not None, "nothing is said before the call is open"
        return session.say(words, allow_interruptions=False if line.kind == "unbroken" else NOT_GIVEN)

    def _played(self, owed: _Owed, handle: SpeechHandle) -> None:
        if self._owed.get(owed.line.name) is not owed or owed.playing is not handle:
            return
        owed.playing = None
        if owed.line.kind == "unbroken":
            self._after_unbroken()
        if not handle.interrupted or self._knows_how_far():
            owed.left = _left_of(owed.left, _heard(handle))
        if not owed.left:
            self._settled(owed, "line.told")
            return
        owed.cuts += 1
        if owed.cuts < CUTS_LIMIT:
            self._context.spawn(self._context.record_if_possible(self._entry("line.cut", owed)))
            self._wait()
            return
        self._settled(owed, "line.cut")
        if not self._context.ending:
            self._context.spawn(self._ask_for_person())

    def _knows_how_far(self) -> bool:
        """Whether the conversation holds what was heard of an interrupted line, and not all that was meant to be said:
        what was printed is read; of sound LiveKit knows it where words go along with it."""
        output = self._context.session.output if self._context.session is not None else None
        return output is not None and (output.audio is None or output.transcription is not None)

    def _settled(self, owed: _Owed, kind: str) -> None:
        self._owed.pop(owed.line.name, None)
        self._answering.line_told()
        entry = self._entry(kind, owed)
        if kind == "line.cut" or (owed.line.name, owed.line.version) in self._told:
            self._context.spawn(self._context.record_if_possible(entry))
        else:
            self._learn_told(with_told(self._told, owed.line.name, owed.line.version), entry)
        if kind == "line.told" and not owed.asks_no_more:
            self._heard_by_caller(owed.line)

    def _heard_by_caller(self, line: SpokenLine) -> None:
        if line.asks is not None:
            self._asking.put(line.asks)
        else:
            self._asking.told(line.text, ours=True)

    def _learn_told(self, told: Told, *first: DraftEntry) -> None:
        if first or told != self._told:
            self._told = told
            self._context.spawn(self._established(*first))

    async def _established(self, *first: DraftEntry) -> None:
        """What guards go by: on record however long the journal takes."""
        await self._context.until_recorded(lambda: self._deciding.learn("established", self._now_told, *first))

    def _now_told(self, facts: Facts) -> dict[str, Any]:
        return {"told": self._told}

    def _entry(self, kind: str, owed: _Owed) -> DraftEntry:
        every = _sentences(owed.line.text)
        said = {"line": owed.line.name, "version": owed.line.version, "unbroken": owed.line.kind == "unbroken"}
        parts = {"sentences": len(every), "untold": len(owed.left), "cuts": owed.cuts}
        return DraftEntry(kind, said | parts)

    def _agent_changed(self, event: AgentStateChangedEvent) -> None:
        self._quiet()
        if event.new_state == "listening":
            self._go_on()

    def _caller_changed(self, event: UserStateChangedEvent) -> None:
        self._caller_speaks = event.new_state == "speaking"
        self._quiet()
        self._wait()

    def _wait(self) -> None:
        """Until nobody spoke for a while; a caller who says something is answered first."""
        self._quiet()
        if not self._caller_speaks and self._owed:
            self._timer = self._context.clock.call_later(QUIET_S, self._go_on)

    def _quiet(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _go_on(self) -> None:
        """Say what is left of the first line that was cut off, where nobody speaks or is about to."""
        call = self._context
        session = call.session
        if session is None or call.switching or call.ending or call.over or session.agent_state != "listening":
            return
        waiting = next((owed for owed in self._owed.values() if owed.playing is None), None)
        if waiting is None or self._caller_speaks:
            return
        if (speech := session.current_speech) is None or speech.done():
            self._say_again(waiting)
        else:  # LiveKit says that the agent listens a moment before what it said is over
            speech.add_done_callback(lambda _: self._go_on())

    def _say_again(self, owed: _Owed) -> None:
        whole = len(owed.left) == len(_sentences(owed.line.text))
        words = " ".join(owed.left)
        self._play(owed, words if whole else f"{I_WAS_SAYING} {words}")


def _heard(handle: SpeechHandle) -> str:
    return " ".join(
        item.text_content or ""
        for item in handle.chat_items
        if isinstance(item, llm.ChatMessage) and item.role == "assistant"
    ).removeprefix(I_WAS_SAYING)


def _left_of(sentences: tuple[str, ...], heard: str) -> tuple[str, ...]:
    """The sentences of which some was not heard."""
    letters = letters_of(heard)
    for at, sentence in enumerate(sentences):
        said = letters_of(sentence)
        if not letters.startswith(said):
            return sentences[at:]
        letters = letters[len(said) :]
    return ()


def _without_last_questions(sentences: tuple[str, ...]) -> tuple[str, ...]:
    while sentences and sentences[-1].endswith("?"):
        sentences = sentences[:-1]
    return sentences


def _sentences(text: str) -> tuple[str, ...]:
    return tuple(found[0] for found in _SENTENCE.finditer(text))
