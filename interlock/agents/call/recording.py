"""Whether a call may be recorded with what is said in it: asked once where a setting wants that, not without a yes."""

from interlock.agents.answers import Answer, Question, judge
from interlock.agents.call.context import CallContext
from interlock.agents.call.deciding import Deciding
from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.terms import Terms
from interlock.agents.speech.lines import SpokenLine

MAY_WE_RECORD = SpokenLine("may_record", "May we record this call to improve our service?", "owed")
AGREED, DECLINED = "recording.agreed", "recording.declined"
"""What the record says of the answer; the words themselves go on no record."""
_SHORT = 4
"""How many words a plain no has at most: "no, thank you" says nothing more."""


class Recording:
    """Puts the question of one call, and takes the answer."""

    def __init__(self, context: CallContext, deciding: Deciding, terms: Terms) -> None:
        self._context = context
        self._deciding = deciding
        self._asks = terms.asks_to_record

    @property
    def to_be_asked(self) -> bool:
        """Whether the caller was to be asked and has not answered yet."""
        return self._asks and self._context.facts.recording is None

    async def answered(self, words: str, of: int) -> None:
        """Take the words for the answer of the call's caller of that number: anything but a plain yes is none.

        Raises `JournalDown`, and `FactsError` where they are not there any more."""
        kind = AGREED if says_yes(words) else DECLINED
        learned = {"recording": kind.removeprefix("recording.")}
        await self._deciding.learn_surely("established", lambda _: learned, DraftEntry(kind), of=of)


def says_yes(words: str) -> bool:
    """Whether these words are a plain yes to it."""
    return _answer(words) == "yes"


def is_plain(words: str) -> bool:
    """Whether these words answer the question and say nothing more, so that no model needs to see them."""
    answer = _answer(words)
    return answer == "yes" or (answer == "no" and len(words.split()) <= _SHORT)


def _answer(words: str) -> Answer:
    return judge(words, Question("offer", echoes="record the call")) if words else "unclear"
