"""Does everything of `attacks` to a record, one after the other, and tells what `interlock audit verify` says of it.

`python -m tests.proof.told [--postgres]` prints the table that stands in docs/verifying.md.
"""

import argparse
import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, select

from interlock.agents.call.journal import Turn
from interlock.app.proof.checkpoint_index import CheckpointIndex
from interlock.app.proof.folder import statements_of
from interlock.app.proof.keys import PrivateKey, new_key
from interlock.app.proof.report import untold_of
from interlock.app.proof.signing import Checkpoints
from interlock.app.proof.stored import Stored
from interlock.app.proof.verifying import Verification
from interlock.app.store import BUSY_TIMEOUT_MS, Seal, StoreJournal, open_journal, sealing
from interlock.app.store.opening import database_for_reading, database_for_writing
from tests.proof.attacks import BY_RECORDS, ENDED, LIVE, OTHER, Attack
from tests.proof.attacks_beside import BESIDE
from tests.proof.forger import OF, Forger
from tests.store.entries import AT, accepted, ended, opened, position
from tests.store.postgres import Postgres

ATTACKS = (*BY_RECORDS, *BESIDE)
ENDING = 25
"""By so many letters a sentence is told from others, whatever numbers are in it."""
SQLITE_ONLY = {"other_type", "other_bytes"}
TITLES = ("not sealed", "sealed", "with checkpoints")
HEAD = ("| somebody who may write the store | " + " | ".join(TITLES) + " |", "| --- " * 4 + "|")


@dataclass
class Record:
    """A record of four calls, with checkpoints of it; `earlier` is what its tables held in the middle."""

    store: str
    signed: Path
    key: str
    signer: PrivateKey
    earlier: dict[str, list[dict[str, Any]]]

    def verified(self, store: str, *, signed: bool) -> tuple[list[str], list[str]]:
        """What is found in this copy, and what is said beside it."""
        keys = {self.signer.public.name: self.signer.public}
        with (
            closing(database_for_reading(store, BUSY_TIMEOUT_MS)) as database,
            closing(CheckpointIndex(statements_of(self.signed), keys)) as index,
        ):
            its = Verification(Stored(database, (), Seal(self.key)), index if signed else None)
            return [each.said for each in its.findings()], untold_of(its.sums, signed=signed)


def write(store: str, folder: Path, key: str) -> Record:
    """Four calls that are written at the same time; one of them has not ended."""
    made = Record(store, folder, key, new_key(), {})
    with open_journal(store, key, Checkpoints(folder, made.signer, 3600.0, 3)) as journal:
        asyncio.run(_write(journal, made))
    counter = "INSERT INTO counters (key, quota, whose, count, until) VALUES ({}, 'proofs', 'caller', 3, 4e9)"
    room = (
        "INSERT INTO rooms (sid, call_id, flow, name, claimed_at, dispatches) VALUES ('RM', '{}', 'support', {}, 0, 0)"
    )
    with closing(database_for_writing(store, BUSY_TIMEOUT_MS)) as database:
        value = "x'00'" if database.dialect.name == "sqlite" else "'\\x00'"
        for statement in (counter.format(value), room.format(LIVE, value)):
            database.transact(lambda connection, its=statement: connection.exec_driver_sql(its))
    return made


