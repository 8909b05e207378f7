"""What a caller's last words must not have been, for an event an agent asks for.

The argument these guards read is no model's to give: our judge of answers fills it in (`interlock.agents.Answer`).
Where nobody judged, as for the system's and operators' proposals, they hold.
"""

from typing import Any

from interlock.guards.base import Guard, Proposal, guard

AGREED = ("agreed", "requested", "given")
"""Of the values of `consent`, those in which the caller wants it."""
CONSENTS = (*AGREED, "no", "correction", "question", "attention", "early", "unclear", "changed", "unasked")
"""All of its values; see `interlock.agents.speech.asking.Consent`."""


@guard(
    "The caller has not agreed to exactly this: if they said no or asked something, answer that; do not do it.",
    say="I have not done that. What would you like me to do?",
)
def agreed(facts: Any, proposal: Proposal) -> bool:
    """The caller wants exactly this: they said yes to the question about it, or asked for it in plain words."""
    return consent_of(proposal) in AGREED


def consent_of(proposal: Proposal) -> Any:
    """How the caller stands to it, one of `CONSENTS` where our ears judged; "agreed" where nobody did.

    A record from before consents may hold that the caller's answer was a no.
    """
    return proposal.args.get("consent", "no" if proposal.args.get("answer") == "no" else "agreed")


def asks_for_a_yes(its: Guard) -> bool:
    """Whether a guard holds only where the caller agreed."""
    return its is agreed or agreed in its.implies


@guard(
    "The caller said no to that: do not do it; ask what they want instead.",
    say="All right, I will not do that. What would you like instead?",
)
def not_over_a_no(facts: Any, proposal: Proposal) -> bool:
    """The caller did not say no to it."""
    return proposal.args.get("answer") != "no"


@guard(
    "The caller objects or asks something: do not hang up; answer them, and ask whether there is anything else.",
    say="I am still here. What else can I do for you?",
)
def nothing_open(facts: Any, proposal: Proposal) -> bool:
    """The caller neither objects to hanging up nor asks anything."""
    return proposal.args.get("more") == "no" or proposal.args.get("objection") not in ("no", "question")
