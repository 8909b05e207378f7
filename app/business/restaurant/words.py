"""What callers call dishes and allergens, read the same way every time: never left to a model."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

CLOSE = 0.75
"""How alike a misheard name must be, as difflib counts."""
SAID_FOR: dict[str, str] = {
    "celery": "celery celeriac",
    "crustaceans": "crustacean crab lobster shrimp prawn shellfish",
    "eggs": "egg mayonnaise",
    "fish": "fish salmon tuna anchovy",
    "gluten": "gluten wheat coeliac celiac flour barley rye",
    "lupin": "lupin lupine",
    "milk": "milk dairy lactose cheese cream butter",
    "molluscs": "mollusc mussel oyster squid shellfish",
    "mustard": "mustard",
    "nuts": "nut cashew almond hazelnut walnut pistachio pecan macadamia",
    "peanuts": "peanut groundnut",
    "sesame": "sesame tahini",
    "soya": "soya soy soybean tofu",
    "sulphites": "sulphite sulfite wine",
}
"""The fourteen allergens that must be declared (Regulation (EU) 1169/2011, Annex II), and what callers say for them."""
_NONE = re.compile(r"\b(?:no|none|nope|nah|nobody|nothing|not|never|neither|zero|without|\w+n't)\b")
_ALLERGY = re.compile(
    r"\b(?:allerg\w*|intoleran\w*|coeliac|celiac|anaphyla\w*|(?:can ?not|can't|cant|must not|don't|do not) (?:have|eat)"
    r"|kills? (?:me|him|her|us|them)|react to)\b"
)
_NO_ALLERGY = re.compile(
    r"\b(?:no|without|any|zero|not have|nobody (?:is|has)|n't have)\b(?: \w+){0,2} (?:allerg|intoleran)\w*"
)
""" "No allergies", "nobody has an allergy", "we do not have any allergies"."""
_IDLE_WORDS = """
a about after all allergic allergy am an and any anybody anyone anything are as at but can cannot cant do does
doesnt dont eat eats else every everybody everyone everything far fine food for free good has have having he
here healthy i in intolerance intolerant is it its just know like me mine my nah neither never no nobody none
nope not nothing of oh okay ok on one or our people please put really say she so sorry thank thanks that the
them there these they think this to uh um us we well who with without you zero
"""


def allergens_in(said: str) -> tuple[str, ...] | None:
    """The allergens named, in the order of the list; empty when it is said that there are none; else None.

    Whoever names one has it, however it is put: "no nuts, please" and "not allergic to nuts" alike. Where something is
    named beside them that is on no list ("nuts and strawberries"), or in letters nobody here reads, it is None too:
    nobody here could answer for it.
    """
    if any(letter.isalpha() and not letter.isascii() for letter in unicodedata.normalize("NFKD", said)):
        return None
    parts = [set(_tokens(part)) for part in re.split(r"[,.;!?]|\b(?:and|or|but)\b", _plain(said))]
    found = tuple(name for name, spoken in _SPOKEN.items() if any(spoken & part for part in parts))
    if any(part - _IDLE and not any(spoken & part for spoken in _SPOKEN.values()) for part in parts):
        return None
    return found if found or _NONE.search(_plain(said)) else None


def allergens_heard(said: Iterable[str]) -> tuple[str, ...]:
    """The allergens a caller named as an allergy, however much else they said: "I am deadly allergic to nuts"."""
    sentences = [each for words in said for each in re.split(r"[.;!?]", _plain(words)) if _ALLERGY.search(each)]
    parts = [set(_tokens(each)) for each in sentences if not _NO_ALLERGY.search(each)]
    return tuple(name for name, spoken in _SPOKEN.items() if any(spoken & part for part in parts))


def says_there_are_none(said: Sequence[str], asked: str) -> bool:
    """Whether the caller says that there is no allergy: at any time in so many words, or by a no to being `asked`."""
    sentences = [each for words in said for each in re.split(r"[.;!?]", _plain(words)) if _ALLERGY.search(each)]
    if any(allergens_in(each) == () or _NO_ALLERGY.search(each) for each in sentences):
        return True
    last = said[-1] if said else ""
    return bool(_ALLERGY.search(_plain(asked)) and _NONE.search(_plain(last))) and not allergens_in(last)


def in_their_order(names: Iterable[str]) -> tuple[str, ...]:
    """Each of these allergens once, in the order of the list."""
    return tuple(name for name in _SPOKEN if name in set(names))


def one_meant(said: str, names: Collection[str]) -> str | None:
    """The one of these names that the words mean, in the plural, in part or nearly; None for none or several."""
    words = set(_tokens(said))
    exact = [name for name in names if set(_tokens(name)) <= words]
    part = [name for name in names if words and words <= set(_tokens(name))]
    if len(exact or part) == 1:
        return (exact or part)[0]
    near = get_close_matches(" ".join(_tokens(said)), {" ".join(_tokens(name)) for name in names}, 1, CLOSE)
    return next((name for name in names if near and " ".join(_tokens(name)) == near[0]), None)


def _tokens(said: str) -> list[str]:
    return [_stem(word) for word in re.findall(r"[a-z]+", _plain(said))]


def _stem(word: str) -> str:
    """Without its plural."""
    word = _plain(word)
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _plain(said: str) -> str:
    return unicodedata.normalize("NFKD", said).encode("ascii", "ignore").decode().lower()


_SPOKEN = {name: {_stem(word) for word in f"{name} {words}".split()} for name, words in SAID_FOR.items()}
_IDLE = frozenset(_stem(word) for word in _IDLE_WORDS.split()) | {
    "m",
    "s",
    "t",
    "ve",
    "re",
    "don",
    "can",
    "aren",
    "doesn",
}
