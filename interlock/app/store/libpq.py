"""The words PostgreSQL's own programs know in a URL (libpq, "Parameter Key Words"), as asyncpg takes them."""

import re
from collections.abc import Mapping
from ipaddress import IPv6Address
from typing import Any
from urllib.parse import unquote, urlencode

from sqlalchemy.engine import URL

from interlock.app.store.errors import StoreError

EXPECTED = "expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE, what is no letter or digit percent-encoded"
MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
VERSIONS = ("TLSv1.2", "TLSv1.3")
WHERE = ("any", "primary", "standby", "read-write", "read-only", "prefer-standby")
NUMBER = r"\d{1,9}"
ANY = r"[^\0]*"
PORTS = r"\d{1,5}(,\d{1,5})*"


def _one_of(*words: str) -> str:
    return "|".join(map(re.escape, words))


TAKEN: Mapping[str, str] = {
    "sslmode": _one_of(*MODES),
    "sslcert": ANY,
    "sslkey": ANY,
    "sslpassword": ANY,
    "sslrootcert": ANY,
    "sslcrl": ANY,
    "ssl_min_protocol_version": _one_of(*VERSIONS),
    "ssl_max_protocol_version": _one_of(*VERSIONS),
    "sslnegotiation": _one_of("postgres", "direct"),
    "target_session_attrs": _one_of(*WHERE),
    "passfile": ANY,
    "service": ANY,
    "host": ANY,
    "port": PORTS,
    "dbname": ANY,
    "user": ANY,
    "password": ANY,
    "application_name": ANY,
    "options": ANY,
}
"""What asyncpg takes under the same name, and the form of its value."""
LEFT_OUT: Mapping[str, str] = {
    "channel_binding": _one_of("disable", "prefer"),
    "gssencmode": _one_of("disable", "allow", "prefer"),
    "client_encoding": r"(?i:utf-?8|auto)",
    "fallback_application_name": ANY,
    "sslcompression": _one_of("0", "1"),
    "sslsni": _one_of("0", "1"),
    "keepalives": _one_of("0", "1"),
    "keepalives_idle": NUMBER,
    "keepalives_interval": NUMBER,
    "keepalives_count": NUMBER,
    "tcp_user_timeout": NUMBER,
}
"""What asyncpg does not do, where leaving it out changes nothing that was asked for."""
TIMEOUT = "connect_timeout"
CACHES = ("prepared_statement_cache_size", "statement_cache_size")
"""SQLAlchemy's and asyncpg's own: 0 where a pooler stands between."""
OWN_WORDS = {"ssl": "sslmode", "database": "dbname"}
"""asyncpg's names of what libpq calls otherwise."""
HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._-]{0,252})")


def require_readable(url: URL) -> URL:
    """The URL, of a host, a port and words that can be used. Raises `StoreError`, which repeats no value of it."""
    host = unquote(url.host) if url.host and url.host.lower().startswith("%2f") else url.host
    if host and not _is_host(host):
        raise StoreError(f"the store is a postgresql:// URL whose host cannot be read, {EXPECTED}")
    if url.port is not None and not 1 <= url.port <= 65_535:
        raise StoreError(f"the store is a postgresql:// URL of port {url.port}, expected one from 1 to 65535")
    for word, value in _words(url).items():
        _require_known(word, value)
    return url.set(host=host)


def connect_arguments(url: URL, longest_s: float) -> dict[str, Any]:
    """What its words mean to asyncpg, which reads most of them itself; connecting takes at most `longest_s`."""
    words = _words(url)
    taken = {word: value for word, value in words.items() if word in TAKEN}
    if taken.get("target_session_attrs") == "read-write":
        taken["target_session_attrs"] = "primary"  # our readers only read, which asyncpg takes for the server's doing
    asked_s = float(words.get(TIMEOUT, 0)) or longest_s
    return {
        **({"dsn": f"postgresql://?{urlencode(taken)}"} if taken else {}),
        **{word: int(words[word]) for word in CACHES if word in words},
        "timeout": min(asked_s, longest_s),
    }


def _words(url: URL) -> dict[str, str]:
    several = {word: value if isinstance(value, str) else ",".join(value) for word, value in url.query.items()}
    return {OWN_WORDS.get(word, word): value for word, value in several.items()}


def _require_known(word: str, value: str) -> None:
    forms = {**TAKEN, **LEFT_OUT, TIMEOUT: NUMBER, **dict.fromkeys(CACHES, NUMBER)}
    if word not in forms:
        known = ", ".join(sorted(forms))
        raise StoreError(f"the store is a postgresql:// URL with a word that is not known, expected of {known}")
    if not re.fullmatch(forms[word], value):
        raise StoreError(f"the store is a postgresql:// URL with another {word} than can be used, {_said(forms[word])}")


def _said(form: str) -> str:
    if form in (NUMBER, PORTS):
        return "expected a number"
    return "expected utf8" if form.startswith("(?i") else f"expected {form.replace(chr(92), '').replace('|', ', ')}"


def _is_host(host: str) -> bool:
    if host.startswith("/"):  # the folder of a socket
        return host.isprintable()
    try:
        return bool(HOST.fullmatch(host)) or bool(IPv6Address(host))
    except ValueError:
        return False
