"""The file of a record: where it is, whether it is ours, and what to do when it is not."""

from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from app.store.engines import reader_engine, writer_engine
from app.store.tables import SCHEMA_VERSION, metadata


class StoreError(Exception):
    """A record that cannot be opened: what was found, what was expected, what to do, in one line."""


def path_of(path_or_url: str | Path) -> Path:
    """The absolute path a setting means, given as a path or as sqlite:///path. Raises `StoreError`."""
    text = str(path_or_url)
    path = _database_of(text) if "://" in text else text
    if path in ("", ":memory:"):
        raise StoreError("the store is in memory, expected a file: a record that dies with the process is none")
    return Path(path).expanduser().absolute()


def _database_of(text: str) -> str:
    try:
        url = make_url(text)
    except ArgumentError:
        raise StoreError("the store is no URL that can be read, expected a path or sqlite:///path") from None
    if url.get_backend_name() == "postgresql":
        raise StoreError("the store is a PostgreSQL URL, which is not there yet: use a path or sqlite:///path")
    if url.get_backend_name() != "sqlite":
        raise StoreError(f"the store is a {url.drivername} URL, expected a path or sqlite:///path")
    return url.database or ""


def prepare(path: Path, busy_ms: int) -> None:
    """Make the tables when the file is new. Raises `StoreError` for a file that is not ours."""
    engine = writer_engine(path, busy_ms)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            if not is_ours(connection, path):
                metadata.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION}")
            connection.commit()
    except DBAPIError as error:
        raise unusable(path, error) from None
    finally:
        engine.dispose()


def engine_at_rest(path: Path, busy_ms: int) -> tuple[Engine, bool]:
    """A record nobody writes, in a folder where SQLite may not put its side files, and whether it is ours.

    Raises `StoreError`, also when the last writer left something in the log.
    """
    log = path.with_name(path.name + "-wal")
    engine = reader_engine(path, busy_ms, "immutable=1")
    try:
        if log.exists() and log.stat().st_size:
            raise StoreError(f"the store {path} was not closed and its folder is read-only: copy both files elsewhere")
        with engine.connect() as connection:
            return engine, is_ours(connection, path)
    except OSError as error:
        raise StoreError(f"the store {path} cannot be read ({error.strerror})") from None
    except DBAPIError as error:
        raise unusable(path, error) from None


def is_ours(connection: Connection, path: Path) -> bool:
    """Whether the record's tables are there; False for an empty database. Raises `StoreError` for another's."""
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'").scalars())
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"the store {path} has schema version {version}, expected at most {SCHEMA_VERSION}: update interlock"
        )
    if not tables and not version:
        return False
    if version != SCHEMA_VERSION or not tables >= set(metadata.tables):
        raise StoreError(f"the store {path} is a database of something else: set INTERLOCK_STORE to another file")
    return True


def unusable(path: Path, error: DBAPIError) -> StoreError:
    """What SQLite found wrong, in words of ours."""
    found = str(error.orig)
    if "not a database" in found:
        return StoreError(f"the store {path} is not a database: set INTERLOCK_STORE to another file")
    if "readonly" in found or "unable to open" in found:
        return StoreError(f"the store {path} is read-only, expected a writable file in a writable folder")
    return StoreError(f"the store {path} cannot be used ({found}): set INTERLOCK_STORE to another file")
