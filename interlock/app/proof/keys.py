"""The Ed25519 keys of checkpoints: the private one signs, either one verifies.

A key is given as PEM or as what stands between its first and last line, which is base64 of PKCS#8 or
SubjectPublicKeyInfo (RFC 8410); either says of itself whether it is private.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from interlock.app.proof.errors import ProofError

EXPECTED = "an Ed25519 key as interlock store checkpoint-key prints them, or in PEM"


class PublicKey:
    """Verifies; `name` is what the key is called in what it signed, `text` the form it is given in."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.text = base64.b64encode(der).decode()
        self.name = hashlib.sha256(der).hexdigest()[:16]

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Whether the signature is of this key and this message."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class PrivateKey:
    """Signs; `public` verifies what it signed."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key())

    @property
    def text(self) -> str:
        """The form it is given in: a secret."""
        return base64.b64encode(self._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode()

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature of this message, 64 bytes (RFC 8032)."""
        return self._key.sign(message)


def new_key() -> PrivateKey:
    """A key nobody had before."""
    return PrivateKey(Ed25519PrivateKey.generate())


def key_of(text: str) -> PrivateKey | PublicKey:
    """The key a text holds. Raises `ProofError`, which tells nothing of it."""
    try:
        der = base64.b64decode(_without_frame(text), validate=True)
    except (binascii.Error, ValueError):
        raise ProofError(f"this is no key, expected {EXPECTED}") from None
    for load, made in ((_private, PrivateKey), (_public, PublicKey)):
        if (key := load(der)) is not None:
            return made(key)  # type: ignore[arg-type]
    raise ProofError(f"this is no key of ours, expected {EXPECTED}")


def public_keys(texts: Iterable[str]) -> dict[str, PublicKey]:
    """The public keys of texts that hold either, by name. Raises `ProofError`."""
    keys = [key_of(text) for text in texts]
    public = [key.public if isinstance(key, PrivateKey) else key for key in keys]
    return {key.name: key for key in public}


def _without_frame(text: str) -> str:
    lines = text.replace("\\n", "\n").split("\n")  # one line of an environment file may hold a PEM's line ends so
    return "".join("".join(line for line in lines if not line.startswith("-----")).split())


def _private(der: bytes) -> Ed25519PrivateKey | None:
    try:
        key = load_der_private_key(der, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Ed25519PrivateKey) else None


def _public(der: bytes) -> Ed25519PublicKey | None:
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, Ed25519PublicKey) else None
