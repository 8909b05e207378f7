"""What keeps a record from being written, in either database, for as long as a test likes."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy.engine import make_url

from interlock.app.store import StoreJournal, database, open_journal
from tests.store.entries import held, spoil
from tests.store.postgres import Postgres

ANSWER_S = 0.5
"""How long PostgreSQL may take while it is down. Before and after, a busy machine takes its time."""


class Outage:
    """One fault of one store; `journal` writes to it, `down` is a context manager that lasts as long as the fault."""

    def __init__(self, store: str, fault: Callable[["Outage"], object], server: Postgres | None) -> None:
        self.store = store
        self.server = server
        self.journal: StoreJournal = open_journal(store)
        self._fault = contextmanager(fault)  # type: ignore[arg-type]

    @contextmanager
    def down(self) -> Iterator[None]:
        """While this lasts nothing can be written, and the journal soon gives up."""
        with self._fault(self), pytest.MonkeyPatch.context() as patch:
            patch.setattr(database, "ANSWER_LIMIT_S", ANSWER_S)
            yield


def sqlite_full(outage: Outage) -> Iterator[None]:
    """Not one page more."""
    return _pragma(outage.journal, "max_page_count=1", "max_page_count=1000000")


def sqlite_read_only(outage: Outage) -> Iterator[None]:
    """What a remounted disk says."""
    return _pragma(outage.journal, "query_only=ON", "query_only=OFF")


def sqlite_exhausted(outage: Outage) -> Iterator[None]:
    """Every connection that may write is taken."""
    engine = outage.journal._database.writes
    with ExitStack() as taken:
        for _ in range(15):
            taken.enter_context(engine.connect())
        yield


def postgres_full(outage: Outage) -> Iterator[None]:
    """What the server says when it cannot make a table longer."""
    says = "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'"
    full = f"CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {says}; END $$"
    spoil(outage.store, full, "CREATE TRIGGER no_space BEFORE INSERT ON records EXECUTE FUNCTION no_space()")
    yield
    spoil(outage.store, "DROP TRIGGER no_space ON records", "DROP FUNCTION no_space")


def postgres_read_only(outage: Outage) -> Iterator[None]:
    """As a standby is, or a primary that was made one."""
    name = make_url(outage.store).database
    outage.server.administer(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    outage.server.hang_up(outage.store)
    yield
    outage.server.administer(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    outage.server.hang_up(outage.store)


def locked(outage: Outage) -> Iterator[None]:
    """Somebody else's transaction, longer than we wait."""
    with held(outage.store):
        yield


def postgres_exhausted(outage: Outage) -> Iterator[None]:
    """Every connection of this process is taken, also the writer's."""
    database, taken = outage.journal._database, []

    async def take() -> None:
        for _ in range(4):
            taken.append(await database.engine.connect())

    async def give_back() -> None:
        await asyncio.gather(*(connection.close() for connection in taken))

    database._run(take())
    yield
    database._run(give_back())


def postgres_stopped(outage: Outage) -> Iterator[None]:
    """Shut down, its connections cut; then started again."""
    with outage.server.down():
        yield


def postgres_frozen(outage: Outage) -> Iterator[None]:
    """Its processes are there and answer nobody."""
    with outage.server.frozen():
        yield


def _pragma(journal: StoreJournal, wrong: str, right: str) -> Iterator[None]:
    def set_to(value: str) -> None:
        with journal._database.writes.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA {value}")

    set_to(wrong)
    yield
    set_to(right)


FAULTS = {
    "23_disk_full": (sqlite_full, postgres_full),
    "24_stopped": (None, postgres_stopped),
    "24_frozen": (None, postgres_frozen),
    "26_pool_exhausted": (sqlite_exhausted, postgres_exhausted),
    "27_locked": (locked, locked),
    "29_read_only": (sqlite_read_only, postgres_read_only),
}


BACKENDS = ("sqlite", "postgres")


def faults(*names: str) -> list[object]:
    """The parameters of the fixture `outage`: every fault of each database, or those whose names begin so."""
    its = [(f"{name}-{at}", at, how) for name, both in FAULTS.items() for at, how in zip(BACKENDS, both, strict=True)]
    return [
        pytest.param((how, at), marks=[pytest.mark.slow] * (at == "postgres"), id=name)
        for name, at, how in its
        if how is not None and name.startswith(names or "")
    ]
