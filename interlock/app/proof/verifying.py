"""Verifying a record: every call's chain, its end, its checkpoints, and whether all of it is an older copy."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

from interlock.app.proof.checkpoint_index import CheckpointIndex, IndexedCheckpoint
from interlock.app.proof.finding import Finding, StoredEnd
from interlock.app.proof.following import Chain
from interlock.app.proof.judging import Judged, gone, judge
from interlock.app.proof.placing import places_in
from interlock.app.proof.stored import Source
from interlock.app.proof.unsigned import Unsigned
from interlock.app.store.fitting import fit_of
from interlock.app.store.kept import Rows

KEPT_PAGE = 5000
"""About so many records at a time are compared with what they cover: whole calls."""
ROLLED_BACK_CALLS, ROLLED_BACK_SHARE = 2, 0.9
"""Of so many calls, and of such a share of all that were signed meanwhile, everything since must be missing."""


@dataclass(slots=True)
class Sums:
    """How much was verified: `unsigned` records, of `open_ended` calls, came after their call's last checkpoint.

    `pruned` calls are not there any more, on purpose; what `erased` calls kept apart is not. `before` records are from
    before anything kept apart was covered; `unread` values could not be compared for want of the key, which is `bare`
    where it is not sealed. `uncovered` turns are newer than their call's last record; `live` calls have not ended, and
    `never_signed` of them are no new ones. `tagged` calls have the tag that was compared with their chain.
    """

    calls: int = 0
    records: int = 0
    checkpoints: int = 0
    findings: int = 0
    unsigned: int = 0
    open_ended: int = 0
    unreadable: int = 0
    pruned: int = 0
    erased: int = 0
    before: int = 0
    unread: int = 0
    uncovered: int = 0
    live: int = 0
    never_signed: int = 0
    tagged: int = 0
    bare: bool = False

    @property
    def keyed(self) -> bool:
        """Whether every call was written by somebody who had the store's key, which is of use to nobody else."""
        return self.tagged == self.calls > 0 and not self.bare

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Verification:
    """One pass over a source; with an `index` of checkpoints also what only they can tell. `whole`: of all calls."""

    def __init__(self, source: Source, index: CheckpointIndex | None, *, whole: bool = True) -> None:
        self._source, self._index, self._whole = source, index, whole
        self._progress: Callable[[int], None] = lambda _: None
        self.sums = Sums()
        self._accused: set[str] = set()
        self._held: dict[str, list[Sequence[Any]]] = {}
        self._many = 0
        self._unsigned = Unsigned(index) if index is not None else None

    def findings(
        self, first: Iterable[Finding] = (), progress: Callable[[int], None] = lambda _: None
    ) -> Iterator[Finding]:
        """Everything that is not as it was written, as it is found; `progress` hears of every page of records."""
        self._progress = progress
        for each in chain(first, self._all()):
            self.sums.findings += 1
            if each.call_id is not None:
                self._accused.add(each.call_id)
            yield each
        if self._index is not None:
            self.sums.checkpoints, self.sums.unreadable = self._index.count, self._index.unreadable

    def _all(self) -> Iterator[Finding]:
        if self._whole:
            yield from self._source.schema()
        for noted, chunks in self._source.pages():
            yield from self._page(noted, chunks)
            yield from self._kept()
        if self._index is not None:
            for call_id in self._index.unseen():
                marks = self._index.of(call_id)
                if self._index.was_pruned(call_id, marks):
                    self.sums.pruned += 1
                else:
                    yield from self._told(call_id, gone(call_id, marks, self._index.is_signed_by_ours))
            yield from self._rolled_back(self._index)

    def _page(self, noted: Mapping[str, StoredEnd], chunks: Iterator[Rows]) -> Iterator[Finding]:
        waiting = dict.fromkeys(noted)
        followed: Chain | None = None
        marks: list[IndexedCheckpoint] = []
        for rows in chunks:
            for call_id, its in groupby(rows, itemgetter(0)):
                if followed is None or followed.call_id != call_id:
                    yield from self._ended(followed, marks, noted)
                    waiting.pop(call_id, None)
                    marks = self._marks(call_id)
                    followed = _chain(call_id, marks)
                self._follow(followed, list(its))
            self.sums.records += len(rows)
            self._progress(len(rows))
        yield from self._ended(followed, marks, noted)
        for call_id in waiting:
            marks = self._marks(call_id)
            yield from self._ended(_chain(call_id, marks), marks, noted)

    def _follow(self, its: Chain, rows: list[Sequence[Any]]) -> None:
        its.follow(rows)
        if not self._source.keeps:
            return
        self._held.setdefault(its.call_id, []).extend(rows)
        self._many += len(rows)

    def _kept(self) -> Iterator[Finding]:
        """What is beside the chains, of those that hold: what a record covers proves nothing once that was changed."""
        calls = self._source.kept({call_id: its for call_id, its in self._held.items() if call_id not in self._accused})
        self._held, self._many = {}, 0
        seal = self._source.seal
        self.sums.bare = seal is not None and not seal.key_is_sealed
        for call_id, call in calls.items():
            fit = fit_of(call, seal)
            self.sums.erased += fit.erased
            self.sums.before += fit.before
            self.sums.unread += fit.unread
            self.sums.uncovered += fit.uncovered
            self.sums.live += not fit.ended
            self.sums.tagged += fit.tagged
            for said, seq in fit.misfits:
                yield Finding("unfitting", said, call_id, seq or None, seq or None)
            if self._unsigned is not None:
                marks = self._marks(call_id)
                found = self._unsigned.finding(call_id, call, marks)
                self.sums.never_signed += self._unsigned.may_be_made_up(call, marks)
                yield from [found] if found is not None else []

    def _ended(
        self, its: Chain | None, marks: list[IndexedCheckpoint], noted: Mapping[str, StoredEnd]
    ) -> Iterator[Finding]:
        if its is None:
            return
        self.sums.calls += 1
        if self._index is not None:
            self._index.mark_seen([its.call_id])
        ends, places = noted.get(its.call_id), its.places
        judged = Judged(())
        if not self._is_sound(its, marks, ends):
            whole = self._source.whole(its.call_id)
            judged = judge(its.call_id, whole, marks, self._holds, its.length + 1)
            ends, places = whole.noted, places_in(whole.rows)
        yield from self._told(its.call_id, judged)
        if not judged.findings and (moved := places.finding(its.call_id, ends)) is not None:
            yield moved
        signed = marks[-1].length if marks else 0
        if its.length > signed:
            self.sums.unsigned += its.length - signed
            self.sums.open_ended += 1
        if self._many >= KEPT_PAGE:
            yield from self._kept()

    def _is_sound(self, its: Chain, marks: list[IndexedCheckpoint], noted: StoredEnd | None) -> bool:
        if its.broken or noted is None or (its.length, its.head) != noted.end or not its.length:
            return False
        return not marks or (marks[-1].length <= its.length and self._holds(marks[-1]) and _agree(marks))

    def _marks(self, call_id: str) -> list[IndexedCheckpoint]:
        return self._index.of(call_id) if self._index is not None else []

    def _holds(self, mark: IndexedCheckpoint) -> bool:
        return self._index is not None and self._index.is_signed_by_ours(mark)

    def _told(self, call_id: str, judged: Judged) -> Iterator[Finding]:
        if judged.missing is not None and self._index is not None:
            self._index.mark_missing(call_id, judged.missing)
        yield from judged.findings

    def _rolled_back(self, index: CheckpointIndex) -> Iterator[Finding]:
        gap = index.gap() if self._whole else None
        if gap is None:
            return
        first, last, calls, of = gap
        if calls >= ROLLED_BACK_CALLS and calls >= ROLLED_BACK_SHARE * of:
            since = f"nothing of what {calls} calls wrote from {first} to {last} is there"
            yield Finding("rolled back", f"the whole store was rolled back: {since}")


def _chain(call_id: str, marks: list[IndexedCheckpoint]) -> Chain:
    return Chain(call_id, {mark.length: mark.head for mark in marks})


def _agree(marks: list[IndexedCheckpoint]) -> bool:
    return len({mark.length for mark in marks}) == len({(mark.length, mark.head) for mark in marks})
