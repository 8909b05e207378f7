"""Names as callers give them: "It's Anna Kowalski", "this is Anna, I have a question", "anna"."""

import re

from interlock.app.offline.words import straight

MOST_WORDS = 5

_SURE = r"my (?:full )?name is|my name's|the name is|the name's|name is|you can call me|call me"
_LIKELY = r"this is|i am|i'm|it is|it's|that is|that's|you're speaking (?:to|with)"
_FILLERS = (
    r"^(?:(?:um|uh|er|erm|hm+|oh|ah|well|yes|yeah|yep|sure|okay|ok|hi|hello|hey|so|sorry|of course|certainly)\b"
    r"[\s,.!]*)+"
)
_SPELLED = re.compile(r"\b(?:[^\W\d_][ .,-]+){2,}[^\W\d_]\b(?!')")
_WITH_LETTER = re.compile(r"\s+with(?:out)? an? [a-z]\b\W*$", re.I)
_WORD = re.compile(r"[A-Z]\.|[^\W\d_]+(?:['\-][^\W\d_]+)*")
_NO_NAME = frozenset(
    re.findall(
        r"\w+",
        """
a about actually account after again already also although am an and another any are at back bad because been
billing broken but bye calling can cannot charged closed contact could customer different do does done down even
fine first for from get give going good goodbye got great had happy has have having he hello help here how i if in is
issue it its just know late like looking lost me my name need never nice no nobody none nope not nothing of off
ok okay on one only or order over person please problem ready really right same she so some somebody something
sorry speak speaking still stuck support sure talk thank thanks that the their there they this to today too
trouble trying unable unhappy up upset urgent very waiting want was we well what when where which who why will
with wondering working would wrong yes yet you your
""",
    )
)


_ARTICLES = frozenset(("a", "an", "the", "my", "some"))
"""What begins with one names no person: "A human, please"."""


def name(words: str, asked: bool = True) -> str | None:
    """The name said, capitalised; unasked, only after "my name is" or, with a capital letter, after "this is"."""
    text = re.sub(_FILLERS, "", straight(words.strip()), flags=re.I)
    text = _WITH_LETTER.sub("", text)
    if asked and (letters := _SPELLED.search(text)):
        return "".join(re.findall(r"[^\W\d_]", letters[0])).title()
    if found := re.search(rf"\b(?:{_SURE})\s+(.+)", text, re.I):
        return _first_words(found[1])
    if found := re.search(rf"\b(?:{_LIKELY})\s+(.+)", text, re.I):
        said = _first_words(found[1])
        return said if said and (asked or found[1][0].isupper()) else None
    return _first_words(text, alone=True) if asked else None


def _whole(clauses: list[str]) -> str:
    """The first clause, or the second where that has the first one in it: "O'Brien, Mary O'Brien"."""
    first, second = clauses[0].strip(), clauses[1].strip() if len(clauses) > 1 else ""
    return second if first and second.endswith(f" {first}") else first


def _first_words(text: str, alone: bool = False) -> str | None:
    """The words up to a pause or a word that is in nobody's name; `alone` says that nothing else may follow."""
    clause = _whole(re.split(r"(?<!\b[A-Z])\.|[,;!?]", text)).split()
    sure = not alone or (len(clause) > 1 and any(word.lower() not in _NO_NAME for word in clause))
    taken: list[str] = []
    for word in clause:
        may_be_one = sure and word[0].isupper() and (bool(taken) or word.lower() not in _ARTICLES)
        if not _WORD.fullmatch(word) or (word.lower() in _NO_NAME and not may_be_one):
            break
        taken.append(word)
    if not taken or len(taken) > MOST_WORDS or (alone and len(taken) < len(clause)):
        return None
    said = " ".join(taken)
    return said.title() if said.islower() else said
