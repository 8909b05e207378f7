"""Text as it may be kept, shown to a model and written down: no character in it does what nobody can see."""

import re
import unicodedata

_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_JOINS = "\u200d\ufe0e\ufe0f"
"""What joins emoji and chooses how they look; alone it is nothing."""
_UNSEEN = re.compile(r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
"""Letters that no font shows, those that join others too."""
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
"""Control and format characters (zero-width, right-to-left), halves of a surrogate pair, and what is no character."""


def plain_text(words: str) -> str:
    """The words in one line, without what cannot be seen or written: control and zero-width characters, changes of
    direction, half a surrogate pair. Plain words are returned as they are, blanks around them too."""
    if words.isascii() and words.isprintable():
        return words
    return "".join(each for each in _BREAKS.sub(" ", _whole(words)) if _is_seen(each))


def without_unseen(words: str) -> str:
    """The words without letters that no font shows, for values that are compared and looked up."""
    return _UNSEEN.sub("", words)


def has_line_breaks(words: str) -> bool:
    """Whether the words would be several lines."""
    return _BREAKS.search(words.strip()) is not None


def has_letters(words: str) -> bool:
    """Whether there is a letter or a digit in the words."""
    return any(each.isalnum() for each in words)


def _whole(words: str) -> str:
    """Both halves of a surrogate pair, which some JSON has apart, as one character."""
    return words.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def _is_seen(each: str) -> bool:
    return each in _JOINS or unicodedata.category(each) not in _INVISIBLE
