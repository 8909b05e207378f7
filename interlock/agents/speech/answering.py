"""Which of the caller's words can answer the line told last: those said after its end, and only those."""

from collections import deque
from dataclasses import dataclass

from livekit.agents import AgentSession, ConversationItemAddedEvent, llm

WORDS_KEPT = 50
"""How many of the caller's last utterances are told apart."""


@dataclass(slots=True)
class _Utterance:
    words: str
    too_early: bool = False
    in_conversation: bool = False
    past: bool = False


class Answering:
    """Keeps apart what a caller said before and after the end of what they had to hear."""

    def __init__(self) -> None:
        self._said: deque[_Utterance] = deque(maxlen=WORDS_KEPT)

    def listen(self, session: AgentSession[object]) -> None:
        """Begin to follow the conversation."""
        session.on("conversation_item_added", self._added)

    def forget(self) -> None:
        """Nothing was said: somebody else has the caller's place."""
        self._said.clear()

    def caller_said(self, words: str) -> None:
        """Words came from the caller; turns that were answered before are past."""
        self._said = deque((each for each in self._said if not each.past), maxlen=WORDS_KEPT)
        self._said.append(_Utterance(words))

    def line_told(self) -> None:
        """A line was told to its end just now: whatever was said until then is no answer to it."""
        for each in self._said:
            each.too_early = True

    def answer_in(self, words: str) -> str:
        """What of these words was said after the end of the line told last."""
        for each in self._said:
            if each.too_early:
                words = words.replace(each.words, "", 1)
        return words.strip()

    def _added(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if not isinstance(item, llm.ChatMessage):
            return
        for each in self._said:
            if item.role == "assistant":
                each.past = each.past or each.in_conversation
            elif each.words in (item.text_content or ""):
                each.in_conversation = True
