"""The caller's words as the rest of a call has them: no card number, nothing invisible, and not without end.

Memory, facts and the model are given these, whether they were spoken or typed. A card number that is said in several
turns is left out of all of them, the earlier ones too, as soon as it is whole.
"""

from collections.abc import Sequence

from livekit.agents import llm

from interlock.guards.cards import without_card_numbers, without_cards_across
from interlock.guards.characters import plain_text

WORDS_LIMIT = 2_000
"""How many characters a caller may type in one message; nobody says more in one breath."""
TURNS_ACROSS = 8
"""In how many turns of a caller, one after the other, a card number may be said."""


class CleanWords(str):
    """Words of a caller that were taken in, and may be shown to a model."""

    __slots__ = ()


def taken_in(words: str) -> CleanWords:
    """The words without card numbers and without what cannot be seen."""
    return words if isinstance(words, CleanWords) else CleanWords(without_card_numbers(plain_text(words)).strip())


def all_taken_in(turns: Sequence[str]) -> list[str]:
    """As `taken_in`, of turns one after the other: also without cards that were said across them."""
    return without_cards_across([taken_in(words) for words in turns])


def take_in(*conversations: llm.ChatContext, newest: llm.ChatMessage | None = None) -> None:
    """Take in what the caller said in these, which have messages in common, and at last said in `newest`."""
    said = [_said_last(conversation, newest) for conversation in conversations]
    before = {tuple(its.text_content or "" for its in messages) for messages in said}
    after = {words: all_taken_in(words) for words in before}
    for messages, words in [(its, tuple(each.text_content or "" for each in its)) for its in said]:
        for message, was, now in zip(messages, words, after[words], strict=True):
            if was.strip() != now:
                message.content = [now]


def _said_last(conversation: llm.ChatContext, newest: llm.ChatMessage | None) -> list[llm.ChatMessage]:
    said = [item for item in conversation.items if item.type == "message" and item.role == "user"]
    if newest is not None:
        said = [*(item for item in said if item is not newest), newest]
    return said[-TURNS_ACROSS:]
