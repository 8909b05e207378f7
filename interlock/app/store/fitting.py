"""Whether what is kept of a call fits what its records cover: values kept apart, turns, and the call's own row.

It presumes that the chain holds: what a record covers proves nothing once the record itself was changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic_core import from_json

from interlock.app.store.covering import ERASED, commitment, fingerprint, tag, turns_in, turns_of
from interlock.app.store.errors import StoreError
from interlock.app.store.kept import KeptCall, KeptRecord, KeptValue
from interlock.app.store.sealing import Seal

WHOLE = 0


class Misfit(NamedTuple):
    """One thing that does not fit, in a sentence; `seq` is the record whose private part it is, if it is one's, or
    `WHOLE` where no record of the call proves anything."""

    said: str
    seq: int | None = None


@dataclass(slots=True)
class Fit:
    """What came of one call; `before` of its records are from before anything was covered.

    `erased`: what was kept apart is gone on purpose, in part or all of it. `unread` values could not be opened for want
    of a key; `uncovered` turns are newer than the last record. `tagged`: the tag of its chain's end was compared.
    """

    misfits: list[Misfit] = field(default_factory=list)
    before: int = 0
    erased: bool = False
    unread: int = 0
    uncovered: int = 0
    ended: bool = False
    tagged: bool = False

    def of(self, seq: int) -> str:
        """What does not fit of one record's private part, or of the whole chain's tag; empty when both fit."""
        return next((its.said for its in self.misfits if its.seq in (seq, WHOLE)), "")


def fit_of(call: KeptCall, seal: Seal | None) -> Fit:
    """Compare one call. Without a `seal` that knows the store's key, only whether things are there is told."""
    its = _Comparing(call, seal if seal is not None and seal.commitment_key else None)
    its.fit.misfits += [*its.tag(), *its.privates(), *its.turns(), *its.row()]
    return its.fit


def flow_of(call: KeptCall) -> str:
    """The flow its first record covers, else the one its row says."""
    covered = (_covers(record) or {} for record in call.records if record.kind == "call.opened")
    return next((its["flow"] for its in covered if type(its.get("flow")) is str), str(call.row["flow"]))


