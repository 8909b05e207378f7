"""Checkpoints by call, however many, and notes of calls that were removed: in a database that is gone when closed."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from math import inf

from interlock.app.proof.checkpoint import Checkpoint, is_signed, read_checkpoint
from interlock.app.proof.errors import ProofError
from interlock.app.proof.keys import PublicKey
from interlock.app.proof.pruned import is_signed_removal, read_pruned

BATCH = 1000


@dataclass(frozen=True, slots=True)
class IndexedCheckpoint:
    """One checkpoint as it lies in the index, unproven until `CheckpointIndex.is_signed_by_ours` says so."""

    length: int
    head: bytes
    signed_at: str
    line: str
    place: str


class CheckpointIndex:
    """The checkpoints of the calls in `only`, or of all; `unreadable` counts lines that say nothing.

    Raises `ProofError` for more of those than `most_unreadable`.
    """

    def __init__(
        self,
        statements: Iterable[tuple[str, str]],
        keys: Mapping[str, PublicKey],
        only: frozenset[str] = frozenset(),
        most_unreadable: float = inf,
    ) -> None:
        self._keys = keys
        self.unreadable = 0
        self._most_unreadable = most_unreadable
        self._base = sqlite3.connect("", isolation_level=None)  # "": a file of its own that nobody else can open
        self._base.execute(
            "CREATE TABLE marks (call_id TEXT, length INTEGER, head BLOB, written_at TEXT, signed_at TEXT, line TEXT,"
            " place TEXT, missing INTEGER DEFAULT 0)"
        )
        self._base.execute("CREATE TABLE pruned (call_id TEXT, length INTEGER, head BLOB, line TEXT)")
        self._base.execute("CREATE TABLE seen (call_id TEXT PRIMARY KEY) WITHOUT ROWID")
        self._base.execute("BEGIN")
        try:
            self._fill(statements, only)
        except BaseException:
            self.close()  # nobody else has it yet
            raise
        self._base.execute("CREATE INDEX by_call ON marks (call_id, length)")
        self._base.execute("CREATE INDEX pruned_by_call ON pruned (call_id)")

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self._base.execute("SELECT count(*) FROM marks").fetchone()[0])

    def of(self, call_id: str) -> list[IndexedCheckpoint]:
        """A call's checkpoints, shortest first."""
        found = "SELECT length, head, signed_at, line, place FROM marks WHERE call_id = ? ORDER BY length"
        return [IndexedCheckpoint(*row) for row in self._base.execute(found, (call_id,))]

    def is_signed_by_ours(self, mark: IndexedCheckpoint) -> bool:
        """Whether it was signed with one of the keys."""
        return is_signed(mark.line, self._keys)

    def was_pruned(self, call_id: str, marks: Sequence[IndexedCheckpoint]) -> bool:
        """Whether it is signed that the call was removed on purpose, as it was after all its checkpoints."""
        signed = [(mark.length, mark.head) for mark in marks if self.is_signed_by_ours(mark)]
        furthest = max((length for length, _ in signed), default=-1)
        heads = {head for length, head in signed if length == furthest}
        notes = self._base.execute("SELECT length, head, line FROM pruned WHERE call_id = ?", (call_id,))
        return any(
            (furthest < length or (furthest == length and heads == {head})) and is_signed_removal(line, self._keys)
            for length, head, line in notes
        )

    def mark_seen(self, call_ids: Iterable[str]) -> None:
        """These calls are in the record."""
        self._base.executemany("INSERT OR IGNORE INTO seen VALUES (?)", ((call_id,) for call_id in call_ids))

    def unseen(self) -> Iterator[str]:
        """The calls that are not, of those with a checkpoint."""
        asked = self._base.cursor()
        asked.execute("SELECT DISTINCT call_id FROM marks WHERE call_id NOT IN (SELECT call_id FROM seen)")
        for (call_id,) in asked:
            yield call_id

    def statements(self, only: frozenset[str] = frozenset()) -> Iterator[str]:
        """The lines themselves, of these calls or of all."""
        for table in ("marks", "pruned"):
            for call_id, line in self._base.execute(f"SELECT call_id, line FROM {table} ORDER BY rowid"):
                if not only or call_id in only:
                    yield line

    def mark_missing(self, call_id: str, length: int) -> None:
        """The record does not have what this call's checkpoints of `length` and more say."""
        self._base.execute("UPDATE marks SET missing = 1 WHERE call_id = ? AND length >= ?", (call_id, length))

    def gap(self) -> tuple[str, str, int, int] | None:
        """From when to when what is missing was written, by how many calls, and how many wrote in that time at all."""
        first, last, calls = self._base.execute(
            "SELECT min(written_at), max(written_at), count(DISTINCT call_id) FROM marks WHERE missing"
        ).fetchone()
        if not calls:
            return None
        between = "SELECT count(DISTINCT call_id) FROM marks WHERE written_at BETWEEN ? AND ?"
        return first, last, calls, self._base.execute(between, (first, last)).fetchone()[0]

    def since(self) -> str | None:
        """When the first record was written that is signed; None without any."""
        found: str | None = self._base.execute("SELECT min(written_at) FROM marks").fetchone()[0]
        return found

    def close(self) -> None:
        """Forget everything."""
        self._base.close()

    def _fill(self, statements: Iterable[tuple[str, str]], only: frozenset[str]) -> None:
        rows = self._rows(statements, only)
        put = (
            "INSERT INTO marks (call_id, length, head, written_at, signed_at, line, place) VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        while batch := list(islice(rows, BATCH)):
            self._base.executemany(put, batch)

    def _rows(self, statements: Iterable[tuple[str, str]], only: frozenset[str]) -> Iterator[tuple[object, ...]]:
        for place, line in statements:
            its: Checkpoint | None = None
            with suppress(ValueError):
                its = read_checkpoint(line)
            if its is None:
                self._count_unreadable(line, only)
            elif not only or its.call_id in only:
                yield its.call_id, its.length, its.head, its.written_at, its.signed_at, line, place

    def _count_unreadable(self, line: str, only: frozenset[str]) -> None:
        self.unreadable += bool(line) and not self._take_note(line, only)  # an empty line ends one that was torn
        if self.unreadable > self._most_unreadable:
            raise ProofError(f"{self.unreadable} lines among the checkpoints cannot be read, expected checkpoints")

    def _take_note(self, line: str, only: frozenset[str]) -> bool:
        with suppress(ValueError):
            its = read_pruned(line)
            if not only or its.call_id in only:
                self._base.execute("INSERT INTO pruned VALUES (?, ?, ?, ?)", (its.call_id, its.length, its.head, line))
            return True
        return False
