"""Whether words say anything: blanks, invisible letters, signs alone and stand-ins for a value do not."""

import unicodedata

from interlock.guards.characters import has_letters

NOTHING = frozenset(
    {
        "none", "null", "nil", "undefined", "n/a", "na", "nan", "unknown", "not given", "not provided", "not known",
        "not specified", "not available", "not applicable", "not mentioned", "not stated", "unspecified", "no value",
        "not yet provided", "to be determined", "tbd",
    }
)  # fmt: skip
"""What stands for no value, in lower case."""


def says_something(words: str | None) -> bool:
    """Whether there is a letter or a figure in it, and it is no word for the lack of a value."""
    text = unicodedata.normalize("NFKC", words or "").casefold().strip(" .,!?-_<>[](){}\"'")
    return has_letters(text) and " ".join(text.split()) not in NOTHING
