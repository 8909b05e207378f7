"""A caller's words in the one plain form that phrases are compared in, however a recogniser wrote them."""

import re
import unicodedata
from dataclasses import dataclass

from interlock.agents.answers.tables.fillers import HESITATIONS, INTERJECTIONS
from interlock.agents.answers.tables.writing import ENDINGS, NUMBERS, ONLY_HYPHENED, SOUNDS, SPELLINGS

LONGEST_WORDS = 60
"""What has more of them is a story and no answer; `LONGEST` is the same in characters, for what is never cut up."""
LONGEST = 2_000

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SOUND = {
    writing: sound
    for sound, all_of_it in SOUNDS.items()
    for hyphened in all_of_it.split()
    for writing in ([hyphened] if hyphened in ONLY_HYPHENED else [hyphened, hyphened.replace("-", " ")])
}
_SOUNDS = re.compile(r"\b(?:" + "|".join(sorted(_SOUND, key=lambda its: -len(its))) + r")\b")
_FIGURES = {word: str(figure) for figure, word in enumerate(NUMBERS.split())}
_SILENT = frozenset((HESITATIONS + INTERJECTIONS).split())
_LONGEST_REPEAT = 3


@dataclass(frozen=True, slots=True)
class Plain:
    """Words without fillers and repeats; `marked` says that there was a question mark."""

    words: tuple[str, ...]
    marked: bool


def plain(said: str) -> Plain:
    """The plain form; case, punctuation (but the question mark) and doubled words make no difference to it."""
    text = _straight(said)
    text = _SOUNDS.sub(lambda found: _SOUND[found[0]], text)
    every = [word for token in _WORD.findall(text) for word in spelled(token).split()]
    thought = [word for word in every if word not in _SILENT]
    return Plain(tuple(_once(thought)), "?" in text)


def spelled(token: str) -> str:
    """A token as the word or words it stands for: "that's" is "that is"."""
    if token in SPELLINGS:
        return SPELLINGS[token]
    for ending, words in ENDINGS.items():
        if token.endswith(ending) and token != ending:
            return token.removesuffix(ending) + words
    return token.replace("'", "")


def figure(word: str) -> str:
    """A small number word as its figures, any other word as it is: "ten" and "10" are the same value."""
    return _FIGURES.get(word, word)


def _straight(said: str) -> str:
    text = unicodedata.normalize("NFKC", said).lower()
    return re.sub("[\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}`]", "'", text)


def _once(words: list[str]) -> list[str]:
    """Without what is said twice in a row, up to three words long: "that is that is right"."""
    kept: list[str] = []
    for word in words:
        kept.append(word)
        for size in range(1, _LONGEST_REPEAT + 1):
            if len(kept) >= 2 * size and kept[-size:] == kept[-2 * size : -size]:
                del kept[-size:]
                break
    return kept
