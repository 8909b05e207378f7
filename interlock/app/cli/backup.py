"""The commands `interlock store backup` and `restore`."""

from pathlib import Path
from typing import Annotated

import typer

Replace = Annotated[bool, typer.Option("--replace", help="Overwrite what is there.")]


def backup(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")], replace: Replace = False
) -> None:
    """Copy the record, whole and of one moment, while calls go on: one file that needs no other.

    A SQLite record is more than its file while it is written: one that was
    copied by hand can lack what was written last. A record in PostgreSQL is
    copied by pg_dump.
    """
    from interlock.app.settings import load_settings
    from interlock.app.store import BUSY_TIMEOUT_MS
    from interlock.app.store.copying import back_up

    settings = load_settings()
    back_up(settings.store, out, BUSY_TIMEOUT_MS, replace=replace, checkpoints=settings.checkpoints)
    print(f"{out} is a copy of the record. Personal data in it is as in the record: erase it there, too.")


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that interlock store backup made.")],
    replace: Replace = False,
) -> None:
    """Put a copy in the place of the record, once it was checked: that it is whole, and that it verifies.

    Checkpoints are not asked, for they know of what came after the copy was
    made: interlock audit verify says afterwards what is missing since. Where a
    record is already, nothing is overwritten without --replace, and not while
    a worker or another command has it open.

    Exit code 1: the copy does not verify; nothing was changed.
    """
    from rich.console import Console

    from interlock.app.proof.report import InProse, report_findings
    from interlock.app.proof.stored import Stored
    from interlock.app.proof.verifying import Verification
    from interlock.app.settings import load_settings
    from interlock.app.store import BUSY_TIMEOUT_MS, Seal, StoreError
    from interlock.app.store.copying import check_copy, put_in_place
    from interlock.app.store.elsewhere import is_same
    from interlock.app.store.opening import database_for_reading
    from interlock.app.store.place import is_postgres, path_of, shown

    settings, source = load_settings(), path_of(source)
    if not is_postgres(settings.store) and is_same(source, path_of(settings.store)):
        raise StoreError(f"{source} is the record itself, expected a copy of it that interlock store backup made")
    check_copy(source, BUSY_TIMEOUT_MS)
    database = database_for_reading(source, BUSY_TIMEOUT_MS)
    try:
        stored = Stored(database, (), Seal(settings.seal_key))
        found = report_findings(
            Verification(stored, None),
            InProse(Console(highlight=False)),
            Console(stderr=True),
            stored.records,
            signed=False,
        )
    finally:
        database.close()
    if found:
        raise typer.Exit(1)
    put_in_place(source, settings.store, BUSY_TIMEOUT_MS, replace=replace)
    print(f"{shown(settings.store)} is what {source} holds.")
