"""A bundle read again: its records as a source of a verification, its checkpoints, its keys."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import ValidationError

from interlock.app.proof.bundle import CHECKPOINTS, KEYS, MANIFEST, PURPOSE, RECORDS
from interlock.app.proof.checkpoint import is_signed
from interlock.app.proof.errors import ProofError
from interlock.app.proof.finding import Finding, Row, StoredEnd
from interlock.app.proof.keys import PublicKey, public_keys
from interlock.app.proof.lines import CallLine, call_line, manifest_line, record_line
from interlock.app.proof.stored import WHOLE_LIMIT, Source, Whole
from interlock.app.proof.zipped import NotReadable, Zipped
from interlock.app.store.chain import canonical, quoted
from interlock.app.store.kept import KeptCall, Rows
from interlock.app.store.sealing import Seal

SMALL_BYTES = 1 << 16
"""The longest manifest, and the longest list of keys."""
PART_ROWS, PART_BYTES = 5_000, 4 << 20
"""How much of a call is held at once while it is followed."""
WHOLE_BYTES = 32 << 20
"""How much of a call is kept to find out what was done to it."""
CALL, RECORD = '{"call"', '{"hash":"'
_NOTHING = ("", -1, "", "", -1, "", b"", None)
T = TypeVar("T")


class _Part(NamedTuple):
    """Some records of a call, and the line after its last ones."""

    rows: list[Row]
    end: CallLine.Said | None


class _Kept:
    """The first records of the call that is read."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.more, self._bytes = False, 0

    def add(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self._bytes += len(row.audit)
            if len(self.rows) == WHOLE_LIMIT or self._bytes > WHOLE_BYTES:
                self.more = True
                return
            self.rows.append(row)


class Bundle(Source):
    """An opened bundle; every call in it is read once, in order. Raises `ProofError` for a file that is none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept, self._noted = _Kept(), dict[str, StoredEnd]()
        self._zip = self._robustly(lambda: Zipped(path, (MANIFEST, RECORDS, CHECKPOINTS, KEYS)))
        try:
            self._text = self._robustly(lambda: self._zip.text(MANIFEST, SMALL_BYTES)).rstrip("\n")
            self._manifest = manifest_line(self._text)
        except ValidationError:
            self.close()
            raise self._unreadable(f"{MANIFEST} is none of ours") from None
        except ProofError:
            self.close()
            raise
        self.records = self._manifest.manifest.records

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    @property
    def signed(self) -> bool:
        """Whether anybody signed it as a whole."""
        return self._manifest.signature is not None

    def keys(self) -> dict[str, PublicKey]:
        """The public keys that came with it, by name: whoever made the bundle chose them, so they prove little."""
        try:
            return public_keys(self._robustly(lambda: self._zip.text(KEYS, SMALL_BYTES)).split())
        except ProofError as error:
            raise self._unreadable(f"{KEYS}: {error}") from None

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
        if self.signed and not is_signed(self._text, keys, "manifest", PURPOSE):
            yield Finding("forged", f"the bundle's {MANIFEST} is not signed with a key that was given")
        for name in (RECORDS, CHECKPOINTS, KEYS):
            if self._robustly(lambda name=name: self._digest(name)) != self._manifest.manifest.files.get(name):  # type: ignore[misc]
                yield Finding("changed", f"the bundle's {name} is not what its {MANIFEST} says")

    def notes(self, own_keys: Mapping[str, PublicKey] | None) -> list[str]:
        """What nobody can know; `own_keys` are its own, if it was verified with them."""
        said = [] if self.signed else [f"The bundle's {MANIFEST} is not signed: whole calls may be missing from it."]
        if own_keys:
            keys = ", ".join(key.text for key in own_keys.values())
            said.append(f"Verified with a key out of the bundle itself: compare it with one you know ({keys}).")
        return said

    def pages(self) -> Iterator[tuple[Mapping[str, StoredEnd], Iterator[Rows]]]:
        """A call at a time. Where a long one ends is known, and noted, when its last records were read."""
        parts = self._parts()
        for part in parts:
            call_id = _call_id(part)
            self._kept, self._noted = _Kept(), {}
            if part.end is not None:
                self._note(part.end)
            yield self._noted, self._call(call_id, part, parts)

    def whole(self, call_id: str) -> Whole:
        return Whole(self._noted.get(call_id), self._kept.rows, self._kept.more)

    @property
    def keeps(self) -> bool:
        return False

    def kept(self, records: Mapping[str, Rows]) -> Mapping[str, KeptCall]:
        return {}

    @property
    def seal(self) -> Seal | None:
        return None

    def schema(self) -> Sequence[Finding]:
        return ()

    def _call(self, call_id: str, part: _Part, parts: Iterator[_Part]) -> Iterator[Rows]:
        yield self._here(call_id, part)
        while part.end is None and (part := next(parts, _Part([], CallLine.Said(call_id="", end=None)))):
            yield self._here(call_id, part)
            if part.end is not None:
                self._note(part.end)

    def _here(self, call_id: str, part: _Part) -> list[Row]:
        rows = [row._replace(call_id=call_id) for row in part.rows]  # a record of another call has another hash
        self._kept.add(rows)
        return rows

    def _note(self, said: CallLine.Said) -> None:
        if said.end is not None:
            self._noted[said.call_id] = StoredEnd(said.end.length, bytes.fromhex(said.end.head))

    def _parts(self) -> Iterator[_Part]:
        rows, size = list[Row](), 0
        for number, line in enumerate(self._lines(RECORDS), 1):
            if line.startswith(CALL):
                yield _Part(rows, self._call_line(number, line))
                rows, size = [], 0
                continue
            if not line.startswith(RECORD):
                raise self._unreadable(f"line {number} of {RECORDS} is none of ours")
            rows.append(_row(line))
            size += len(line)
            if len(rows) == PART_ROWS or size > PART_BYTES:
                yield _Part(rows, None)
                rows, size = [], 0
        if rows:
            yield _Part(rows, None)

    def _call_line(self, number: int, line: str) -> CallLine.Said:
        try:
            return call_line(line).call
        except ValidationError:
            raise self._unreadable(f"line {number} of {RECORDS} is none of ours") from None

    def _lines(self, name: str) -> Iterator[str]:
        lines = self._zip.lines(name)
        while (line := self._robustly(lambda: next(lines, None))) is not None:
            yield line

    def _digest(self, name: str) -> str:
        digest = hashlib.sha256()
        for block in self._zip.blocks(name):
            digest.update(block)
        return digest.hexdigest()

    def _robustly(self, read: Callable[[], T]) -> T:
        try:
            return read()
        except NotReadable as error:
            raise self._unreadable(str(error)) from None

    def _unreadable(self, why: str) -> ProofError:
        return ProofError(f"--bundle {self._path}: {why}, expected a bundle as interlock audit export writes them")


def _call_id(part: _Part) -> str:
    """Whose records these are: as the line after them says, else as they do."""
    if part.end is not None:
        return part.end.call_id
    return next((row.call_id for row in part.rows if row.call_id), "")


def _row(line: str) -> Row:
    """One record, its columns as they were stored; one that cannot be such a record fits nowhere."""
    try:
        whole = record_line(line)
        its = whole.record
        covers = None if its.covers is None else canonical(its.covers)
    except ValueError:  # no such line, or what RFC 8785 has no text for
        return Row(*_NOTHING)
    covered = "" if covers is None else f',"covers":{covers}'
    before = f'{{"hash":"{whole.hash}","record":{{"at":"{its.at}","audit":'
    last = f'"epoch":{its.epoch},"kind":{quoted(its.kind)},"seq":{its.seq}}}}}'
    after = f',"call_id":{quoted(its.call_id)}{covered},{last}'
    if not (line.startswith(before) and line.endswith(after)):
        return Row(*_NOTHING)
    audit = line[len(before) : len(line) - len(after)]
    return Row(its.call_id, its.seq, its.kind, its.at, its.epoch, audit, bytes.fromhex(whole.hash), covers)
