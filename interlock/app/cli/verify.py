"""The commands that prove a record: `interlock audit verify` and `export`, `interlock store checkpoint-key`."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from interlock.app.proof.report import Report
    from interlock.app.settings import Settings

console = Console(highlight=False)

MOST_FINDINGS = 1000
"""After so many of one bundle nobody needs another: whoever made it may have made any number up."""
MOST_UNREADABLE = 1000
"""So many lines among a bundle's checkpoints may be torn, or overwritten."""

Calls = Annotated[list[str] | None, typer.Argument(metavar="CALL", help="These calls only.")]
Folder = Annotated[Path | None, typer.Option(metavar="DIR", help="Instead of INTERLOCK_CHECKPOINTS.")]
Keys = Annotated[
    list[str] | None,
    typer.Option(metavar="KEY", help="A key that signed checkpoints, beside INTERLOCK_CHECKPOINT_KEY; repeat."),
]


def audit_verify(
    calls: Calls = None,
    checkpoints: Folder = None,
    bundle: Annotated[Path | None, typer.Option(metavar="FILE", help="Verify a bundle instead of the store.")] = None,
    public_key: Keys = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value instead of text.")] = False,
) -> None:
    """Whether the record is what was written: which entry was changed, dropped, swapped, repeated or inserted.

    And whether a call stands where its record says, or its row was moved.

    With checkpoints, which are signed and kept apart from the store, also
    whether a call's end was cut off, a call is gone, records were rewritten
    with their hashes, or the whole store was rolled back. What could not be
    told is said. A store may be verified while it is written.

    Exit code 0: nothing was found; 1: something was; 2: it could not be read.
    """
    from interlock.app.proof import ProofError
    from interlock.app.proof.report import InJson, InProse

    if bundle is not None and (calls or checkpoints):
        raise ProofError("--bundle and CALL or --checkpoints, expected --bundle alone: all of it is in the file")
    settings, to = _settings(), InJson() if as_json else InProse(console)
    if bundle is not None:
        found = verify_bundle(settings, bundle, public_key or (), to)
    else:
        found = _verify_store(settings, checkpoints, list(dict.fromkeys(calls or ())), public_key or (), to)
    if found:
        raise typer.Exit(1)


def audit_export(
    out: Annotated[Path, typer.Option(metavar="FILE", help="The bundle, a ZIP file; one that is there is replaced.")],
    calls: Calls = None,
    every: Annotated[bool, typer.Option("--all", help="Every call in the record, instead of CALLs.")] = False,
    checkpoints: Folder = None,
    public_key: Keys = None,
) -> None:
    """Write a bundle that `interlock audit verify --bundle FILE` verifies without the store.

    In it are the chained records in the very bytes that were hashed, their
    checkpoints, and the public keys. No personal data is.
    """
    from interlock.app.proof import ProofError
    from interlock.app.proof.bundle import export
    from interlock.app.proof.opening import opened_checkpoints, opened_store, private_key, require_known, verifying_keys
    from interlock.app.proof.report import counted
    from interlock.app.store.elsewhere import require_elsewhere

    if bool(calls) == every:
        found = "both CALL and --all" if every else "neither CALL nor --all"
        raise ProofError(f"{found}, expected one of them: which calls are to be exported")
    settings, named = _settings(), list(dict.fromkeys(calls or ()))
    require_elsewhere(out, settings.store, checkpoints or settings.checkpoints)
    keys, signer = verifying_keys(settings, public_key or ()), private_key(settings)
    with opened_checkpoints(settings, checkpoints, keys, named) as index, opened_store(settings, named) as source:
        require_known(source, named, index)
        with Console(stderr=True).status("Writing ..."):
            made = export(source, index.statements() if index else (), keys, signer, out)
    marks = counted(made.checkpoints, "checkpoint")
    counts = f"{counted(made.records, 'record')} of {counted(made.calls, 'call')}, {marks}"
    console.print(f"{out}: {counts}{', signed' if signer else ''}", markup=False, soft_wrap=True)


def checkpoint_key() -> None:
    """Print a new key for INTERLOCK_CHECKPOINT_KEY, and the public key that goes with it. Nothing keeps a copy.

    The private key signs checkpoints; to verify them, the public one is enough.
    """
    from interlock.app.proof.keys import new_key

    key = new_key()
    print(f"private {key.text}\npublic  {key.public.text}")


def _verify_store(
    settings: "Settings", folder: Path | None, named: Sequence[str], given: Sequence[str], to: "Report"
) -> int:
    from interlock.app.proof.opening import opened_checkpoints, opened_store, require_known, verifying_keys
    from interlock.app.proof.report import report_findings
    from interlock.app.proof.verifying import Verification

    keys = verifying_keys(settings, given)
    with opened_checkpoints(settings, folder, keys, named) as index, opened_store(settings, named) as source:
        require_known(source, named, index)
        its = Verification(source, index, whole=not named)
        return report_findings(its, to, Console(stderr=True), source.records, signed=index is not None)


def verify_bundle(settings: "Settings", path: Path, given: Sequence[str], to: "Report") -> int:
    """Verify a bundle by the keys that are set or given, else by its own; how many findings. Raises `ProofError`."""
    from interlock.app.proof.checkpoint_index import CheckpointIndex
    from interlock.app.proof.opening import verifying_keys
    from interlock.app.proof.report import BundleRemarks, report_findings
    from interlock.app.proof.unpacking import Bundle
    from interlock.app.proof.verifying import Verification

    with closing(Bundle(path)) as bundle:
        trusted = verifying_keys(settings, given)
        keys = trusted or bundle.keys()
        with closing(CheckpointIndex(bundle.checkpoints(), keys, most_unreadable=MOST_UNREADABLE)) as index:
            findings = bundle.findings(keys, unsigned=bool(trusted) and not index.count)
            remarks = BundleRemarks(findings, bundle.notes(None if trusted else keys))
            its = Verification(bundle, index if index.count or index.unreadable else None)
            return report_findings(
                its,
                to,
                Console(stderr=True),
                bundle.records,
                signed=index.count > 0,
                remarks=remarks,
                most=MOST_FINDINGS,
            )


def _settings() -> "Settings":
    from interlock.app.settings import load_settings
    from interlock.app.telemetry.logs import configure_logs

    settings = load_settings()
    configure_logs("WARNING", settings.log_json)
    return settings
