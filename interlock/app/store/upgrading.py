"""Bringing a record's tables to the revision this program writes."""

from pathlib import Path

from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from interlock.app.store import file, postgres, tagging
from interlock.app.store.database import Database
from interlock.app.store.errors import CommitUnknown, StoreError
from interlock.app.store.place import in_words_of, is_postgres, path_of, shown, url_of
from interlock.app.store.revision import REVISION
from interlock.app.store.sealing import Seal
from interlock.app.store.tables import metadata, revisions

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(path_or_url: str | Path, busy_ms: int, key: str = "") -> tuple[str | None, str]:
    """Run what is missing, all of it or nothing; the revision found (None: none) and the one it is now.

    Raises `StoreError` for a database of something else, one newer than this program, one that cannot be reached, and
    one that is sealed with another `key`. Calls that are there get their tags afterwards: run it again if that stops.
    """
    where, seal = shown(path_or_url), Seal(key)
    database = unprepared(path_or_url, busy_ms)
    try:
        found = database.transact(lambda connection: _upgraded(connection, where, seal))
        tagging.go_on(database, seal)
        return found, REVISION
    except CommitUnknown:
        raise StoreError(f"the store {where} gave no answer to the last commit: run this again") from None
    except (SQLAlchemyError, OSError, ValueError) as error:
        raise StoreError(
            f"the store {where} cannot be upgraded ({type(error).__name__}): is it there, and ours?"
        ) from None
    finally:
        database.close()


def unprepared(path_or_url: str | Path, busy_ms: int) -> Database:
    """The database itself, whatever its tables are."""
    if is_postgres(path_or_url):
        return postgres.database(url_of(path_or_url))
    path = path_of(path_or_url)
    with in_words_of(path_or_url):
        file.make(path)
    return file.opened(path, busy_ms)


def _upgraded(connection: Connection, where: str, seal: Seal) -> str | None:
    from alembic import command
    from alembic.config import Config

    found = _found(connection, where)
    if found != REVISION:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.upgrade(config, REVISION)
        tagging.begin(connection, found, seal)
    return found


def _found(connection: Connection, where: str) -> str | None:
    tables = set(inspect(connection).get_table_names())
    found = (
        connection.execute(select(revisions.c.version_num)).scalar_one_or_none() if revisions.name in tables else None
    )
    if found is None and tables & set(metadata.tables):
        raise StoreError(f"the store {where} has tables of these names that are not ours, expected an empty database")
    if found is not None and found > REVISION:
        raise StoreError(f"the store {where} has revision {found}, expected at most {REVISION}: update interlock")
    return found
