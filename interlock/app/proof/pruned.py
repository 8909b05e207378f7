"""A note that a whole call was removed on purpose: signed, and kept beside the checkpoints, which alone would miss it.

One line of JSON: `pruned`, the name of the `key` it was signed with, and the `signature`, as of a checkpoint.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from interlock.app.proof.checkpoint import is_signed, signed_statement
from interlock.app.proof.errors import ProofError
from interlock.app.proof.folder import append
from interlock.app.proof.keys import PrivateKey, PublicKey
from interlock.app.proof.lines import pruned_line
from interlock.app.store.rows import text_of

WHAT, PURPOSE = "pruned", b"interlock pruned 1\n"


@dataclass(frozen=True, slots=True)
class Pruned:
    """A call that was removed when it had `length` records, which ended in the hash `head`."""

    call_id: str
    length: int
    head: bytes
    pruned_at: str

    def to_json(self) -> dict[str, Any]:
        return {
            "call_id": self.call_id,
            "head": self.head.hex(),
            "length": self.length,
            "pruned_at": self.pruned_at,
        }


def read_pruned(line: str) -> Pruned:
    """What a line says, whoever signed it. Raises `ValueError` for half a line, or what is no such note."""
    try:
        its = pruned_line(line).pruned
    except ValueError:
        raise ValueError("no note of a call that was removed") from None
    return Pruned(its.call_id, its.length, bytes.fromhex(its.head), its.pruned_at)


def is_signed_removal(line: str, keys: Mapping[str, PublicKey]) -> bool:
    """Whether the note was signed with one of the keys."""
    return is_signed(line, keys, WHAT, PURPOSE)


def sign_removals(
    folder: Path,
    key: PrivateKey,
    ends: Mapping[str, tuple[int, bytes]],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Sign that calls of that length and head are removed, and return once it is on disk. Raises `ProofError`."""
    at = text_of(now())
    lines = [
        signed_statement(Pruned(call_id, length, head, at).to_json(), key, WHAT, PURPOSE)
        for call_id, (length, head) in ends.items()
    ]
    try:
        append(folder, at[:10], lines)
    except OSError as error:
        raise ProofError(
            f"INTERLOCK_CHECKPOINTS is {folder}, which cannot be written ({error.strerror}): what has no note there"
            " was not removed"
        ) from None
