"""What the caller said and nobody answered yet.

LiveKit drops a user turn that ends while agents switch. Final transcripts are kept here until they turn up in the
conversation; what the old agent leaves behind when it hands over is the first thing the next one answers. So are words
that did reach the conversation, when the old agent's answer to them came to nothing because the call had moved on.
"""

import itertools
from collections.abc import Callable, Collection, Iterable
from typing import Any

from livekit.agents import (
    AgentSession,
    ConversationItemAddedEvent,
    FunctionToolsExecutedEvent,
    UserInputTranscribedEvent,
    llm,
)
from livekit.agents.voice import SpeechHandle

from interlock.agents.call.context import CallContext
from interlock.agents.call.deciding import Deciding
from interlock.agents.caller.words_in import WORDS_LIMIT, CleanWords, taken_in
from interlock.agents.speech.answering import Answering
from interlock.guards.cards import NOT_KEPT
from interlock.guards.characters import plain_text

TOO_LONG = "That message is too long for me to read. Please send it again in a few short sentences."
UNREAD = CleanWords("(a message that was too long to be read; ask for it in a few short sentences)")
"""What the next agent answers where nobody is there to say so."""

SKIPPED_S = 1.0
"""How long after a line that nobody may talk over LiveKit may still bring up what was said meanwhile."""


class Hearing:
    """The caller's words that are still to be answered; told of them by one session's events."""

    def __init__(
        self,
        context: CallContext,
        deciding: Deciding,
        answering: Answering,
        caller_said: Callable[[str], None] = lambda words: None,
    ) -> None:
        self._context = context
        self._caller_said = caller_said
        self._deciding = deciding
        self._answering = answering
        self._heard: dict[int, str] = {}
        self._transcribed_up_to: dict[str, int] = {}
        self._count = itertools.count()
        self._left_behind: list[str] = []
        self._waiting: list[str] = []
        self._owed: list[str] = []
        self._answered: set[str] = set()

    def listen(self, session: AgentSession[Any]) -> None:
        session.on("user_input_transcribed", self._transcribed)
        session.on("conversation_item_added", self._added)
        session.on("function_tools_executed", self._tools_executed)

    def hear(self, words: str) -> SpeechHandle | None:
        """Typed words of the caller: answered now, or by the next agent when one is on its way.

        Of more than `WORDS_LIMIT` characters nothing is read, and the caller hears so. What comes of it is returned
        where somebody speaks.
        """
        session = self._context.session
        assert session is not None, "a call hears nothing before it is open"
        self._context.spawn(self._deciding.heard_caller())
        if len(words) > WORDS_LIMIT:
            return self._too_long(session)
        clean = taken_in(words)
        self._answering.caller_said(clean)
        self._caller_said(clean)
        if self._context.switching:
            self._left_behind.append(clean)
            return None
        return session.generate_reply(user_input=clean)

    def _too_long(self, session: AgentSession[Any]) -> SpeechHandle | None:
        if self._context.switching:
            self._left_behind.append(UNREAD)
            return None
        return session.say(TOO_LONG)

    def forget(self) -> None:
        """Nothing is to be answered: whoever said it is not there any more."""
        self._heard, self._left_behind = {}, []
        self._answered.update(self._waiting, self._owed)
        self._waiting, self._owed = [], []

    def take(self) -> CleanWords:
        """The words nobody answered and no agent will bring up any more, once."""
        words, self._left_behind = CleanWords(taken_in(" ".join(self._left_behind))), []
        return words

    def give_back(self, words: str) -> None:
        """What was taken and could not be answered after all."""
        self._left_behind[:0] = [words] if words else []

    def answer_skipped(self) -> None:
        """A line that nobody may talk over ended: LiveKit answers no turn that fell into it, so it is answered now."""
        if spoken := tuple(self._heard):
            self._context.clock.call_later(SKIPPED_S, lambda: self._bring_up(spoken))

    def _bring_up(self, spoken: Collection[int]) -> None:
        session, context = self._context.session, self._context
        if session is None or context.switching or context.over or context.ending:
            return
        if session.current_speech is not None:
            context.clock.call_later(SKIPPED_S, lambda: self._bring_up(spoken))
            return
        words = " ".join(self._heard.pop(each) for each in spoken if each in self._heard)
        if words:
            session.generate_reply(user_input=words)

    @property
    def owes_an_answer(self) -> bool:
        """Whether the agents before this one left a message of the caller in the conversation without an answer."""
        return bool(self._owed)

    @property
    def unanswered(self) -> frozenset[str]:
        """The messages of the caller that no agent answered yet."""
        return frozenset((*self._waiting, *self._owed))

    def still_open(self, messages: Iterable[str]) -> frozenset[str]:
        """Those of these messages, new ones too, that were not answered."""
        return frozenset(message for message in messages if message not in self._answered)

    def answered(self, messages: Collection[str]) -> None:
        """An agent speaks, or hands over, in answer to these messages."""
        self._answered.update(messages)
        for message in messages:
            self._forget_up_to(self._transcribed_up_to.pop(message, -1))
        self._waiting = [message for message in self._waiting if message not in self._answered]
        self._owed = [message for message in self._owed if message not in self._answered]

    def all_answered(self) -> None:
        """Whatever the caller said, the handoff now under way is the answer."""
        self.answered([*self._waiting, *self._owed])

    def _transcribed(self, event: UserInputTranscribedEvent) -> None:
        if event.is_final and event.transcript.strip():
            self._heard[next(self._count)] = event.transcript.strip()
            self._answering.caller_said(taken_in(event.transcript))
            self._caller_said(event.transcript)
            self._context.spawn(self._deciding.heard_caller())

    def _added(self, event: ConversationItemAddedEvent) -> None:
        if isinstance(event.item, llm.AgentHandoff):
            self._old_agent_gone()
        elif isinstance(event.item, llm.ChatMessage) and event.item.role == "user":
            latest = self._strike(event.item.text_content or "")
            if event.item.id in self._answered:
                self._forget_up_to(latest)
            else:
                self._waiting.append(event.item.id)
                self._transcribed_up_to[event.item.id] = latest

    def _old_agent_gone(self) -> None:
        """From here on LiveKit gives transcripts to the new agent, which brings them up itself."""
        self._left_behind += self._heard.values()
        self._owed += self._waiting
        self._heard, self._waiting = {}, []

    def _strike(self, message: str) -> int:
        """Forget the transcripts a message is made of, in their order; the number of the last one, or -1.

        Others stay: words after the message, and words before it that LiveKit dropped. Of a message that was not kept
        as it was said, all that was said is part.
        """
        latest, begin = -1, 0
        for number, words in list(self._heard.items()):
            at = begin if NOT_KEPT in message else message.find(plain_text(words).strip(), begin)
            if at >= 0:
                latest, begin = number, at + len(words)
                del self._heard[number]
        return latest

    def _forget_up_to(self, latest: int) -> None:
        """What was dropped before a message that is answered now is past: nobody brings it up again."""
        self._heard = {number: words for number, words in self._heard.items() if number > latest}

    def _tools_executed(self, event: FunctionToolsExecutedEvent) -> None:
        """The agent that called these tools has handed over, or says goodbye: nobody answers for it."""
        if self._context.switching or self._context.parting:
            event.cancel_tool_reply()
