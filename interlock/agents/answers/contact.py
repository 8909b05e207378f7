"""How to reach a caller, said in the same breath as an answer: it is none, and takes nothing back."""

import re

_DIGIT = r"(?:\d|oh|zero|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_NUMBER = rf"(?:(?:plus|\+)\s*)?(?:{_DIGIT}[\s()/.-]*){{5,}}"
_LEAD = (
    r"(?:and\s+)?(?:(?:you|they)\s+can\s+(?:reach|call|ring|get)\s+(?:me|us)\s+(?:on|at|under)"
    r"|(?:call|ring|reach)\s+(?:me|us)\s+(?:on|at)"
    r"|(?:my|the|our)\s+(?:phone\s+|mobile\s+|telephone\s+)?(?:number|mobile|phone)\s+is|it\s+is|it's|on|at)"
)
_CONTACT = re.compile(
    rf"[,.;!]?\s*(?:{_LEAD}\s+)?(?<!\d){_NUMBER}(?!\s*(?:o'?clock|am|pm|euros?))[\s.!]*", re.IGNORECASE
)


def without_contact(said: str) -> str:
    """The words without a telephone number and what leads up to it; "" where there is none, or nothing else."""
    left, found = _CONTACT.subn(". ", said)
    return left.strip(" .") if found else ""
