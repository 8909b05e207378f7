"""What a record covers beside its audit part: commitments to what is kept apart, and what the row of its call says.

A commitment is HMAC-SHA256 by the store's own key, over a salt, the place and the value. The salt is kept with the
value: erasing takes both, and nobody can try out afterwards what the value was.
"""

import hashlib
import hmac
import json
import os
from typing import Any

from interlock.app.store.chain import canonical
from interlock.app.store.kinds import ERASED as ERASED

SALT_BYTES = 16
DRIVEN = frozenset({"call.opened", "call.resumed", "call.ended", ERASED})
"""The entries that say who drives a call then: `driver` is its fence, `owner` its process."""


def new_salt() -> bytes:
    """A salt, for one value only."""
    return os.urandom(SALT_BYTES)


def commitment(key: bytes, salt: bytes, value: bytes, *place: object) -> str:
    """The commitment to a value at its place, in hex."""
    where = "\x00".join(map(str, place)).encode()
    return hmac.digest(key, salt + len(where).to_bytes(4, "big") + where + value, "sha256").hex()


def tag(key: bytes, call_id: str, length: int, head: bytes, uncovered: str | None = None) -> bytes:
    """What stands in a call's row for the end of its chain, and so for all of it, and for turns that came after it.

    Nobody makes it without the store's key.
    """
    where = f"tag\x00{call_id}\x00{length}\x00{uncovered or ''}\x00".encode(errors="surrogatepass")
    return hmac.digest(key, where + head, "sha256")


def fingerprint(snapshot: str) -> str:
    """What stands for a snapshot as it is stored, in hex: nothing in one is personal."""
    return hashlib.sha256(snapshot.encode()).hexdigest()


def covers_text(
    covered: dict[str, Any], kind: str, fence: int, owner: str | None, turns: dict[str, str] | None = None
) -> str:
    """Everything that one record covers, in canonical JSON; `turns` are commitments by the turn's number."""
    if kind in DRIVEN:
        covered = {**covered, "driver": fence, "owner": owner}
    if turns:
        covered = {**covered, "turns": turns}
    return canonical(covered) if covered else "{}"


def turns_of(uncovered: Any) -> dict[str, str]:
    """Commitments to turns that no record covers yet, as a call's row holds them; none where somebody changed that."""
    try:
        return turns_in(json.loads(uncovered))
    except (TypeError, ValueError, RecursionError):
        return {}


def turns_in(covered: Any) -> dict[str, str]:
    """The same, of what was read already."""
    sound = isinstance(covered, dict) and all(type(text) is str for text in covered.values())
    return covered if sound else {}
