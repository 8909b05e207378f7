"""A caller's words cut into what can be read: words, figures and the signs between them."""

import re
import unicodedata
from collections.abc import Iterable

from interlock.guards.characters import without_unseen

BREATH = "|"
"""Between what was said in one breath and in the next: a number may go on over it, and may end at it."""
STOPS = frozenset(",.;:!?()/\\-") | {BREATH}
"""Signs that may stand inside a number, and end one."""
NUMBER_WORDS = frozenset({"double", "triple", "treble", "hundred", "thousand", "million"})

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[@+|_#*]|[,.;!?()/\\:\-]")


def plain(words: str) -> str:
    """In lower case and one writing: full-width figures, curly apostrophes and invisible letters are gone."""
    text = unicodedata.normalize("NFKC", without_unseen(words)).casefold()
    text = re.sub(r"[^\W_a-z]", lambda found: _figure(found[0]), text)
    return text.translate({0x2019: "'", 0x2018: "'", 0x2010: "-", 0x2011: "-", 0x2013: "-", 0x2014: "-"})


def _figure(letter: str) -> str:
    """A figure of any script as 0 to 9; letters as they are."""
    return str(unicodedata.decimal(letter)) if letter.isdecimal() else letter


def folded(word: str) -> str:
    """Without accents: "álvarez" is "alvarez"."""
    apart = unicodedata.normalize("NFKD", word.replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def tokens_of(words: str) -> list[str]:
    """The words, figures and signs of one utterance, in their order."""
    text = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", plain(words))
    return _TOKEN.findall(text)


def all_tokens(utterances: Iterable[str]) -> list[str]:
    """Those of several utterances, with a `BREATH` between two."""
    found: list[str] = []
    for words in utterances:
        found += [BREATH, *tokens_of(words)]
    return [*found, BREATH]
