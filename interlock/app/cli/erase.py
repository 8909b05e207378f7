"""The command `interlock audit erase`."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from interlock.app.store.erasing import Erasure
    from interlock.app.store.upkeep import Upkeep

NAMED_LIMIT = 10
"""How many calls the question names."""


def audit_erase(
    calls: Annotated[list[str] | None, typer.Argument(metavar="CALL", help="The calls to erase.")] = None,
    caller: Annotated[
        str | None,
        typer.Option(
            metavar="IDENTITY_OR_PHONE",
            help="Every call of one caller instead: their identity in the room, phone number or account number.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; without a terminal nobody can be asked.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value instead of text.")] = False,
) -> None:
    """Erase what is personal in calls: facts' values, arguments, the conversation, the room's name.

    The audit chain stays, holds none of it, and gets one line more: private.erased. Verdicts of an erased call can be
    read but no longer replayed. A live call is refused: name it again when it has ended.

    --caller matches what our own systems established, as a whole: caller_identity, caller_phone (spaces, dots,
    brackets and hyphens do not count) and account_id. What callers only said of themselves is not matched: it can be
    anybody's. All calls are looked through, so sealed data needs INTERLOCK_STORE_KEY.

    The files are compacted then, so that no free space holds it; if that would keep live calls waiting, a line says
    so. The databases of the business systems are not the record's, and neither are backups.

    Exit code 0 when all is erased, 1 when something is left (a live call, free space) or no call matches.
    """
    from interlock.app.audit import AuditError
    from interlock.app.cli.shared import COMPACT_LIMIT_S, counted, leftovers_sentence, the_record

    if bool(calls) == (caller is not None):
        found = "both CALL and --caller" if caller is not None else "neither CALL nor --caller"
        raise AuditError(f"{found}, expected one of them: whose data is to be erased")
    store, _ = the_record()
    with store:
        ids = _named(store, calls or ()) if caller is None else _theirs(store, caller)
        if ids and not (yes or _confirmed(ids)):
            raise AuditError("nothing was erased")
        done = list(counted(store.erase(ids, "asked for"), "calls erased"))
        touched = not all(its.live for its in done)
        left = store.compact(COMPACT_LIMIT_S) if touched else ""
        if as_json:
            print(json.dumps({"calls": [asdict(its) for its in done], "left_in_files": left}, indent=2))
        else:
            _tell(done, leftovers_sentence(store, left) if touched else "")
    if left or not ids or any(its.live for its in done):
        raise typer.Exit(1)


def _named(store: "Upkeep", calls: Sequence[str]) -> list[str]:
    from interlock.app.audit import AuditError
    from interlock.app.audit.words import clean

    for call_id in calls:
        if store.call(call_id) is None:
            raise AuditError(f"there is no call {clean(call_id)} in the record, so nothing was erased")
    return list(dict.fromkeys(calls))


def _theirs(store: "Upkeep", caller: str) -> list[str]:
    from interlock.app.audit import AuditError
    from interlock.app.cli.shared import counted
    from interlock.app.store.callers import calls_of

    if not caller.strip():
        raise AuditError("--caller is empty, expected an identity, a phone number or an account number")
    return [call_id for call_id, theirs in counted(calls_of(store, caller), "calls looked through") if theirs]


def _confirmed(ids: Sequence[str]) -> bool:
    from interlock.app.audit import AuditError
    from interlock.app.audit.words import clean

    if sys.stdin is None or not sys.stdin.isatty():
        raise AuditError("nobody can be asked here, so nothing was erased: say --yes")
    more = f" and {len(ids) - NAMED_LIMIT:,} more" if len(ids) > NAMED_LIMIT else ""
    which = ", ".join(map(clean, ids[:NAMED_LIMIT])) + more
    try:
        return typer.confirm(f"Erase what is personal in {which}? It cannot be brought back.", err=True)
    except typer.Abort:
        return False


def _tell(done: Sequence["Erasure"], files: str) -> None:
    from interlock.app.audit.words import clean

    for its in done:
        call_id = clean(its.call_id)
        if its.live:
            print(f"{call_id} is live, so nothing of it was erased: try again when it has ended", file=sys.stderr)
        else:
            print(
                f"{call_id}: {its.entries} entries erased" if its.entries else f"{call_id}: nothing was left to erase"
            )
    if files or not done:
        print(files or "No call in the record is this caller's.")
