"""Sentences that claim an effect: "I have refunded it", "you are being transferred", "that's cancelled".

What is asked, offered, promised, denied, set under a condition or told of a past date is no claim.
"""

import re
from dataclasses import dataclass

from interlock.agents.speech.kinds_of_effect import ANYTHING, KINDS, Kind

_SOON = (
    r"(?:(?:just|now|already|also|successfully|gladly|happily|immediately|right away|gone ahead and|went ahead and"
    r"|been able to|managed to|duly|therefore|then|both|fully|all)\s+){0,3}"
)
_WE = r"\b(?:i|we|i personally|our (?:system|team|billing|colleague|department)|my colleague|the system)"
_HAVE = r"(?:'ve|'s| have| has|)\s+"
_IT = (
    r"(?:it|that|this|everything|both|all of (?:it|that)|(?:your|the|a|an|our)(?: [\w-]+){1,5}?|they|those"
    r"|[\d.,]+(?: \w+)?)"
)
_NOW = r"(?:now |just |already |also |all |both |hereby |successfully )*"
_BEEN = rf"(?:'s|'re|'ve| has| have| is| are|) {_NOW}(?:been )?"
_SURE = r"^(?:(?:done|great|okay|ok|all right|perfect|sure|right|yes|certainly|good news)[,.!:]? )?"
_ITS_END = r"(?=[.!,]|$| for| at| to| and| on| now)"
_MADE = (
    r"(?:placed|processed|created|opened|made|issued|completed|confirmed|raised|logged|initiated|started|approved|arranged"
    r"|put in|put through|submitted|taken)"
)
_GOING = r"(?:on its way|on the way|gone through|went through|through)"
_WITHOUT_ACT = re.compile(
    r"n't\b|(?<![-\w])(?:not|never|no|nothing|nobody|unable|cannot|without|fail\w*)(?![-\w])", re.IGNORECASE
)
_OPEN = re.compile(
    r"\b(?:once|when|whenever|if|unless|until|till|before|after|as soon as|whether|in case|would|could|should|might"
    r"|may i|shall|can|will|going to|want(?:s|ed)?|like to|need|must|let me|to be|please|says?|said|try|make sure|how"
    r"|usually|normally|always|sometimes|every|each|only)\b|'ll\b|'d\b",
    re.IGNORECASE,
)
"""What sets the rest of a clause under a condition, into the future or in somebody else's mouth."""
_MONTH = "january|february|march|april|may|june|july|august|september|october|november|december"
_PAST = re.compile(
    r"\b(?:yesterday|(?:days?|weeks?|months?|years?|hours?) ago|earlier|previously|back then|before"
    r"|last (?:week|month|year|time|night|\w+day|spring|summer|autumn|winter)"
    rf"|(?:in|since|back in) (?:{_MONTH}|\d{{4}})"
    r"|on the \d+\w*|on \w+ (?:the )?\d+\w*|on \d+|on \w+day)\b",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"\b(?:fully|completely|double|pre-?)[ -]?booked\b|\bbooked (?:out|up|solid|until|by)\b", re.IGNORECASE
)
_AFTER_THAT = re.compile(r"\s*(?:by|within|every|each|only|automatically|usually|once|when|if|until)\b", re.IGNORECASE)
_CLAUSES = re.compile(r";|: |, (?:so|and|but) | but ")
_RELATIVE = re.compile(
    r"\b(?:the|a|an|your|our|that|any|some|all) (?:[\w-]+ ){0,2}[\w-]+ (?:that |which )?\Z", re.IGNORECASE
)
"""What a clause about a thing follows: "the letter we sent you"."""
_PERFECT = re.compile(r"(?:'ve|'s|\bhave|\bhas|'m|\bam|'re|\bare|\bis)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """One kind of effect that was done, or is being done: by us in this call, or as something that is known."""

    kind: str
    done: bool
    by_us: bool = True


@dataclass(frozen=True, slots=True)
class _Shape:
    """One way to claim something."""

    claim: Claim
    words: "re.Pattern[str]"


def claims_in(sentence: str) -> list[Claim]:
    """The effects that a sentence claims, each once."""
    words = sentence.replace("\u2019", "'").strip()
    found = (
        shape.claim
        for shape in _SHAPES
        for its in shape.words.finditer(words)
        if _is_claim(words, its, by_us=shape.claim.by_us)
    )
    return list(dict.fromkeys(found))


def may_claim(words: str) -> bool:
    """Whether a sentence that begins so has a word in it that claims are made of."""
    return _ANY_WORD.search(words.replace("\u2019", "'")) is not None


def _is_claim(words: str, its: "re.Match[str]", *, by_us: bool) -> bool:
    clause = words[_clause_before(words, its.start()) : its.end()]
    if _WITHOUT_ACT.search(clause) or _OPEN.search(clause) or _FULL.search(words):
        return False
    if not by_us and (words.endswith("?") or _AFTER_THAT.match(words, its.end()) or _PAST.search(words)):
        return False
    if _PERFECT.search(its[0]) is None and _RELATIVE.search(words[: its.start()]):
        return False
    return _PERFECT.search(its[0]) is not None or _PAST.search(words) is None


def _clause_before(words: str, at: int) -> int:
    """Where the clause begins; what a condition before a comma leads to is under it as well."""
    return max((its.start() for its in _CLAUSES.finditer(words, 0, at)), default=0)


def _shapes_of(kind: Kind) -> list[_Shape]:
    it = r"\b(?:you|your call|the call)" if kind.of_callers else rf"\b(?:{_IT}|you)"
    by_us = [
        rf"{_WE}{_HAVE}{_SOON}(?:{kind.done})\b",
        rf"(?:\band |, ){_SOON}(?:{kind.done})\b(?= (?:it|that|your|the|you|them|everything)\b)",
        rf"{_SURE}(?:{kind.done})\b{_ITS_END}",
    ]
    told = [rf"{it}{_BEEN}(?:{kind.done})\b", rf"{it} (?:was|were) {_SOON}(?:{kind.done})\b"]
    if kind.things:
        its = rf"(?:your|the|a|an) (?:[\w-]+ )?(?:{kind.things})(?: for [\w ]+?)?"
        by_us.append(rf"{_WE}{_HAVE}{_SOON}{_MADE} (?:[\w-]+ ){{0,3}}(?:{kind.things})\b")
        told.append(rf"\b{its}(?:{_BEEN}| )(?:{_MADE}|{_GOING})\b")
    doing = (
        rf"{_WE}(?:'m|'re| am| are| is)? {_SOON}(?:{kind.doing})\b",
        rf"{_SURE}{_SOON}(?:{kind.doing})\b(?: (?:you|it|that|your|the)\b|{_ITS_END})",
        rf"{it}(?:'s|'re| is| are) {_SOON}being (?:{kind.done})\b",
    )
    return [
        *(_Shape(Claim(kind.name, True), _reader(words)) for words in by_us),
        *(_Shape(Claim(kind.name, True, by_us=False), _reader(words)) for words in told),
        *(_Shape(Claim(kind.name, False), _reader(words)) for words in doing),
    ]


def _reader(words: str) -> "re.Pattern[str]":
    return re.compile(words, re.IGNORECASE)


_ALL_DONE = (
    rf"{_SURE}(?:(?:it|that|this|everything)(?:'s| is| has been)? {_NOW}(?:done|taken care of|sorted|settled|set"
    r"|gone through)|(?:you're|you are) all set|all (?:done|set|sorted)|consider it done|done)(?=[.!,]|$| for you| now)"
)
_SHAPES = [*(shape for kind in KINDS for shape in _shapes_of(kind)), _Shape(Claim(ANYTHING, True), _reader(_ALL_DONE))]
_VERBS = "|".join(f"{kind.done}|{kind.doing}" for kind in KINDS)
_ANY_WORD = _reader(
    rf"\b(?:{_VERBS}|{_MADE}|{_GOING}|put|putting|passed|passing|handed|handing|making|paid|paying|placing|opening"
    r"|creating|raising|logging|taking|set|done|issuing|returned|processing|way|sorted)\b"
)
