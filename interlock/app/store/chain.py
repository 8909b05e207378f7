"""The chain of a call's audit records: each hash covers its record and, by the hash before it, all earlier ones.

A record's bytes are its canonical JSON (RFC 8785): keys in order, no spaces. The audit part is stored in that form, so
the bytes are put together again from the stored columns and nothing is ever canonicalised twice.
"""

import hashlib
import json
from functools import lru_cache
from typing import Any

import rfc8785

START = bytes(32)
"""The hash before a call's first record."""


_EXACT = 2**53 - 1
_sorted = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(value: Any) -> str:
    """RFC 8785 text. Raises `ValueError` for what JSON cannot hold, such as NaN, huge integers or half a surrogate."""
    return _sorted(value) if _is_plain(value) else rfc8785.dumps(value).decode()


def _is_plain(value: Any) -> bool:
    """Whether the interpreter's own encoder writes it in the same bytes, in a fifth of the time.

    They differ in numbers with a fraction, and in the order of keys that are not ASCII.
    """
    kind = type(value)
    if kind is str:
        return bool(value.isascii())
    if kind is dict:
        return all(type(key) is str and key.isascii() for key in value) and all(map(_is_plain, value.values()))
    if kind is list or kind is tuple:
        return all(map(_is_plain, value))
    return value is None or kind is bool or (kind is int and -_EXACT <= value <= _EXACT)


quoted = lru_cache(4096)(canonical)
"""A name in canonical JSON; kinds and call ids come again and again."""


def record_bytes(
    call_id: str, seq: int, kind: str, at: str, epoch: int, audit: str, covers: str | None = None
) -> bytes:
    """The bytes one record is hashed as; `audit` and `covers` are canonical already, `at` is ISO 8601 in UTC.

    One from before anything was covered has no `covers`.
    """
    covered = "" if covers is None else f'"covers":{covers},'
    return (
        f'{{"at":"{at}","audit":{audit},"call_id":{quoted(call_id)},{covered}'
        f'"epoch":{epoch},"kind":{quoted(kind)},"seq":{seq}}}'
    ).encode()


def link(head: bytes, record: bytes) -> bytes:
    """The hash of a record that follows `head`: SHA-256 over both."""
    return hashlib.sha256(head + record).digest()