class _Comparing:
    def __init__(self, call: KeptCall, seal: Seal | None) -> None:
        self.fit = Fit()
        self._call, self._seal = call, seal
        self._covers = [(record, _covers(record)) for record in call.records]
        self._erased_at = max((record.seq for record in call.records if record.kind == ERASED), default=0)
        self.fit.erased = self._erased_at > 0
        self.fit.before = sum(covers is None for _, covers in self._covers)

    def tag(self) -> Iterator[Misfit]:
        """Whether whoever wrote the last record, or brought the call along, had the store's key."""
        if self._seal is None:
            return
        self.fit.tagged, row = True, self._call.row
        if row["tag"] is None:
            yield Misfit("it has no tag: it was made up, or its record was rewritten", WHOLE)
        elif row["tag"] != _tag(self._seal.commitment_key, *(row[name] for name in _TAGGED)):
            said = "its record was rewritten, cut off, added to or made up"
            yield Misfit(f"its tag is not what its records give: {said}", WHOLE)

    def privates(self) -> Iterator[Misfit]:
        left, since = dict(self._call.private), False
        for record, covers in self._covers:
            value = left.pop(record.seq, None)
            if covers is None:
                if since:
                    yield Misfit(f"record {record.seq} covers nothing, though one before it does", record.seq)
                continue
            since = True
            if not covers and type(_plain(record.covers)) is not dict:
                yield Misfit(f"what record {record.seq} covers cannot be read", record.seq)
            if said := self._private(record.seq, value, covers.get("private")):
                yield Misfit(said, record.seq)
        for seq in left:
            yield Misfit(f"something is kept apart for a record {seq}, which is not there")

    def _private(self, seq: int, value: KeptValue | None, covered: Any) -> str:
        if covered is None:
            return "" if value is None else f"record {seq} keeps nothing apart, yet something is there"
        if value is None:
            return "" if seq < self._erased_at else f"what record {seq} kept apart is gone, and nobody erased it"
        fits = self._fits(value, covered, self._call.row["call_id"], seq)
        return "" if fits else f"what record {seq} kept apart was changed"

    def turns(self) -> Iterator[Misfit]:
        covered: dict[str, str] = {}
        for record, covers in self._covers:
            covered |= turns_in((covers or {}).get("turns"))
            covered = {} if record.kind == ERASED else covered
        uncovered = turns_of(self._call.row["uncovered"])
        self.fit.uncovered = len(uncovered)
        covered |= uncovered
        for n, value in self._call.turns.items():
            known = covered.pop(str(n), None)
            if known is None:
                if not self.fit.before:
                    yield Misfit(f"turn {n} of the conversation is in no record")
            elif not self._fits(value, known, self._call.row["call_id"], "turn", n):
                yield Misfit(f"turn {n} of the conversation was changed")
        if covered:
            yield Misfit(f"turn {', '.join(covered)} of the conversation is gone, and nobody erased it")

    def row(self) -> Iterator[Misfit]:
        row, opened = self._call.row, next((its for its in self._call.records if its.kind == "call.opened"), None)
        ended = next((its for its in reversed(self._call.records) if its.kind == "call.ended"), None)
        first = {} if opened is None else {**_said(opened), **(_covers(opened) or {})}
        self.fit.ended = ended is not None
        wanted: dict[str, Any] = {
            "ended_at": None if ended is None else ended.at,
            "end_reason": None if ended is None else _said(ended).get("reason"),
        }
        if opened is not None:
            wanted["started_at"] = opened.at
            names = {"flow": "flow", "machine": "machine", "version": "machine_version"}
            wanted |= {column: first[name] for name, column in names.items() if name in first}
        for column, value in wanted.items():
            if row[column] != value:
                yield Misfit(
                    f"its row says {column.replace('_', ' ')} {_shown(row[column])}, its record {_shown(value)}"
                )
        yield from self._snapshot()
        yield from self._driver(ended)

    def _snapshot(self) -> Iterator[Misfit]:
        known = next((c["snapshot"] for _, c in reversed(self._covers) if c and "snapshot" in c), None)
        text = self._call.row["snapshot"]
        if known is not None and (type(text) is not str or fingerprint(text) != known):
            yield Misfit("where the call stands by its row is not what its record covers")

    def _driver(self, ended: KeptRecord | None) -> Iterator[Misfit]:
        """Whoever drives a call that has not ended may have taken it a moment ago, and written nothing yet."""
        known = [(record.kind, c["driver"], c.get("owner")) for record, c in self._covers if c and "driver" in c]
        if not known:
            return
        kind, driver, _ = known[-1]
        fence, expected = self._call.row["fence"], driver + (kind == ERASED)
        owner = next((its[2] for its in reversed(known) if its[0] != ERASED), None)
        if type(fence) is not int or fence < expected or (ended is not None and fence != expected):
            yield Misfit(f"its row says driver {_shown(fence)}, its records {expected}")
        elif fence == expected and owner is not None and self._call.row["owner"] != owner:
            yield Misfit("its row says another owner than its records")

    def _fits(self, value: KeptValue, covered: Any, *place: object) -> bool:
        if self._seal is None:
            self.fit.unread += 1
            return True
        if not isinstance(value.salt, bytes) or not isinstance(value.data, bytes):
            return False
        try:
            opened = self._seal.open(value.data, *place)
        except StoreError:
            return False
        return bool(commitment(self._seal.commitment_key, value.salt, opened, *place) == covered)


_TAGGED = ("call_id", "last_seq", "head", "uncovered")


def _tag(key: bytes, *end: Any) -> bytes:
    try:
        return tag(key, *end)
    except TypeError:  # SQLite puts any value into any column
        return b""


def _covers(record: KeptRecord) -> dict[str, Any] | None:
    if record.covers is None:
        return None
    its = _plain(record.covers)
    return its if isinstance(its, dict) else {}


def _said(record: KeptRecord) -> dict[str, Any]:
    its = _plain(record.audit)
    return its if isinstance(its, dict) else {}


def _plain(text: Any) -> Any:
    try:
        return from_json(text)  # a fifth of what `json` takes, and there is one for each record
    except (TypeError, ValueError):
        return None


def _shown(value: Any) -> str:
    return "nothing" if value is None else str(value)[:60]
