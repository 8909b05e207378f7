"""What of a model's answer is spoken: no tool syntax, no markup, and no claim that the record does not bear out.

Words go on as they come. Only a sentence that may become a claim is held until it is whole, and of others the last few
words, in which one could begin.
"""

import re
from collections.abc import Callable, Collection, Iterator

from interlock.agents.speech.claims import Claim, claims_in, may_claim
from interlock.agents.speech.unmarked import LEFT_OUT, Unmarked, without_markup

NOT_CONFIRMED = "I cannot confirm that yet."
"""Said at the end of an answer that asked for nothing and of which a claim was left out."""
WORDS_HELD = 8
"""How many of the latest words of a sentence are held back: a claim's verb is no further from its subject."""

_SENTENCE_END = re.compile(r"[.!?\u2026][\"'\u201d)\]]*(?=\s)|\n")
_ABBREVIATION = re.compile(r"\b(?:mr|mrs|ms|dr|st|no|nr|e\.g|i\.e|p\.m|a\.m)\.$", re.IGNORECASE)
_ASIDE = re.compile(
    r"\A\s*(?:thought|thoughts|action|action input|observation|tool|tool call|function|function call|arguments"
    r"|parameters|assistant to=\S*)\s*:.*\Z",
    re.IGNORECASE | re.DOTALL,
)
"""A line of a model's own notes."""


class Sayable:
    """One answer, piece by piece: `feed` returns what can be said by now, `end` the rest.

    `names` are the tools and events a model knows; `supports` says of a claim whether the record bears it out. What was
    left out for its claim is in `held_back`, by kind.
    """

    def __init__(self, names: Collection[str], supports: Callable[[Claim], bool]) -> None:
        self._unmarked = Unmarked(names)
        syntax = [re.escape(name) for name in names if "_" in name]
        self._syntax = re.compile(rf"(?<![\w@.])(?:{'|'.join(syntax)})(?![\w@])") if syntax else None
        leads = "|".join(("json", "tool", "call", "function", "arguments", *map(re.escape, names)))
        self._before_syntax = re.compile(rf"(?:\b(?:{leads})\b[:\s]*)*{LEFT_OUT}")
        self._supports = supports
        self._sentence = ""
        self._said = 0
        self.held_back: list[str] = []
        self.visible = ""
        self._spoke = False

    def feed(self, text: str) -> str:
        """What can be said now."""
        return self._taken(self._unmarked.feed(text), final=False)

    def end(self) -> str:
        """What is left to be said, once the answer is over."""
        return self._taken(self._unmarked.end(), final=True)

    def _taken(self, words: str, *, final: bool) -> str:
        self.visible += words.replace(LEFT_OUT, "")
        self._sentence += words
        said = "".join(self._released(final=final))
        if not self._spoke:
            said = said.lstrip()
        self._spoke = self._spoke or bool(said)
        return said

    def _released(self, *, final: bool) -> Iterator[str]:
        while (end := self._end_of_sentence()) is not None:
            yield self._judged(end)
        if final:
            yield self._judged(len(self._sentence))
        elif not may_claim(self._sentence) and LEFT_OUT not in self._sentence:
            yield self._without_the_last_words()

    def _end_of_sentence(self) -> int | None:
        for end in _SENTENCE_END.finditer(self._sentence):
            if not _ABBREVIATION.search(self._sentence[: end.end()]):
                return end.end()
        return None

    def _judged(self, end: int) -> str:
        """The rest of a sentence that is whole, or nothing."""
        whole, self._sentence = self._sentence[:end], self._sentence[end:]
        said, self._said = self._said, 0
        spoken = self._before_syntax.sub("", whole).replace(LEFT_OUT, "")
        if not said and (_ASIDE.match(spoken) or (self._syntax and self._syntax.search(spoken))):
            return ""
        untrue = [claim.kind for claim in claims_in(spoken) if not self._supports(claim)]
        if untrue:
            self.held_back += untrue
            return ""
        return without_markup(spoken[said:] if spoken == whole else spoken)

    def _without_the_last_words(self) -> str:
        words = list(re.finditer(r"\S+\s*", self._sentence))
        if len(words) <= WORDS_HELD:
            return ""
        upto = max(words[-WORDS_HELD].start(), self._said)
        released, self._said = self._sentence[self._said : upto], upto
        return without_markup(released)
