"""Who comes in on this machine: whoever opened the link that was printed at the start, and nobody's other page."""

import hmac
import secrets
import time
from collections.abc import Callable, Mapping

STAYS_S = 12 * 3600
"""How long a browser stays let in."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_TOKEN_BYTES = 32


class Door:
    """One start of the board on a port of this machine. Nothing is kept of who came: a cookie proves itself."""

    def __init__(self, port: int, now: Callable[[], float] = time.time) -> None:
        self.port = port
        self.hosts = frozenset(f"{bracketed(name)}:{port}" for name in LOOPBACK)
        """What a request may give for the host: another name that leads here is another page's (DNS rebinding)."""
        self.origins = frozenset(f"http://{host}" for host in self.hosts)
        self.cookie = f"interlock_board_{port}"  # cookies do not tell ports apart, and two boards may run
        self.token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._key = secrets.token_bytes(_TOKEN_BYTES)
        self._now = now

    def opens(self, token: str) -> bool:
        """Whether this is the token of the printed link."""
        return hmac.compare_digest(token.encode(), self.token.encode())

    def pass_(self) -> str:
        """A cookie's value, good from now on for `STAYS_S`."""
        until = str(int(self._now()) + STAYS_S)
        return f"{until}.{self._proof(until)}"

    def lets_in(self, cookies: Mapping[str, str]) -> bool:
        """Whether one of these cookies is a pass of this start that is good still."""
        until, _, proof = cookies.get(self.cookie, "").partition(".")
        genuine = hmac.compare_digest(proof.encode(errors="replace"), self._proof(until).encode())
        return genuine and until.isdecimal() and self._now() < int(until)

    def _proof(self, until: str) -> str:
        return hmac.digest(self._key, until.encode(errors="replace"), "sha256").hex()


def bracketed(name: str) -> str:
    """A host as an address has it: one of IPv6 in brackets."""
    return f"[{name}]" if ":" in name else name
