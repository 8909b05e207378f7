"""What a caller is asked, as far as it decides what their words mean."""

from dataclasses import dataclass
from typing import Literal

Answer = Literal["yes", "no", "correction", "question", "unclear", "attention"]
"""What words are taken for.

In the names of ISO 24617-2 (dialogue acts): yes and no are its confirm and disconfirm, or accept and decline of an
offer; correction is its correction; question is a question back, or negative feedback ("pardon?"); attention is its
positive auto-feedback, a sign of having heard and of nothing else. Unclear is all the rest.
"""

Kind = Literal["offer", "check", "removal", "danger", "more", "fact"]
"""What kind of question it is: the same "that's it" confirms a check and ends a call.

offer: "Shall I book it?"; check: "Is all of that right?"; removal, an offer to take away: "Shall I cancel it?";
danger, whose no clears something: "Do you smell gas?"; more: "Is there anything else?"; fact: "Have you tried that?"
"""

ACTED_ON: dict[Kind, frozenset[Answer]] = {
    "offer": frozenset({"yes"}),
    "check": frozenset({"yes"}),
    "removal": frozenset({"yes"}),
    "danger": frozenset({"no"}),
    "more": frozenset({"no"}),
    "fact": frozenset({"yes", "no"}),
}
"""The answers that something is done on; these must be plain. A question is worded so that no other is harmful."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was put to a caller.

    `told`: it was played to its end before the words began; one that was not cannot be agreed to. `echoes` are words a
    caller may repeat without saying anything new: the act asked about and the very values a yes covers, no others
    ("book appointment Tuesday ten"). `languages` (ISO 639-1) are those besides English whose plain yes and no count.
    """

    kind: Kind
    told: bool = True
    echoes: str = ""
    languages: frozenset[str] = frozenset()
