"""Card numbers, told from other numbers by their check digit, so that none is ever kept: callers say them whether asked
or not, in one breath or in several."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import AfterValidator

from interlock.guards.said_digits import Digits, said_digits

NOT_KEPT = "(a card number, not kept)"
FEWEST_DIGITS, MOST_DIGITS = 12, 19
"""ISO/IEC 7812: a card number has at most 19 digits; Maestro issued some of 12."""
WORDS_BETWEEN, OTHERS_BETWEEN = 8, 1
"""How many words may stand between two groups of one card, and how many of them that are not said of digits."""
_SAID_OF_DIGITS = frozenset(
    [
        "um",
        "uh",
        "er",
        "erm",
        "eh",
        "ah",
        "hm",
        "and",
        "then",
        "next",
        "now",
        "finally",
        "dash",
        "hyphen",
        "minus",
        "slash",
        "stroke",
        "space",
        "blank",
        "point",
        "dot",
        "comma",
        "the",
        "a",
        "is",
        "are",
        "it",
        "its",
        "s",
        "that",
        "this",
        "there",
        "they",
        "part",
        "parts",
        "number",
        "numbers",
        "digit",
        "digits",
        "group",
        "groups",
        "block",
        "blocks",
        "followed",
        "by",
        "first",
        "second",
        "third",
        "last",
        "other",
        "rest",
        "of",
        "comes",
        "come",
        "goes",
        "go",
        "on",
        "continues",
        "after",
        "ok",
        "okay",
        "yes",
        "so",
        "well",
        "let",
        "me",
        "see",
        "wait",
        "sorry",
        "again",
        "i",
        "said",
        "und",
        "dann",
        "strich",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "eight",
    ]
)
STRAY_DIGITS = 2
"""How many digits said one by one right before a card may belong to something else: "I have two: four one one one"."""
NEAR = 60
"""How many characters before and after a number say what it is."""
DOUBTFUL = re.compile(r"[3-6]\d{14,15}")
"""Numbers as long as the cards most people have, and beginning like them."""
_ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|(?:30[0-59]|36\d|3[89]\d)\d{11}(?:\d{2,5})?"  # Diners Club
    r"|(?:6011|64[4-9]\d|65\d\d|62\d\d|81\d\d|35\d\d|9792|220[0-4])\d{12}(?:\d{1,3})?"  # Discover, UnionPay, JCB, Troy, Mir
    r"|(?:50(?:18|20|38)|5893|6304|67(?:0[69]|59|61|62|63|71))\d{8}(?:\d{1,7})?"  # Maestro
    r"|(?:5[0678]|6[0-9])\d{14}(?:\d{1,3})?"  # Maestro, RuPay, Elo
)
"""How card numbers begin, and how long those that begin so are."""
_A_MOBILE = re.compile(r"49(?:15|16|17)\d{9}")
"""German mobile numbers, without their plus, are as long as the oldest Visa cards."""
_SOMETHING_ELSE = re.compile(
    r"\+|\b(?:orders?|phone|telephone|mobile|postcode|zip|accounts?|tickets?|invoices?|policy|policies|serials?|pin"
    r"|birthday|born|street|bookings?|references?|customer|quotes?|call|reach|fax|imei|iban|tracking|meter|model|contracts?)\b",
    re.IGNORECASE,
)
"""What begins another number."""
_SEVERAL = re.compile(
    r"\b(?:orders|tickets|invoices|accounts|policies|serials|references|bookings|quotes|numbers)\b", re.I
)
_SAYS_CARD = re.compile(
    r"\b(?:card|visa|master ?card|amex|american express|maestro|karte|kreditkarte)\b", re.IGNORECASE
)
_LEADS_ON = r"(?:[\s,.;:/&\-\u2013\u2014]|\b(?:and|with|the|its|my|is|it|it's|number|on|in|at|the end|back|date|of|um|uh|er|that|was)\b)*"
_NAMES_IT = (
    r"\b(?:cvc2?|cvv2?|cid|csc|security code|card code|code|pin|expir(?:y|es|ing|ation)|exp|valid (?:thru|through|until|till|to)"
    r"|good (?:thru|through))\b"
)
_BESIDE = re.compile(rf"{_LEADS_ON}(?P<named>{_NAMES_IT}{_LEADS_ON})?", re.IGNORECASE)
_MONTHS = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b", re.IGNORECASE
)

Span = tuple[int, int]


def without_card_numbers(words: str) -> str:
    """The words with every card number left out, however it was said, and with it the code and expiry right beside."""
    for begin, end in reversed(card_spans(words)):
        words = words[:begin] + NOT_KEPT + words[end:]
    return words


def without_cards_across(turns: Sequence[str]) -> list[str]:
    """What a caller said in several turns, with every card number left out, also one that is said across them."""
    spans, left, at = card_spans("\n".join(turns)), [], 0
    for words in turns:
        kept = words
        for begin, end in reversed(spans):
            first, last = max(begin - at, 0), min(end - at, len(words))
            if first < last:
                kept = kept[:first] + NOT_KEPT + kept[last:]
        left.append(kept)
        at += len(words) + 1
    return left


def no_card_number(words: str) -> str:
    """The words as they are. Raises `ValueError`, which does not repeat them, when a card number is in them."""
    if card_spans(words):
        raise ValueError("a card number is never kept")
    return words


Words = Annotated[str, AfterValidator(no_card_number)]
"""What a caller said: a value with a card number in it is refused before anything is recorded."""


def card_spans(words: str) -> list[Span]:
    """Where card numbers stand in the words, each with the code and expiry right beside it."""
    found: list[Span] = []
    for misheard in (False, True):
        digits = said_digits(words, misheard=misheard)
        for run in _runs(words, digits):
            found += _cards_in(words, run)
    marked = [its.span() for its in re.finditer(re.escape(NOT_KEPT), words)]
    digits = said_digits(words, misheard=False)
    spans = [(begin, _past_what_is_beside(words, end, digits)) for begin, end in (*found, *marked)]
    return _merged([span for span in spans if span not in marked])


def _runs(words: str, digits: Sequence[Digits]) -> Iterator[list[Digits]]:
    """Digits with little enough between them to be one number."""
    run: list[Digits] = []
    for each in digits:
        if run and not _goes_on(words[run[-1].end : each.begin]):
            yield run
            run = []
        run.append(each)
    if run:
        yield run


def _goes_on(between: str) -> bool:
    if NOT_KEPT in between or _SOMETHING_ELSE.search(between):
        return False
    words = re.findall(r"[^\W\d_]+", between.lower())
    others = sum(word not in _SAID_OF_DIGITS for word in words)
    return len(between) <= 80 and len(words) <= WORDS_BETWEEN and others <= OTHERS_BETWEEN


def _cards_in(words: str, run: list[Digits]) -> Iterator[Span]:
    if _sounds_like_one(words, run):
        yield run[0].begin, run[-1].end
        return
    first = 0
    while first < len(run):
        last = _card_from(words, run, first)
        if last is None:
            first += 1
        else:
            yield run[first].begin, run[last].end
            first = last + 1


def _card_from(words: str, run: list[Digits], first: int) -> int | None:
    """Where the longest card ends that begins with these digits."""
    if not _may_begin(words, run, first):
        return None
    number, found = "", None
    for at in range(first, len(run)):
        number += run[at].written
        if len(number) > MOST_DIGITS:
            break
        if is_card(number) and not _are_several(words, run[first : at + 1]):
            found = at
    return found


def _sounds_like_one(words: str, run: list[Digits]) -> bool:
    """As long as a card, said in words or as letters, and called nothing else: where a digit may be misheard, the check
    digit tells nothing."""
    number = "".join(each.written for each in run)
    if not DOUBTFUL.fullmatch(number) or not any(each.as_heard for each in run):
        return False
    near = words[max(run[0].begin - NEAR, 0) : run[-1].end + NEAR]
    return _SOMETHING_ELSE.search(near) is None


def _may_begin(words: str, run: list[Digits], first: int) -> bool:
    its = run[first]
    if words[: its.begin].rstrip(" (").endswith("+"):
        return False
    if first <= STRAY_DIGITS or len(its.written) > 1:
        return True
    return re.search(r"[^\W\d_]{2}|[,.;:\n]", words[run[first - 1].end : its.begin]) is not None


def _are_several(words: str, run: list[Digits]) -> bool:
    """Two or three long numbers that the caller called by a name of their own, and not parts of one."""
    if len(run) not in (2, 3) or any(len(each.written) < 6 or each.as_heard for each in run):
        return False
    before = words[max(run[0].begin - NEAR, 0) : run[0].begin]
    return _SEVERAL.search(before) is not None and _SAYS_CARD.search(words) is None


def is_card(number: str) -> bool:
    """Whether these digits are a card number by how they begin, how many they are, and their check digit (Luhn)."""
    if not FEWEST_DIGITS <= len(number) <= MOST_DIGITS or not _ISSUED.fullmatch(number) or _A_MOBILE.fullmatch(number):
        return False
    doubled = (int(each) * 2 for each in number[-2::-2])
    return (sum(int(each) for each in number[-1::-2]) + sum(each // 10 + each % 10 for each in doubled)) % 10 == 0


def _past_what_is_beside(words: str, end: int, digits: Sequence[Digits]) -> int:
    """Past the code and the expiry that were said right after a card."""
    while True:
        beside = _BESIDE.match(words, end)
        assert beside is not None, "it matches nothing, too"
        at = beside.end()
        if month := _MONTHS.match(words, at):
            at = month.end()
        after = [each for each in digits if each.begin >= at]
        taken = _code_at(words, at, after, named=beside["named"] is not None or month is not None)
        if taken is None:
            return end
        end = taken


def _code_at(words: str, at: int, digits: Sequence[Digits], *, named: bool) -> int | None:
    """The end of the few digits that begin there: a code of three or four, an expiry of month and year."""
    number, end, limit = "", at, 8 if named else 6
    for each in digits:
        between = words[end : each.begin]
        if re.fullmatch(r"[\s/.,\-\u2013]*(?:slash|of|dash)?[\s/.,\-\u2013]*", between) is None:
            break
        if len(number + each.written) > limit:
            break
        number, end = number + each.written, each.end
    if len(number) in (3, 4) or (number and named) or (len(number) == 6 and re.search(r"\d/\d", words[at:end])):
        return end
    return None


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return merged
