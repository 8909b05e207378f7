"""Whether a name was said: as it is written, spelled letter by letter, or nearly as a recogniser wrote it."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from interlock.agents.evidence.tokens import BREATH, STOPS, folded, plain

ALIKE = 0.7
"""How alike a name and the word a recogniser wrote for it must be, as difflib counts: Kowalski and Kovalski are."""
ALIKE_BUT_FIRST = 0.85
"""The same where they begin differently: Catherine and Katherine."""
TITLES = frozenset(["mr", "mrs", "ms", "miss", "mx", "dr", "doctor", "prof", "professor", "sir", "madam"])
ALPHABET = {
    "alpha": "a", "alfa": "a", "bravo": "b", "charlie": "c", "delta": "d", "echo": "e", "foxtrot": "f", "golf": "g",
    "hotel": "h", "india": "i", "juliet": "j", "juliett": "j", "kilo": "k", "lima": "l", "mike": "m", "november": "n",
    "oscar": "o", "papa": "p", "quebec": "q", "romeo": "r", "sierra": "s", "tango": "t", "uniform": "u",
    "victor": "v", "whiskey": "w", "whisky": "w", "xray": "x", "yankee": "y", "zulu": "z",
}  # fmt: skip
"""The spelling alphabet of the ICAO."""
SPELLED = {
    "ay": "a", "bee": "b", "cee": "c", "see": "c", "sea": "c", "dee": "d", "ee": "e", "ef": "f", "eff": "f", "gee": "g",
    "aitch": "h", "haitch": "h", "jay": "j", "kay": "k", "el": "l", "ell": "l", "em": "m", "en": "n", "oh": "o",
    "pee": "p", "queue": "q", "cue": "q", "ar": "r", "are": "r", "es": "s", "ess": "s", "tee": "t", "tea": "t",
    "you": "u", "vee": "v", "ex": "x", "why": "y", "zed": "z", "zee": "z",
}  # fmt: skip
"""How recognisers write letters."""


def said_name(name: str, tokens: Sequence[str]) -> bool:
    """Whether every part of a name was said; a title and the initial of a name that was said need not be."""
    parts = [part for part in re.findall(r"[^\W\d_]+", folded(plain(name))) if part not in TITLES]
    words = [folded(token).replace("'", "") for token in tokens]
    if any(word.isalpha() and not word.isascii() for word in words):
        return True  # another script: how a model writes such a name in ours, nobody here can tell
    spelled = "".join(_spellings(tokens))
    together = "".join(word for word in words if word.isalpha())
    if not parts:
        return False
    return all(_said(part, words, spelled) for part in parts) or _joined(parts, spelled, together)


def _said(part: str, words: Sequence[str], spelled: str) -> bool:
    if len(part) == 1:
        return any(word.startswith(part) for word in words if word.isalpha())
    if part in words or f"{part}s" in words or part in spelled:
        return True
    near = (word for word in words if word.isalpha() and len(word) > 2)
    return any(_alike(part, word) for word in near) or _in_pieces(part, words)


def _alike(part: str, word: str) -> bool:
    """Another first letter is a bigger difference than one inside."""
    least = ALIKE if part[0] == word[0] else ALIKE_BUT_FIRST
    return SequenceMatcher(None, part, word).ratio() >= least


def _joined(parts: Sequence[str], spelled: str, together: str) -> bool:
    """A name of several parts that was spelled or written in one: "O'Brien", "van der Berg"."""
    whole = "".join(parts)
    return len(whole) > 3 and (whole in spelled or whole in together)


def _in_pieces(part: str, words: Sequence[str]) -> bool:
    """Whether two words in a row make it: "mac donald"."""
    pairs = pairwise(words)
    return len(part) > 4 and any(part == first + second for first, second in pairs)


def _spellings(tokens: Sequence[str]) -> Iterator[str]:
    """Letters said one by one, runs of them apart: "K, O, double U", "n as in november", "kilo oscar"."""
    at = 0
    while at < len(tokens):
        end, letters = letters_at(tokens, at)
        if letters:
            yield letters
            at = end
        elif tokens[at] in STOPS or tokens[at] == BREATH:
            at += 1
        else:
            yield " "
            at += 1


def letters_at(tokens: Sequence[str], at: int) -> tuple[int, str]:
    """The letter, or the double one, that is said at this token; nothing where none is."""
    token = tokens[at]
    times = {"double": 2, "triple": 3}.get(token)
    if times and at + 1 < len(tokens):
        end, letter = letters_at(tokens, at + 1)
        if token == "double" and letter == "u":  # also a way to say w, which its own word decides
            return end, letter * 2
        return (end, letter * times) if len(letter) == 1 else (at + 1, "")
    letter = token if len(token) == 1 and token.isalpha() else ALPHABET.get(token) or SPELLED.get(token, "")
    if not letter:
        return at + 1, ""
    following = tuple(tokens[at + 1 : at + 4])
    if following[:2] in (("as", "in"), ("like", "in")) and len(following) == 3:
        return at + 4, letter
    if following[:1] == ("for",) and len(following) > 1 and folded(following[1]).startswith(letter):
        return at + 3, letter
    return at + 1, folded(letter)
