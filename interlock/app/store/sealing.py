"""Personal data at rest: sealed with AES-GCM when a key is set, plain JSON otherwise.

Each value is bound to its place, so that nobody who may write the table can move one caller's facts to another call.
Several keys stand one after the other, with commas: the first seals, the others only open what they sealed once.
"""

import base64
import binascii
import hashlib
import hmac
import os
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from interlock.app.store.errors import StoreError

KEY_BYTES = 32
_NONCE_BYTES = 12
_SEALED = b"\x01"  # no JSON text begins with it


class Seal:
    """Seals and opens values. Raises `StoreError` for a key that is none; no message holds any of it.

    `commitment_key` is the store's own (see `commitment_key`), empty until it was read; it proves something against
    whoever may write the store where `key_is_sealed`.
    """

    def __init__(self, keys: str = "") -> None:
        self._ciphers = [AESGCM(_key(key)) for key in keys.split(",")] if keys else []
        self.commitment_key, self.key_is_sealed = b"", False

    @property
    def has_key(self) -> bool:
        """Whether anything can be sealed."""
        return bool(self._ciphers)

    @staticmethod
    def is_sealed(stored: bytes) -> bool:
        """Whether a value needs a key to be opened."""
        return stored.startswith(_SEALED)

    def close(self, value: bytes, *place: object) -> bytes:
        """The value as it is stored at `place`."""
        if not self._ciphers:
            return value
        nonce = os.urandom(_NONCE_BYTES)
        return _SEALED + nonce + self._ciphers[0].encrypt(nonce, value, _bound(place))

    def open(self, stored: bytes, *place: object) -> bytes:
        """What was stored at `place`. Raises `StoreError` without the key it was sealed with."""
        return self._opened(stored, place)[0]

    def name_of(self, *subject: str) -> bytes:
        """What something personal is found by again and never read from: a hash under the store's own key."""
        return hmac.digest(self.commitment_key, _bound(("name", *subject)), hashlib.sha256)

    def renew(self, stored: bytes, *place: object) -> bytes | None:
        """What was stored at `place` as the first key seals it; None when it did. Raises `StoreError`."""
        value, cipher = self._opened(stored, place)
        return None if self._ciphers and cipher is self._ciphers[0] else self.close(value, *place)

    def _opened(self, stored: bytes, place: tuple[object, ...]) -> tuple[bytes, AESGCM | None]:
        """The value, and the key it was sealed with, if it was."""
        if not stored.startswith(_SEALED):
            return stored, None
        if not self._ciphers:
            raise StoreError("the personal data in the store is sealed: set INTERLOCK_STORE_KEY to its key")
        nonce, sealed = stored[1 : 1 + _NONCE_BYTES], stored[1 + _NONCE_BYTES :]
        for cipher in self._ciphers:
            with suppress(InvalidTag, ValueError):  # ValueError: too short to have been sealed
                return cipher.decrypt(nonce, sealed, _bound(place)), cipher
        raise StoreError(
            "the personal data in the store was sealed with another key than INTERLOCK_STORE_KEY, or changed since"
        )


def new_key() -> str:
    """A key for INTERLOCK_STORE_KEY."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.translate(_STANDARD), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise StoreError(f"INTERLOCK_STORE_KEY is no key, expected {KEY_BYTES} bytes in base64: interlock store key")
    return key


_STANDARD = str.maketrans("-_", "+/")
"""Base64 comes in two alphabets; either is taken."""


def _bound(place: tuple[object, ...]) -> bytes:
    return "\x00".join(map(str, place)).encode()
