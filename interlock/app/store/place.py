"""Which database a setting means."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from interlock.app.store.errors import StoreError


def is_postgres(path_or_url: str | Path) -> bool:
    """Whether the record is in PostgreSQL. Raises `StoreError` for a URL that cannot be read."""
    text = str(path_or_url)
    return "://" in text and _url_of(text).get_backend_name() == "postgresql"


def url_of(path_or_url: str | Path) -> URL:
    """The URL of a PostgreSQL record, by asyncpg whichever driver it names. Raises `StoreError`."""
    return _url_of(str(path_or_url)).set(drivername="postgresql+asyncpg")


def path_of(path_or_url: str | Path) -> Path:
    """The absolute path a setting means, given as a path or as sqlite:///path. Raises `StoreError`."""
    text = str(path_or_url)
    path = _file_of(text) if "://" in text else text
    if path in ("", ":memory:"):
        raise StoreError("the store is in memory, expected a file: a record that dies with the process is none")
    return Path(path).expanduser().absolute()


def shown(path_or_url: str | Path) -> str:
    """The place in words, without a password."""
    if is_postgres(path_or_url):
        url = url_of(path_or_url)
        return f"postgresql://{url.host or 'localhost'}/{url.database or ''}"
    return str(path_of(path_or_url))


def _file_of(text: str) -> str:
    url = _url_of(text)
    if url.get_backend_name() != "sqlite":
        raise StoreError(f"the store is a {url.drivername} URL, expected a path, sqlite:///path or postgresql://...")
    return url.database or ""


def _url_of(text: str) -> URL:
    try:
        return make_url(text)
    except ArgumentError:
        raise StoreError(
            "the store is no URL that can be read, expected a path, sqlite:///path or postgresql://..."
        ) from None
