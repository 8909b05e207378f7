"""Whether words ask something, as their form shows where no question mark does."""

from collections.abc import Sequence

from interlock.agents.answers.phrases import words_of
from interlock.agents.answers.pieces import Piece, Sense
from interlock.agents.answers.tables.asking import AUXILIARIES, OPENERS, SUBJECTS

_OPENERS, _AUXILIARIES, _SUBJECTS = words_of(OPENERS), words_of(AUXILIARIES), words_of(SUBJECTS)
_BEFORE_A_CLAUSE = {Sense.ASSENT, Sense.WEAK, Sense.NO, Sense.BESIDE, Sense.CONTRAST, Sense.WAITING, Sense.HEDGE}
_NEVER_OPENING = {Sense.ASSENT, Sense.BESIDE, Sense.CHANGE, Sense.HEDGE, Sense.WAITING, Sense.WEAK}
_LOOSE = {Sense.UNKNOWN, Sense.ECHO, Sense.VALUE, Sense.SHORT, Sense.BESIDE, Sense.REFUSAL, Sense.NO, Sense.WEAK}
_CHECKING = {"right", "correct", "yeah", "yes", "okay", "no"}
_YOU = {"have", "said", "got", "mean", "are", "did"}


def asks(said: Sequence[Piece]) -> bool:
    """Asks to say it again, opens like a question after a yes or at its beginning, or ends in "isn't it", "right"."""
    return (
        any(piece.sense in (Sense.ASKING, Sense.TAG) for piece in said)
        or [piece.words for piece in said] in ([("sorry",)], [("i", "am", "sorry")])
        or any(_opens(said, at) for at in range(len(said)))
        or _so_that_is(said)
        or _ends_checking(said)
    )


def _opens(said: Sequence[Piece], at: int) -> bool:
    """ "is that", "did you", "how much", where a clause may begin."""
    if at and said[at - 1].sense not in _BEFORE_A_CLAUSE:
        return False
    piece = said[at]
    if piece.sense in _NEVER_OPENING or (piece.sense is Sense.REFUSAL and len(piece.words) > 1):
        return False
    first, *_ = piece.words
    following = _word_after(said, at)
    return first in _OPENERS or (first in _AUXILIARIES and following in _SUBJECTS)


def _word_after(said: Sequence[Piece], at: int) -> str | None:
    words = [word for piece in said[at : at + 2] for word in piece.words]
    return words[1] if len(words) > 1 else None


def _so_that_is(said: Sequence[Piece]) -> bool:
    """ "So that's right": who says so wants it said again."""
    return len(said) > 1 and said[0].words == ("so",) and said[1].words[0] in _SUBJECTS - {"i"}


def _ends_checking(said: Sequence[Piece]) -> bool:
    """ "It's on Tuesday, right", "you got that right, yeah"."""
    words = [word for piece in said for word in piece.words]
    if words and words[0] == "you" and len(words) > 1 and words[1] in _YOU:
        return said[0].sense not in (Sense.ASSENT, Sense.REFUSAL) or (len(said) > 1 and words[-1] in _CHECKING)
    content = [piece for piece in said[:-1] if piece.sense in (Sense.UNKNOWN, Sense.VALUE, Sense.SHORT, Sense.ECHO)]
    return bool(content) and said[-1].words[-1] in {"right", "correct"} and said[-1].sense in _LOOSE
