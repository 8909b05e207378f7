"""What every reader of a caller's words agrees on."""

import re

_CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"

_NEGATION = re.compile(r"\b(?:no|nope|nah|not|never|none|nothing|cannot|\w+n't)\b")
_ASSENT = re.compile(r"(?:oh |well |um |uh )*(?:yes|yeah|yep|yup|sure|of course|please do|okay|ok)\b")
_QUESTION = re.compile(r"(?:what|when|where|who|whose|which|why|how)\b(?!.*\b(?:i|my|we|our)\b)")
_NO_CONTENT = re.compile(
    r"(?:um|uh|erm?|oh|ah|well|hi|hello|hey|good (?:morning|afternoon|evening|day)|[\W_])*"
    r"(?:can you hear me|are you there|is anybody there)?[\W_]*"
)

_ONLY_YES_OR_NO = re.compile(
    r"(?:(?:yes|yeah|yep|yup|sure|okay|ok|no|nope|nah|not|please|thanks|thank you|do)\b[\W_]*)+"
)


def plain(words: str) -> str:
    """In lower case, with straight apostrophes: phones and speech recognition write either kind."""
    return straight(words).lower()


def straight(words: str) -> str:
    """With straight apostrophes."""
    return words.replace(_CURLY, "'")


def asks(words: str) -> bool:
    """Whether the words are a question about something that is not the speaker's own."""
    return _QUESTION.match(plain(words)) is not None


def says_nothing(words: str) -> bool:
    """Whether the words are a greeting, a hesitation, or a question whether anybody is there."""
    return _NO_CONTENT.fullmatch(plain(words)) is not None


def says_only_yes_or_no(words: str) -> bool:
    """Whether nothing but a yes or a no, and politeness, was said."""
    return _ONLY_YES_OR_NO.fullmatch(plain(words)) is not None


def polarity(sentence: str) -> bool | None:
    """True for one that begins with a yes, False for one with a "not" in it, None for all others."""
    text = plain(sentence).replace("no problem", "yes").replace("why not", "yes")
    if _NEGATION.search(text):
        return False
    return True if _ASSENT.match(text) else None
