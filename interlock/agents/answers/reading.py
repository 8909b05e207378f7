"""The reader of words: what they answer, by tables and a few rules, with no model.

A yes is plain when every piece of what was said is an assent or says nothing new. Whatever is not known may be a doubt
or a correction, and then one more question is the smaller harm.
"""

from collections.abc import Sequence
from dataclasses import replace

from interlock.agents.answers.asking import asks
from interlock.agents.answers.phrases import expanded, words_of
from interlock.agents.answers.pieces import Piece, Sense, pieces
from interlock.agents.answers.question import ACTED_ON, Answer, Kind, Question
from interlock.agents.answers.tables import attention
from interlock.agents.answers.words import LONGEST, LONGEST_WORDS, Plain, plain

Said = Sequence[Piece]
Senses = set[Sense]


def judge(said: str, question: Question) -> Answer:
    """What the caller's words answer. Pure, and of the words alone: the same words, the same answer.

    `said` is everything final since the question, pieces joined by a blank. What something is done on (a yes to an
    offer, a no to "Do you smell gas?") is one only in plain words.
    """
    words = plain(said[:LONGEST])
    if len(said) > LONGEST or len(words.words) > LONGEST_WORDS:
        return "unclear"
    found = _resolved(pieces(words.words, question), question.kind)
    answer = _read(words, found, question.kind)
    return answer if question.told else _before_its_end(answer, found, question.kind)


def _read(words: Plain, found: Said, kind: Kind) -> Answer:
    if (words.marked and not _requests(found)) or asks(found):
        return "question"
    return _stated(found, kind) if kind in ("danger", "more", "fact") else _agreed(found, kind)


def _agreed(found: Said, kind: Kind) -> Answer:
    """To what is done on a yes."""
    its = {piece.sense for piece in found}
    if turned := _turned(found, its, kind):
        return turned
    if its & {Sense.HEDGE, Sense.WAITING, Sense.UNKNOWN} or _unfinished(found):
        return "unclear"
    return "yes" if Sense.ASSENT in its else "unclear"


def _turned(found: Said, its: Senses, kind: Kind) -> Answer | None:
    """A no or a correction, however it is said; unclear where a bare no stands beside a yes."""
    if Sense.CONTRAST in its:
        return _contrasted(found)
    if its & {Sense.CHANGE, Sense.VALUE} and not (Sense.HEDGE in its and Sense.CHANGE not in its):
        return "correction"
    if Sense.REFUSAL in its:
        return "correction" if _not_this_but_that(found, kind) else "no"
    if Sense.NO in its:
        return _bare_no(found, its, kind)
    return None


def _contrasted(found: Said) -> Answer:
    at = [piece.sense for piece in found].index(Sense.CONTRAST)
    after = {piece.sense for piece in found[at + 1 :]}
    if not after - {Sense.BESIDE}:
        return "unclear"
    return "no" if after <= {Sense.NO, Sense.REFUSAL, Sense.BESIDE} else "correction"


def _not_this_but_that(found: Said, kind: Kind) -> bool:
    """ "Not Anna, Hannah": a value denied and another given."""
    content = [piece for piece in found if piece.sense in (Sense.UNKNOWN, Sense.ECHO)]
    return kind == "check" and len(content) > 1 and any(piece.words == ("not",) for piece in found)


def _bare_no(found: Said, its: Senses, kind: Kind) -> Answer:
    said_yes = [piece.words for piece in found if piece.sense is Sense.ASSENT]
    if any(words[0] not in ("okay", "all") for words in said_yes):
        return "unclear"
    return "correction" if kind == "check" and its & {Sense.UNKNOWN, Sense.ECHO} else "no"


def _stated(found: Said, kind: Kind) -> Answer:
    """To a question about what is so; whoever clears something by a no says that and nothing else."""
    its = {piece.sense for piece in found}
    denied, affirmed = bool(its & {Sense.NO, Sense.REFUSAL}), Sense.ASSENT in its
    beside = {Sense.BESIDE, Sense.ECHO} | ({Sense.WEAK} if kind == "more" else set())
    if denied and its <= {Sense.NO, Sense.REFUSAL, *beside} and not _unfinished(found):
        return "no"
    if kind == "more" and its & {Sense.CHANGE, Sense.VALUE, Sense.CONTRAST} - ({Sense.VALUE} if affirmed else set()):
        return "correction"
    if denied or its & {Sense.HEDGE, Sense.WAITING, Sense.CONTRAST} or not affirmed:
        return "unclear"
    return "unclear" if kind == "fact" and not its <= {Sense.ASSENT, *beside} else "yes"


def _before_its_end(answer: Answer, found: Said, kind: Kind) -> Answer:
    """What nobody heard to its end is not answered; but an objection is one at any time."""
    if all(_listens(piece) for piece in found):
        return "attention"
    return "unclear" if answer in ACTED_ON[kind] else answer


def _listens(piece: Piece) -> bool:
    return piece.sense is Sense.BESIDE or piece.words in _LISTENING


def _requests(found: Said) -> bool:
    """ "Could you do that, please?" is no question about anything."""
    asked = [piece for piece in found if piece.sense not in (Sense.BESIDE, Sense.ECHO)]
    agreeing = all(piece.sense in (Sense.ASSENT, Sense.WEAK) for piece in asked)
    return agreeing and any({"can", "could", "would", "will"} & set(piece.words[:2]) for piece in asked)


def _unfinished(found: Said) -> bool:
    return bool(found) and found[-1].sense is not Sense.ASSENT and found[-1].words[-1] in _LEADING_ON


def _resolved(found: Said, kind: Kind) -> list[Piece]:
    """What a piece says that says it by what comes after it."""
    return [replace(piece, sense=_sense(piece, found[at + 1 :], kind)) for at, piece in enumerate(found)]


def _sense(piece: Piece, rest: Said, kind: Kind) -> Sense:
    if piece.sense is Sense.SHORT:
        return _short(rest[0].sense if rest else None, kind)
    return _wanted(piece, rest, kind) if piece.sense is Sense.WANT else piece.sense


def _short(after: Sense | None, kind: Kind) -> Sense:
    """ "It is" and "I do" are a yes before nothing or another piece of a yes; before a value they give the value."""
    if after in (None, Sense.BESIDE, Sense.ASSENT, Sense.WEAK, Sense.SHORT, Sense.TAG):
        return Sense.ASSENT
    if after is Sense.ECHO:
        return Sense.BESIDE
    return Sense.CHANGE if kind == "check" and after in (Sense.UNKNOWN, Sense.VALUE) else Sense.UNKNOWN


def _wanted(piece: Piece, rest: Said, kind: Kind) -> Sense:
    """Who wants the very act that was offered says yes; who wants the order itself does not want it cancelled."""
    senses = {other.sense for other in rest}
    if kind in ("offer", "check") and Sense.ECHO in senses and senses <= {Sense.ECHO, Sense.BESIDE, Sense.ASSENT}:
        return Sense.WEAK
    return Sense.UNKNOWN if "you" in piece.words else Sense.CHANGE


_LISTENING = expanded(attention.LISTENING + attention.HEARD + attention.UNDERSTOOD)
_LEADING_ON = words_of("and but or the a an i my to for with on at in because")