async def _write(journal: StoreJournal, made: Record) -> None:
    for seq in range(1, 8):
        if seq == 5:
            made.earlier = await journal.read(_tables)
        for n, call_id in enumerate((OTHER, ENDED, "call-2", LIVE)):
            if not (call_id == LIVE and seq > 5):
                await journal.append([_entry(call_id, seq, AT + timedelta(seconds=10 * seq + n))])
            if seq in (2, 4, 6):
                await journal.remember(call_id, Turn(seq // 2, "user", f"I said {seq} in {call_id}."), 1)


def _entry(call_id: str, seq: int, at: Any) -> Any:
    given: dict[str, Any] = {"call_id": call_id, "at": at}
    said = {"machine": "Support", "version": 1, "state": "billing", "after": ["live", "billing"]}
    facts = {"facts": {"caller_name": f"Anna of {call_id}"}}
    moved = {"audit": said, "snapshot": position(seq, "billing")}
    if seq == 1:
        return opened(**given, audit={**said, "state": "triage"})
    if seq == 7:
        return ended(seq, **given)
    if seq in (4, 6):
        return accepted(seq, seq, **given, **moved, private={"args": {"amount_cents": 1000 + seq}, **facts})
    kinds = {2: "facts.established", 3: "transition.refused", 5: "facts.established"}
    private = None if seq == 3 else facts
    audit = {"outcome": "guard_false"} if seq == 3 else {"fields": ["caller_name"]}
    return accepted(seq, 4, **given, kind=kinds[seq], audit=audit, private=private, snapshot=None)


def _tables(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
        for name, table in OF.items()
    }


def attack(record: Record, store: str, what: Attack) -> None:
    """Do it to this copy of the record."""

    def work(connection: Connection) -> None:
        stored = connection.exec_driver_sql("SELECT value FROM secrets WHERE name = 'commitments'").scalar_one()
        what(Forger(connection, b"" if record.key else bytes(stored), record.earlier))

    if "://" not in store:
        engine = create_engine(f"sqlite:///{store}")
        with engine.begin() as connection:
            work(connection)
        engine.dispose()
        return

    def unhindered(connection: Connection) -> None:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        work(connection)

    with closing(database_for_writing(store, BUSY_TIMEOUT_MS)) as database:
        database.transact(unhindered)


def rows(fresh: Callable[[], str], copied: Callable[[str], str], folder: Path) -> Iterator[tuple[Attack, list[str]]]:
    """Every attack, and what came of it in a record that is not sealed, one that is, and with checkpoints."""
    plain, sealed = write(fresh(), folder / "plain", ""), write(fresh(), folder / "sealed", sealing.new_key())
    usual = [_seen(plain, plain.store), _seen(sealed, sealed.store)]
    assert not any(found for each in usual for found, _ in each), usual
    for what in ATTACKS:
        if "://" in plain.store and what.__name__ in SQLITE_ONLY:
            continue
        answers = []
        for record, before in zip((plain, sealed), usual, strict=True):
            attack(record, copy := copied(record.store), what)
            answers.append([_answer(its, was) for its, was in zip(_seen(record, copy), before, strict=True)])
        (bare, signed), (keyed, _) = answers
        yield what, [bare, keyed, signed]


Seen = tuple[list[str], list[str]]


def _seen(record: Record, store: str) -> list[Seen]:
    """What is found and said without checkpoints, and with them."""
    return [record.verified(store, signed=signed) for signed in (False, True)]


def _answer(its: Seen, usual: Seen) -> str:
    news = {each[-ENDING:] for each in its[1]} - {each[-ENDING:] for each in usual[1]}
    return "told" if its[0] else "said" if news else "not told"


def line(what: Attack, answers: list[str]) -> str:
    """A line of the table."""
    return f"| {what.__doc__} | {' | '.join(answers)} |"


def in_sqlite(folder: Path) -> Iterator[tuple[Attack, list[str]]]:
    """The rows, of records in files."""
    made = iter(range(10_000))

    def copied(store: str) -> str:
        return str(shutil.copy(store, folder / f"{next(made)}.sqlite"))

    return rows(lambda: str(folder / f"{next(made)}.sqlite"), copied, folder)


def in_postgres(server: Postgres, folder: Path) -> Iterator[tuple[Attack, list[str]]]:
    """The rows, of records in a PostgreSQL."""
    return rows(server.fresh, server.copied, folder)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof.told", description=__doc__)
    parser.add_argument("--postgres", action="store_true", help="in a PostgreSQL of its own")
    given = parser.parse_args()
    print(*HEAD, sep="\n")
    with tempfile.TemporaryDirectory() as folder:
        if not given.postgres:
            for row in in_sqlite(Path(folder)):
                print(line(*row), flush=True)
            return
        server = Postgres()
        try:
            for row in in_postgres(server, Path(folder)):
                print(line(*row), flush=True)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
