"""Who calls, as far as the line tells: what nobody else can have by chance, and what a limit can be counted by."""

from typing import Any

from interlock.guards.numbers import one_number

SHORTEST = 7
"""Digits a line's number has at least: less is a trunk's own, an extension, or an emergency service's."""
ANYBODYS = frozenset(
    {"anonymous", "unavailable", "unknown", "restricted", "private", "withheld", "blocked", "hidden", "none", "null"}
    | {"caller", "guest", "user", "customer", "visitor", "client", "identity", "participant", "test", "web", "phone"}
)
"""Identities in a room that many have: what a telephone network shows of who hides their number, and defaults."""
_OF_A_PHONE = ("sip", "phone", "trunk", "tel")


def line_of(facts: Any) -> str:
    """The number somebody calls from, in E.164, as the network shows it; empty where it shows none that could be."""
    number = one_number(facts.caller_phone)
    return number if len(number.lstrip("+")) >= SHORTEST else ""


def known_by(facts: Any) -> str:
    """What a caller can be known again by: their line; without one, the name a room was joined by, where it is theirs.

    A telephone's name in the room is its number, or a default that everybody has who hides it, so it is nobody's own.
    """
    if line := line_of(facts):
        return line
    identity = str(facts.caller_identity or "").strip()
    return identity if facts.caller_kind == "standard" and not _is_anybodys(identity) else ""


def _is_anybodys(identity: str) -> bool:
    bare = "".join(filter(str.isalpha, identity)).casefold()
    return not bare or bare in ANYBODYS or bare.startswith(_OF_A_PHONE)
