"""The chain of a call's audit records: each hash covers its record and, by the hash before it, all earlier ones.

A record's bytes are its canonical JSON (RFC 8785): keys in order, no spaces. The audit part is stored in that form, so
the bytes are put together again from the stored columns and nothing is ever canonicalised twice.
"""

import hashlib
from functools import lru_cache
from typing import Any

import rfc8785

START = bytes(32)
"""The hash before a call's first record."""


def canonical(value: Any) -> str:
    """RFC 8785 text. Raises `ValueError` for what JSON cannot hold, such as NaN, huge integers or half a surrogate."""
    return rfc8785.dumps(value).decode()


quoted = lru_cache(4096)(canonical)
"""A name in canonical JSON; kinds and call ids come again and again."""


def record_bytes(call_id: str, seq: int, kind: str, at: str, epoch: int, audit: str) -> bytes:
    """The bytes one record is hashed as; `audit` is canonical already, `at` is ISO 8601 in UTC."""
    return (
        f'{{"at":"{at}","audit":{audit},"call_id":{quoted(call_id)},"epoch":{epoch},"kind":{quoted(kind)},"seq":{seq}}}'
    ).encode()


def link(head: bytes, record: bytes) -> bytes:
    """The hash of a record that follows `head`: SHA-256 over both."""
    return hashlib.sha256(head + record).digest()
