"""Which database a setting means."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from interlock.app.store.errors import StoreError
from interlock.app.store.libpq import EXPECTED, require_readable

PLACES = "expected a path, sqlite:///path or postgresql://..."
SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9]{0,31})(\+[A-Za-z0-9_]{1,32})?://(.*)", re.DOTALL)
NAME = re.compile(r"[A-Za-z0-9_-]{1,63}")
"""A database that may be named: of a URL that was cut at the wrong place, the rest may be a password."""
POSTGRES = ("postgresql", "postgres")


def is_postgres(path_or_url: str | Path) -> bool:
    """Whether the record is in PostgreSQL. Raises `StoreError` for a URL that cannot be read."""
    text = str(path_or_url)
    return "://" in text and _split(text)[0] in POSTGRES


def url_of(path_or_url: str | Path) -> URL:
    """The URL of a PostgreSQL record, by asyncpg whichever driver it names. Raises `StoreError`."""
    try:
        url = make_url(f"postgresql+asyncpg://{_split(str(path_or_url))[1]}")
    except (ArgumentError, ValueError):  # what stands for a port is no number
        raise StoreError(f"the store is a postgresql:// URL that cannot be read, {EXPECTED}") from None
    return require_readable(url)


def path_of(path_or_url: str | Path) -> Path:
    """The absolute path a setting means, given as a path or as sqlite:///path. Raises `StoreError`."""
    text = str(path_or_url)
    path = _file_of(text) if "://" in text else text
    if path in ("", ":memory:"):
        raise StoreError("the store is in memory, expected a file: a record that dies with the process is none")
    if "\0" in path:
        raise StoreError(f"the store is a path with a NUL in it, {PLACES}")
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError:
        raise StoreError(f"the store is in the home of a user there is not, {PLACES}") from None


def require_place(path_or_url: str) -> None:
    """Whether this can be a record's place at all. Raises `StoreError`."""
    if is_postgres(path_or_url):
        url_of(path_or_url)
    else:
        path_of(path_or_url)


def shown(path_or_url: str | Path) -> str:
    """The place in words: of a URL nothing but its kind, its host and its database, or its file's name."""
    if is_postgres(path_or_url):
        return shown_url(url_of(path_or_url))
    path = path_of(path_or_url)
    return f"sqlite:///.../{path.name}" if "://" in str(path_or_url) else str(path)


def shown_url(url: URL) -> str:
    """A PostgreSQL record's place in words."""
    host = f"[{url.host}]" if url.host and ":" in url.host else url.host or "localhost"
    database = url.database if url.database and NAME.fullmatch(url.database) else ""
    return f"postgresql://{host}/{database}"


@contextmanager
def in_words_of(path_or_url: str | Path) -> Iterator[None]:
    """What goes wrong here names the place as `shown` does."""
    try:
        yield
    except StoreError as error:
        if "://" in str(path_or_url) and not is_postgres(path_or_url):
            said = str(error).replace(str(path_of(path_or_url)), shown(path_or_url))
            raise StoreError(said) from None
        raise


def _file_of(text: str) -> str:
    scheme, rest = _split(text)
    if scheme != "sqlite":
        raise StoreError(f"the store is a {scheme} URL, {PLACES}")
    try:
        url = make_url(f"sqlite://{rest}")
    except (ArgumentError, ValueError):
        raise StoreError(f"the store is a sqlite:// URL that cannot be read, {PLACES}") from None
    if url.host or url.username or url.query:
        raise StoreError("the store is a sqlite:// URL with more than a path, expected sqlite:///path")
    return url.database or ""


def _split(text: str) -> tuple[str, str]:
    """The kind of a URL, in small letters, and what follows `://`."""
    found = SCHEME.fullmatch(text)
    if found is None:
        raise StoreError(f"the store is no URL that can be read, {PLACES}")
    return found[1].lower(), found[3].rstrip()
