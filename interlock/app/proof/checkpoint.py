"""A checkpoint: how long a call's record was and what it ended in, signed by whoever wrote it.

One line of JSON: `checkpoint`, the name of the `key` it was signed with, and the `signature` (base64) of the canonical
bytes (RFC 8785) of `checkpoint`.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from interlock.app.proof.keys import PrivateKey, PublicKey
from interlock.app.proof.lines import checkpoint_line
from interlock.app.store.chain import canonical

PURPOSE = b"interlock checkpoint 1\n"
"""Goes before what is signed, so that a signature can never be taken for one of something else."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The first `length` records of a call end in the hash `head`; the last of them was written at `written_at`."""

    call_id: str
    length: int
    head: bytes
    written_at: str
    signed_at: str

    def to_json(self) -> dict[str, Any]:
        return {
            "call_id": self.call_id,
            "head": self.head.hex(),
            "length": self.length,
            "signed_at": self.signed_at,
            "written_at": self.written_at,
        }


def signed_statement(
    value: Mapping[str, Any], key: PrivateKey, what: str = "checkpoint", purpose: bytes = PURPOSE
) -> str:
    """One line, without its end, that says `value` under the name `what`."""
    signature = base64.b64encode(key.sign(purpose + canonical(value).encode())).decode()
    return canonical({what: value, "key": key.public.name, "signature": signature})


def read_checkpoint(line: str) -> Checkpoint:
    """What a line says, whoever signed it. Raises `ValueError` for half a line, or what is no checkpoint."""
    try:
        its = checkpoint_line(line).checkpoint
    except ValueError:
        raise ValueError("no checkpoint") from None
    return Checkpoint(its.call_id, its.length, bytes.fromhex(its.head), its.written_at, its.signed_at)


def is_signed(line: str, keys: Mapping[str, PublicKey], what: str = "checkpoint", purpose: bytes = PURPOSE) -> bool:
    """Whether what a line says was signed with one of the keys."""
    try:
        whole = json.loads(line)
        key, signature = keys.get(whole["key"]), base64.b64decode(whole["signature"], validate=True)
        message = purpose + _signed_text(line, what, whole[what]).encode()
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        return False
    return key is not None and key.signed(signature, message)


def _signed_text(line: str, what: str, value: Any) -> str:
    """The canonical text of what a line says: it stands there already, unless somebody laid the line out anew."""
    text = line[len(f'{{"{what}":') : max(0, line.rfind(',"key":'))]
    with suppress(ValueError):
        if json.loads(text) == value:
            return text
    return canonical(value)
