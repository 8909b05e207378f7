"""A caller's words cut into pieces that each say one thing."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache

from interlock.agents.answers.phrases import Phrases, Words, merged, words_of
from interlock.agents.answers.question import Kind, Question
from interlock.agents.answers.tables import asking, assent, attention, change, fillers, hedge, refusal
from interlock.agents.answers.tables import languages as other_languages
from interlock.agents.answers.words import figure, plain


class Sense(Enum):
    """What a piece says."""

    ASSENT = auto()
    WEAK = auto()  # okay, right: heard, and perhaps more
    SHORT = auto()  # it is, I do: a yes where nothing comes after it
    NO = auto()  # a bare one
    REFUSAL = auto()
    HEDGE = auto()
    WAITING = auto()
    CONTRAST = auto()
    CHANGE = auto()
    WANT = auto()  # I would like to, could you: for what comes after it
    ASKING = auto()
    TAG = auto()  # isn't it
    BESIDE = auto()  # please, thank you, well
    ECHO = auto()  # of the question's own words
    VALUE = auto()  # a number, a day, a letter, which nobody asked about
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words in a row and what they say."""

    sense: Sense
    words: Words


def pieces(words: Words, question: Question) -> list[Piece]:
    """The words from left to right, each in one piece: the longest phrase that begins there."""
    return list(_pieces(words, _phrases(question.kind, question.languages), _echoes(question.echoes)))


def _pieces(words: Words, phrases: Phrases[Sense], echoes: frozenset[str]) -> Iterator[Piece]:
    start = 0
    while start < len(words):
        sense, size = phrases.at(words, start) or (_alone(words[start], echoes), 1)
        yield Piece(sense, words[start : start + size])
        start += size


def _alone(word: str, echoes: frozenset[str]) -> Sense:
    if figure(word) in echoes:
        return Sense.ECHO
    return Sense.VALUE if word in _VALUES or word.isdigit() or (len(word) == 1 and word not in "ai") else Sense.UNKNOWN


_VALUES = words_of(change.VALUES)
_OF_ECHOES = words_of("the a an my your for at on of to in oclock")


@cache
def _echoes(said: str) -> frozenset[str]:
    words = {figure(word) for word in plain(said).words}
    return frozenset(words | _OF_ECHOES) if words else frozenset()


_EVERY_KIND = (
    (Sense.BESIDE, fillers.CONNECTING),
    (Sense.BESIDE, fillers.POLITE),
    (Sense.BESIDE, hedge.NEITHER),
    (Sense.WANT, change.WANTS),
    (Sense.CHANGE, change.WISHES),
    (Sense.CONTRAST, change.CONTRASTS),
    (Sense.ASKING, asking.TO_KNOW),
    (Sense.ASKING, asking.AGAIN),
    (Sense.TAG, asking.TAGS),
    (Sense.WAITING, hedge.WAITING),
    (Sense.WEAK, attention.HEARD),
    (Sense.HEDGE, attention.UNDERSTOOD),
    (Sense.NO, refusal.BARE),
    (Sense.ASSENT, assent.FIRM),
)

_TO_BE_AGREED = (
    (Sense.REFUSAL, refusal.NEGATIONS),
    (Sense.REFUSAL, refusal.FIRM),
    (Sense.HEDGE, hedge.UNCERTAIN),
    (Sense.HEDGE, hedge.CONDITIONS),
    (Sense.ASSENT, assent.PRAISE),
    (Sense.ASSENT, assent.STATEMENTS),
    (Sense.ASSENT, assent.GO_AHEAD),
)
_TO_BE_DENIED = (
    (Sense.HEDGE, refusal.NEGATIONS),
    (Sense.HEDGE, refusal.FIRM),
    (Sense.HEDGE, hedge.UNCERTAIN),
    (Sense.HEDGE, hedge.CONDITIONS),
)
"""Where a no is acted on, a "not" that is not one of its own plain phrases keeps something back."""

_OF_A_KIND: dict[Kind, tuple[tuple[Sense, str], ...]] = {
    "offer": (
        *_TO_BE_AGREED,
        (Sense.ASSENT, assent.GO_ON),
        (Sense.ASSENT, assent.WANTING),
        (Sense.SHORT, assent.I_WOULD),
        (Sense.SHORT, "(i|we) want"),
        (Sense.HEDGE, hedge.SARCASM),
        (Sense.BESIDE, assent.IS_GOOD),
        (Sense.REFUSAL, refusal.LEAVE_IT),
        (Sense.REFUSAL, refusal.WRONG),
        (Sense.ASSENT, attention.TAKEN),
        (Sense.ASSENT, assent.ITS_ACT),
        (Sense.WEAK, "please"),
    ),
    "check": (
        *_TO_BE_AGREED,
        (Sense.BESIDE, assent.GO_ON),
        (Sense.ASSENT, assent.WANTING),
        (Sense.ASSENT, assent.RIGHT),
        (Sense.SHORT, assent.IT_IS),
        (Sense.REFUSAL, refusal.WRONG),
        (Sense.BESIDE, assent.IS_GOOD),
        (Sense.BESIDE, assent.A_PART),
    ),
    "removal": (
        *_TO_BE_AGREED,
        (Sense.ASSENT, assent.GO_ON),
        (Sense.REFUSAL, assent.WANTING),
        (Sense.ASSENT, assent.DO_REMOVE),
        (Sense.SHORT, assent.I_WOULD),
        (Sense.REFUSAL, refusal.KEEP),
        (Sense.ASSENT, attention.TAKEN),
    ),
    "danger": (
        *_TO_BE_DENIED,
        (Sense.ASSENT, assent.SMELLS),
        (Sense.SHORT, assent.THERE_IS),
        (Sense.REFUSAL, refusal.NO_DANGER),
        (Sense.HEDGE, hedge.SOFT_NO),
        (Sense.HEDGE, hedge.HERE_AND_NOW),
    ),
    "more": (
        *_TO_BE_DENIED,
        (Sense.BESIDE, assent.PRAISE),
        (Sense.BESIDE, refusal.FOR_NOW),
        (Sense.ASSENT, assent.SOMETHING_ELSE),
        (Sense.SHORT, assent.THERE_IS),
        (Sense.REFUSAL, refusal.THAT_IS_ALL),
    ),
    "fact": (
        *_TO_BE_DENIED,
        (Sense.ASSENT, assent.I_HAVE),
        (Sense.SHORT, assent.I_WOULD),
        (Sense.REFUSAL, refusal.NOT_DONE),
    ),
}
"""What else, or otherwise, a phrase says to one kind of question; the later table counts."""


def prepare() -> None:
    """Write the tables out, a process's first answers else wait for them: some 60 ms a kind of question."""
    for kind in _OF_A_KIND:
        _phrases(kind, frozenset())


@cache
def _phrases(kind: Kind, others: frozenset[str]) -> Phrases[Sense]:
    chosen = sorted(others)
    foreign = (
        (Sense.ASSENT, merged(other_languages.YES, chosen)),
        (Sense.NO, merged(other_languages.NO, chosen)),
    )
    return Phrases((*_EVERY_KIND, *_OF_A_KIND[kind], *foreign))
