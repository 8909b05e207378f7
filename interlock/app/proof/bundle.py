"""A bundle: the chained records of some calls, or all, with their checkpoints, to be verified without the store.

A ZIP file of `manifest.json`, `records.jsonl`, `checkpoints.jsonl` and `public-keys.txt`. Each record is there in the
very bytes that were hashed; after a call's records comes a line with where it ends. No personal data is in it.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from interlock.app.private import in_one_step, opened
from interlock.app.proof.checkpoint import signed_statement
from interlock.app.proof.errors import ProofError
from interlock.app.proof.finding import StoredEnd
from interlock.app.proof.keys import PrivateKey, PublicKey
from interlock.app.proof.stored import Source
from interlock.app.store.chain import record_bytes
from interlock.app.store.kept import Rows

MANIFEST, RECORDS, CHECKPOINTS, KEYS = "manifest.json", "records.jsonl", "checkpoints.jsonl", "public-keys.txt"
PURPOSE = b"interlock bundle 1\n"


@dataclass(slots=True)
class Manifest:
    """What a bundle has in it; `files` are their SHA-256."""

    made_at: str
    calls: int = 0
    records: int = 0
    checkpoints: int = 0
    files: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        counts = {"calls": self.calls, "records": self.records, "checkpoints": self.checkpoints}
        return {"version": 1, "made_at": self.made_at, **counts, "files": self.files}


def export(
    source: Source, checkpoints: Iterable[str], keys: Mapping[str, PublicKey], signer: PrivateKey | None, out: Path
) -> Manifest:
    """Write a bundle of all that is in the source, whole or not at all. Raises `ProofError`.

    The manifest is signed when there is somebody to sign it.
    """
    manifest = Manifest(datetime.now(UTC).isoformat(timespec="seconds"))
    try:
        with (
            in_one_step(out) as part,
            opened(part) as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bundle,
        ):
            _put(bundle, RECORDS, _record_lines(source, manifest), manifest)
            _put(bundle, CHECKPOINTS, _counted(checkpoints, manifest), manifest)
            _put(bundle, KEYS, (key.text for key in keys.values()), manifest)
            bundle.writestr(MANIFEST, _signed(manifest, signer) + "\n")
    except OSError as error:
        raise ProofError(f"--out {out}: cannot be written ({error.strerror}), expected a place of yours") from None
    return manifest


def _put(bundle: zipfile.ZipFile, name: str, lines: Iterable[str], manifest: Manifest) -> None:
    digest = hashlib.sha256()
    with bundle.open(name, "w", force_zip64=True) as file:
        for line in lines:
            data = (line + "\n").encode()
            digest.update(data)
            file.write(data)
    manifest.files[name] = digest.hexdigest()


def _record_lines(source: Source, manifest: Manifest) -> Iterator[str]:
    for noted, chunks in source.pages():
        waiting = dict(noted)
        for call_id, rows in _by_call(chunks):
            end = waiting.pop(call_id, None)
            if end is None or end.end != (len(rows), rows[-1][6]):  # it was written meanwhile, or tampered with
                again = source.whole(call_id)
                end, rows = again.noted, rows if again.more else again.rows
            yield from _call_lines(call_id, rows, end, manifest)
        for call_id, its in waiting.items():
            yield from _call_lines(call_id, (), its, manifest)


def _by_call(chunks: Iterable[Rows]) -> Iterator[tuple[str, Rows]]:
    rows = (row for chunk in chunks for row in chunk)
    for call_id, its in groupby(rows, itemgetter(0)):
        yield call_id, list(its)


def _call_lines(call_id: str, rows: Rows, end: StoredEnd | None, manifest: Manifest) -> Iterator[str]:
    manifest.calls += 1
    manifest.records += len(rows)
    for row in rows:
        yield _record_line(row)
    known = end is not None and type(end.length) is int  # SQLite puts any value into any column
    said = {"head": _hex(end.head), "length": end.length} if end is not None and known else None
    yield json.dumps({"call": {"call_id": call_id, "end": said}}, default=repr)


def _record_line(row: Sequence[Any]) -> str:
    try:
        call_id, seq, kind, at, epoch, audit, _, covers = row
        record = record_bytes(call_id, seq, kind, at, epoch, audit, covers).decode()
    except (TypeError, ValueError):  # not as the journal writes it: no such record can be verified, and that is said
        record = json.dumps({"call_id": row[0], "seq": row[1]}, default=repr)
    return f'{{"hash":"{_hex(row[6])}","record":{record}}}'


def _hex(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else ""


def _counted(lines: Iterable[str], manifest: Manifest) -> Iterator[str]:
    for line in lines:
        manifest.checkpoints += 1
        yield line


def _signed(manifest: Manifest, signer: PrivateKey | None) -> str:
    value = manifest.to_json()
    return json.dumps({"manifest": value}) if signer is None else signed_statement(value, signer, "manifest", PURPOSE)
