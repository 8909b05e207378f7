"""Opening a record: the right database, its tables in the revision this program writes."""

from pathlib import Path

from interlock.app.store import file, postgres
from interlock.app.store.database import Database
from interlock.app.store.place import in_words_of, is_postgres, path_of, url_of


def database_for_writing(path_or_url: str | Path, busy_ms: int) -> Database:
    """Raises `StoreError` for what is not a record, or one of another revision."""
    if is_postgres(path_or_url):
        return postgres.connected(url_of(path_or_url))
    path = path_of(path_or_url)
    with in_words_of(path_or_url):
        file.make(path)
        file.prepare(path, busy_ms)
        return file.held(path, busy_ms)


def database_for_reading(path_or_url: str | Path, busy_ms: int) -> Database:
    """Raises `StoreError`, also when there is nothing to read."""
    if is_postgres(path_or_url):
        return postgres.connected(url_of(path_or_url), read_only=True)
    with in_words_of(path_or_url):
        return file.opened_for_reading(path_of(path_or_url), busy_ms)
