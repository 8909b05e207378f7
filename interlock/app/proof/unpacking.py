"""A bundle read again: its records as a source of a verification, its checkpoints, its keys."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from interlock.app.proof.bundle import CHECKPOINTS, KEYS, MANIFEST, PURPOSE, RECORDS
from interlock.app.proof.checkpoint import is_signed
from interlock.app.proof.errors import ProofError
from interlock.app.proof.finding import Finding, Row, StoredEnd
from interlock.app.proof.keys import PublicKey, public_keys
from interlock.app.proof.stored import WHOLE_LIMIT, Rows, Source, Whole
from interlock.app.store.chain import canonical, quoted
from interlock.app.store.kept import KeptCall
from interlock.app.store.sealing import Seal

_PAGE = 1 << 20
_NOTHING = ("", -1, "", "", -1, "", b"", None)


class Bundle(Source):
    """An opened bundle; every call in it is read once, in order. Raises `ProofError` for a file that is none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise self._unreadable(error.strerror or "no file") from None
        except zipfile.BadZipFile:
            raise self._unreadable("not a ZIP file") from None
        self._current = Whole(None, (), False)
        self._manifest = self._text(MANIFEST)
        try:
            self.records = int(json.loads(self._manifest)["manifest"]["records"])
        except (ValueError, KeyError, TypeError):
            raise self._unreadable(f"no {MANIFEST}") from None

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    @property
    def signed(self) -> bool:
        """Whether anybody signed it as a whole."""
        return "signature" in json.loads(self._manifest)

    def keys(self) -> dict[str, PublicKey]:
        """The public keys that came with it, by name: whoever made the bundle chose them, so they prove little."""
        return public_keys(self._text(KEYS).split())

    def checkpoints(self) -> Iterator[tuple[str, str]]:
        """Its checkpoints' lines with their places."""
        for number, line in enumerate(self._lines(CHECKPOINTS), 1):
            yield f"{CHECKPOINTS}:{number}", line

    def findings(self, keys: Mapping[str, PublicKey], *, unsigned: bool = False) -> Iterator[Finding]:
        """Whether the files are those it was made of; `unsigned`: a key was given, and no checkpoint is in it."""
        if unsigned and not self.signed:
            yield Finding(
                "forged", "nothing in the bundle is signed, expected the signatures of the key that was given"
            )
        if self.signed and not is_signed(self._manifest, keys, "manifest", PURPOSE):
            yield Finding("forged", f"the bundle's {MANIFEST} is not signed with a key that was given")
        files = json.loads(self._manifest)["manifest"].get("files", {})
        for name in (RECORDS, CHECKPOINTS, KEYS):
            if self._digest(name) != files.get(name):
                yield Finding("changed", f"the bundle's {name} is not what its {MANIFEST} says")

    def notes(self, own_keys: Mapping[str, PublicKey] | None) -> list[str]:
        """What nobody can know; `own_keys` are its own, if it was verified with them."""
        said = [] if self.signed else [f"The bundle's {MANIFEST} is not signed: whole calls may be missing from it."]
        if own_keys:
            keys = ", ".join(key.text for key in own_keys.values())
            said.append(f"Verified with a key out of the bundle itself: compare it with one you know ({keys}).")
        return said

    def pages(self) -> Iterator[tuple[Mapping[str, StoredEnd], Iterator[Rows]]]:
        rows: list[Row] = []
        for line in self._lines(RECORDS):
            if line.startswith('{"call"'):
                yield self._call(line, rows)
                rows = []
            else:
                rows.append(_row(line))
        if rows:
            yield {}, iter([rows])

    def whole(self, call_id: str) -> Whole:
        return self._current

    def kept(self, noted: Mapping[str, StoredEnd]) -> Iterator[Mapping[str, KeptCall]]:
        return iter(())

    @property
    def seal(self) -> Seal | None:
        return None

    def schema(self) -> Sequence[Finding]:
        return ()

    def _call(self, line: str, rows: list[Row]) -> tuple[Mapping[str, StoredEnd], Iterator[Rows]]:
        try:
            its = json.loads(line)["call"]
            call_id, end = str(its["call_id"]), its["end"]
            noted = None if end is None else StoredEnd(end["length"], bytes.fromhex(end["head"]))
        except (ValueError, KeyError, TypeError):
            raise self._unreadable(f"a line of {RECORDS} is none of ours") from None
        here = [row._replace(call_id=call_id) for row in rows]  # a record of another call has another hash
        self._current = Whole(noted, here[:WHOLE_LIMIT], len(here) > WHOLE_LIMIT)
        return ({} if noted is None else {call_id: noted}), iter([here])

    def _text(self, name: str) -> str:
        return "\n".join(self._lines(name))

    def _lines(self, name: str) -> Iterator[str]:
        with self._open(name) as file:
            for line in file:
                yield line.decode(errors="replace").rstrip("\n")

    def _digest(self, name: str) -> str:
        digest = hashlib.sha256()
        with self._open(name) as file:
            while data := file.read(_PAGE):
                digest.update(data)
        return digest.hexdigest()

    @contextmanager
    def _open(self, name: str) -> Iterator[Any]:
        try:
            with self._zip.open(name) as file:
                yield file
        except KeyError:
            raise self._unreadable(f"no {name} in it") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise self._unreadable(f"damaged: {error}") from None

    def _unreadable(self, why: str) -> ProofError:
        return ProofError(f"--bundle {self._path}: {why}, expected a bundle as interlock audit export writes them")


def _row(line: str) -> Row:
    """One record, its columns as they were stored; one that cannot be such a record fits nowhere."""
    try:
        whole = json.loads(line)
        its, digest = whole["record"], bytes.fromhex(whole["hash"])
        row = Row(its["call_id"], its["seq"], its["kind"], its["at"], its["epoch"], "", digest, _covers(its))
        covered = "" if row.covers is None else f',"covers":{row.covers}'
        before = f'{{"hash":"{whole["hash"]}","record":{{"at":"{row.at}","audit":'
        last = f'"epoch":{row.epoch},"kind":{quoted(row.kind)},"seq":{row.seq}}}}}'
        after = f',"call_id":{quoted(row.call_id)}{covered},{last}'
    except (ValueError, KeyError, TypeError, RecursionError):
        return Row(*_NOTHING)
    if not (line.startswith(before) and line.endswith(after)):
        return Row(*_NOTHING)
    return row._replace(audit=line[len(before) : len(line) - len(after)])


def _covers(record: Mapping[str, Any]) -> str | None:
    return canonical(record["covers"]) if "covers" in record else None
