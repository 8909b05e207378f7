"""Whether an e-mail address was said: written, spelled, or spoken with its dot and its at."""

import re
from collections.abc import Iterator, Sequence

from interlock.agents.evidence.figures import readings
from interlock.agents.evidence.names import letters_at
from interlock.agents.evidence.tokens import STOPS, folded

SIGNS = {
    "at": "@", "@": "@", "dot": ".", "point": ".", "period": ".", ".": ".", "underscore": "_", "_": "_", "dash": "-",
    "hyphen": "-", "minus": "-", "-": "-", "plus": "+", "+": "+",
}  # fmt: skip
_BESIDE_WORDS = """
um uh er all lower lowercase case small letters capital one word two words and then
"""
_BESIDE = frozenset(_BESIDE_WORDS.split())
_PROVIDERS = re.compile(r"@(gmail|googlemail|outlook|hotmail|yahoo|icloud)\.com$")
"""Whose ".com" callers leave out."""


def said_email(address: str, tokens: Sequence[str]) -> bool:
    """Whether the caller's words, from some place on, make exactly this address."""
    wanted = folded(address.casefold())
    short = _PROVIDERS.sub(r"@\1", wanted)
    return any(_makes(form, tokens, at) for form in {wanted, short} for at in range(len(tokens)))


def _makes(address: str, tokens: Sequence[str], begin: int) -> bool:
    todo, seen = [(begin, 0)], set()
    while todo:
        at, done = todo.pop()
        if done == len(address):
            return True
        if (at, done) in seen or at >= len(tokens):
            continue
        seen.add((at, done))
        todo += [(end, done + len(part)) for end, part in _parts(tokens, at) if address.startswith(part, done)]
        if done and (tokens[at] in STOPS or tokens[at] in _BESIDE):
            todo.append((at + 1, done))
    return False


def _parts(tokens: Sequence[str], at: int) -> Iterator[tuple[int, str]]:
    token = tokens[at]
    if token in SIGNS:
        yield at + 1, SIGNS[token]
    if token[0].isalpha():
        yield at + 1, folded(token).replace("'", "")
    end, letters = letters_at(tokens, at)
    if letters:
        yield end, letters
    yield from readings(tokens, at)
    if token[0].isdigit() and "." in token:
        yield at + 1, token
