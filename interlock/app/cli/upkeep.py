"""The commands `interlock store prune`, `compact` and `rotate-key`."""

import json
import sys
from datetime import timedelta
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="One JSON value instead of text.")]


def prune(
    older_than: Annotated[
        str | None,
        typer.Option(metavar="AGE", help="Such as 90d, 12h or 6w; INTERLOCK_RETENTION_DAYS without."),
    ] = None,
    whole_calls: Annotated[
        bool, typer.Option("--whole-calls", help="Remove whole calls, audit records and all; AGE must be said.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be erased.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase what is personal in calls that ended long ago: run this daily, from cron or a timer.

    The audit chains stay, each with one line more that says so. A call that
    never ended counts from its last driver's last heartbeat. Ctrl-C loses
    nothing: what was erased stays so, and the next run goes on.

    With --whole-calls nothing of a call stays, for when its audit records,
    too, were kept for long enough; interlock audit export keeps them
    elsewhere. Only calls whose end is on record are removed, and only if they
    verify: the others are named. Where INTERLOCK_CHECKPOINTS is set, a signed
    note of each is put beside its checkpoints. Where it is not, and somebody
    keeps checkpoints, interlock audit verify reports these calls as gone.

    Exit code 1 when free space may still hold some of it, or when a call was
    not removed because it does not verify.
    """
    if whole_calls:
        _remove_whole_calls(older_than, dry_run=dry_run, as_json=as_json)
        return
    from interlock.app.cli.shared import COMPACT_LIMIT_S, counted, leftovers_sentence, the_record
    from interlock.app.store.pruning import due
    from interlock.app.store.pruning import prune as run

    store, settings = the_record()
    with store:
        age = _age(older_than, settings.retention_days)
        work = due(store, age) if dry_run else run(store, age)
        done = [its.entries for its in counted(work, "calls seen" if dry_run else "calls erased") if its.entries]
        left = store.compact(COMPACT_LIMIT_S) if done and not dry_run else ""
        if as_json:
            print(json.dumps({"calls": len(done), "entries": sum(done), "erased": not dry_run, "left_in_files": left}))
        else:
            print(f"{sum(done):,} entries of {len(done):,} calls {'would be erased' if dry_run else 'erased'}.")
            if done and not dry_run:
                print(leftovers_sentence(store, left))
    if left:
        raise typer.Exit(1)


def compact() -> None:
    """Leave nothing of what was erased in free space of the files.

    While it runs nothing can be recorded, so with live calls it gets half a second and gives up after it. A SQLite file
    needs as much free disk again; in PostgreSQL only the owner of the tables may do it.

    Exit code 1 when something stood in the way.
    """
    from interlock.app.cli.shared import COMPACT_LIMIT_S, leftovers_sentence, live_calls, the_record

    store, _ = the_record()
    with store:
        left = store.compact(COMPACT_LIMIT_S if live_calls(store) else None)
        print(leftovers_sentence(store, left))
    if left:
        raise typer.Exit(1)


def rotate_key() -> None:
    """Seal all personal data anew with a new key, while calls go on.

    Set INTERLOCK_STORE_KEY to NEW,OLD in every process, wherever the record is used: the first key seals, the others
    only open. Run this, then leave OLD out. It also seals what was kept before there was a key. Ctrl-C loses nothing:
    run it again.

    Exit code 1 when free space may still hold something in its older form.
    """
    from interlock.app.cli.shared import COMPACT_LIMIT_S, counted, leftovers_sentence, live_calls, the_record
    from interlock.app.store import StoreError
    from interlock.app.store.rekeying import reseal

    store, settings = the_record()
    with store:
        if not settings.seal_key:
            raise StoreError("INTERLOCK_STORE_KEY is not set, expected NEW,OLD or, where nothing is sealed yet, NEW")
        seen = list(counted(reseal(store), "batches sealed"))
        print(f"{sum(sealed for _, sealed in seen):,} of {sum(rows for rows, _ in seen):,} values sealed anew.")
        left = store.compact(COMPACT_LIMIT_S if live_calls(store) else None)
        print(leftovers_sentence(store, left), file=sys.stderr if left else sys.stdout)
    if left:
        raise typer.Exit(1)


def _remove_whole_calls(older_than: str | None, *, dry_run: bool, as_json: bool) -> None:
    from interlock.app.audit.words import clean
    from interlock.app.cli.shared import COMPACT_LIMIT_S, counted, leftovers_sentence, the_record
    from interlock.app.cli.whole_calls import find, removed
    from interlock.app.store import StoreError
    from interlock.app.store.pruning import age_of

    if older_than is None:
        raise StoreError("--whole-calls without --older-than, expected the age: how long audit records are to be kept")
    age, (store, settings) = age_of(older_than), the_record()
    with store:
        found = find(store, settings, age)
        done = list(found.calls if dry_run else counted(removed(store, settings, found.calls), "calls removed"))
        left = store.compact(COMPACT_LIMIT_S) if done and not dry_run else ""
        records, said = sum(its.records for its in done), "would be removed" if dry_run else "removed"
        if as_json:
            sums = {"calls": len(done), "records": records, "removed": not dry_run, "kept": list(found.kept)}
            print(json.dumps({**sums, "left_in_files": left}))
        else:
            print(f"{len(done):,} calls with {records:,} records {said}.")
            for call_id in found.kept:
                print(f"call {clean(call_id)} does not verify, so it stays: see interlock audit verify")
            if done and not dry_run:
                print(leftovers_sentence(store, left))
    if left or found.kept:
        raise typer.Exit(1)


def _age(older_than: str | None, days: int | None) -> timedelta:
    from interlock.app.store import StoreError
    from interlock.app.store.pruning import age_of

    if older_than is not None:
        return age_of(older_than)
    if days is None:
        raise StoreError("INTERLOCK_RETENTION_DAYS is not set, so nothing is too old: set it, or say --older-than")
    return timedelta(days=days)
