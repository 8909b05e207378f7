"""What was done to one call, once it is known that something was."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from interlock.app.proof.aligning import Alignment
from interlock.app.proof.checkpoint_index import IndexedCheckpoint
from interlock.app.proof.finding import Finding, StoredEnd, record_range
from interlock.app.proof.stored import Whole

OLDER = {"cut", "emptied", "rewritten"}
"""What is found of a call when an older copy of its record was put in the place of it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found of a call; from the checkpoint of length `missing` on, the record is an older one, if at all."""

    findings: tuple[Finding, ...]
    missing: int | None = None


def judge(
    call_id: str,
    whole: Whole,
    marks: Sequence[IndexedCheckpoint],
    holds: Callable[[IndexedCheckpoint], bool],
    broken_at: int,
) -> Judged:
    """Everything that is wrong with a call, most of it by its own hashes, the rest by what was signed."""
    proven, unproven = _parted(marks, holds)
    anchors = {mark.head: mark.length for mark in proven}
    if whole.noted is not None:
        anchors.setdefault(whole.noted.head, whole.noted.length)
    its = Alignment(whole.rows, anchors, whole.noted and whole.noted.end)
    if whole.more:
        found = its.findings or [Finding("changed", f"record {broken_at} does not fit", None, broken_at, broken_at)]
        return Judged(_of(call_id, found))
    signed, forged = _Signed(its, proven), [_forged(mark) for mark in unproven]
    found = [
        *its.findings,
        *forged,
        *signed.findings,
        *_end(its, whole.noted, signed, bool(its.findings or signed.findings)),
    ]
    missing = signed.unmet if {each.kind for each in found} <= OLDER else None
    return Judged(_of(call_id, found), missing)


def _parted(
    marks: Sequence[IndexedCheckpoint], holds: Callable[[IndexedCheckpoint], bool]
) -> tuple[list[IndexedCheckpoint], list[IndexedCheckpoint]]:
    proven: list[IndexedCheckpoint] = []
    unproven: list[IndexedCheckpoint] = []
    for mark in marks:
        (proven if holds(mark) else unproven).append(mark)
    return proven, unproven


def gone(call_id: str, marks: Sequence[IndexedCheckpoint], holds: Callable[[IndexedCheckpoint], bool]) -> Judged:
    """What there is to say of a call of which only checkpoints are left."""
    proven = next((mark for mark in reversed(marks) if holds(mark)), None)
    forged = [_forged(mark) for mark in marks[-1:] if mark is not proven]
    if proven is None:
        return Judged(_of(call_id, forged))
    said = f"the call is gone: it had {proven.length} records when its checkpoint of {proven.signed_at} was signed"
    return Judged(_of(call_id, [*forged, Finding("gone", said, None, 1, proven.length)]), marks[0].length)


class _Signed:
    """What the checkpoints say of the records: up to `good` they agree, `beyond` is the longest one past the end."""

    def __init__(self, its: Alignment, marks: Sequence[IndexedCheckpoint]) -> None:
        self.good = 0
        self.unmet: int | None = None
        self.beyond: IndexedCheckpoint | None = None
        self.findings: list[Finding] = []
        for mark in marks:
            self._look_at(mark, its)

    def _look_at(self, mark: IndexedCheckpoint, its: Alignment) -> None:
        known = its.heads.get(mark.length)
        if known == mark.head:
            self.good = max(self.good, mark.length)
        else:
            self.unmet = self.unmet or mark.length
            if mark.length > its.length:
                self.beyond = mark
            elif known is not None and not self._explained(its, mark):
                self.findings.append(_rewritten(self.good + 1, mark))

    def _explained(self, its: Alignment, mark: IndexedCheckpoint) -> bool:
        known = [*its.findings, *(each for each in self.findings if each.kind == "rewritten")]
        return any((each.first or 0) <= mark.length and (each.last or 0) > self.good for each in known)


def _end(its: Alignment, noted: StoredEnd | None, signed: _Signed, explained: bool) -> Iterator[Finding]:
    length, good = its.length, signed.good
    said = noted.length if noted and type(noted.length) is int else 0
    until = max(said, signed.beyond.length if signed.beyond else 0)
    if noted is None:
        yield Finding("gone", f"the call's own row is gone, {length} records of it are there", None, 1, length)
    if noted is not None and length < said == until and its.head == noted.head:
        yield Finding("changed", f"the call's row says {said} records, and gives the hash of record {length}")
    elif length < until:
        yield _short(length, until, signed, said)
    elif noted is not None and not length:
        yield Finding("emptied", "all records are missing, its row says that there never were any: no call has none")
    elif noted is not None and length > said and good > said:
        yield Finding(
            "changed", f"the call's row says that it has {said} records, there are {length}", None, said, said
        )
    elif noted is not None and length > said and not explained:
        after = record_range(said + 1, length)
        yield Finding("inserted", f"{after} stand after the end that the call's row gives", None, said + 1, length)
    elif noted is not None and its.head != noted.head and not explained:
        yield Finding("changed", f"the call's row gives another hash for record {length}", None, length, length)


def _short(length: int, until: int, signed: _Signed, said: int) -> Finding:
    by = "as its row says" if said == until or signed.beyond is None else f"as was signed at {signed.beyond.signed_at}"
    if not length:
        return Finding("emptied", f"all {until} records are missing, {by}", None, 1, until)
    doubt = f", or {_rewritten_words(signed.good + 1, length)}" if said < until and signed.good < length else ""
    missing = "are missing" if until > length + 1 else "is missing"
    return Finding(
        "cut", f"{record_range(length + 1, until)} {missing} at the end, {by}{doubt}", None, length + 1, until
    )


def _rewritten(first: int, mark: IndexedCheckpoint) -> Finding:
    what = _rewritten_words(first, mark.length)
    said = f"{what}, with the hashes: what was signed at {mark.signed_at} is not there"
    return Finding("rewritten", said, None, first, mark.length)


def _rewritten_words(first: int, last: int) -> str:
    return f"{record_range(first, last)} {'was' if first == last else 'were'} rewritten"


def _forged(mark: IndexedCheckpoint) -> Finding:
    return Finding("forged", f"the checkpoint {mark.place} is not signed with a key that was given", None, mark.length)


def _of(call_id: str, found: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(replace(each, call_id=call_id) for each in found)
