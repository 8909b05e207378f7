"""The caller's words that a model answers: what they said last, and what of it can answer the line told last."""

from collections.abc import Callable

from livekit.agents import llm

from interlock.agents.speech.asking import Said

HEARD_LIMIT = 1000
"""How many characters of what the caller said last a `Heard` or an `Answer` argument is made of: the last ones."""


def said_last(conversation: llm.ChatContext, answer_in: Callable[[str], str]) -> Said:
    """What the caller said last; `answer_in` is `LinesOwed.answer_in`."""
    messages = _last_messages(conversation)
    words = " ".join(item.text_content or "" for item in messages)[-HEARD_LIMIT:]
    *earlier, last = [item.id for item in messages] or [""]
    return Said(words, answer_in(words), last, tuple(earlier))


def _last_messages(conversation: llm.ChatContext) -> list[llm.ChatMessage]:
    """What the caller said last, in one turn or several that nobody answered in between."""
    said: list[llm.ChatMessage] = []
    for item in reversed(conversation.items):
        if item.type == "message" and item.role == "user":
            said.append(item)
        elif item.type == "message" and item.role == "assistant" and said:
            break
    return said[::-1]
