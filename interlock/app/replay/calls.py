"""Going over many calls, one in memory at a time: each one's answer, and how many there were of what."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from interlock.app.audit import AuditError
from interlock.app.audit.words import VERDICTS, clean
from interlock.app.replay.judging import Changed, judge
from interlock.app.replay.recorded_verdict import NotReplayable
from interlock.app.replay.versions import Choose, Version
from interlock.app.replay.whole import Reader
from interlock.app.store import CallRow, StoreError
from interlock.app.store.fitting import Fit

PAGE = 1000
"""How many calls' ids are held at once."""


class CallsReader(Reader, Protocol):
    """What is read of a journal to find the calls, too."""

    def ids(self, after: str = "", limit: int = 1000) -> Sequence[str]:
        """The next of all calls' ids, in their order."""
        ...

    def fit(self, call_id: str) -> Fit:
        """Whether what was kept apart fits what the records cover."""
        ...

    def call(self, call_id: str) -> CallRow | None:
        """A call's row; None when the record has none of that id."""
        ...


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Verdicts of one call, by turn, that cannot be given again, and why."""

    why: str
    turns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CallReplay:
    """What came of one call: `judged` verdicts were given again, those in `changed` differ.

    `unproven` of them are from before anything was covered.
    """

    call_id: str
    flow: str
    recorded_by: str
    by: str
    source: str
    judged: int
    changed: tuple[Changed, ...]
    not_replayable: tuple[Unjudged, ...]
    assumed: frozenset[str]
    unproven: int = 0

    def to_json(self) -> dict[str, Any]:
        return {
            "call_id": self.call_id,
            "flow": self.flow,
            "recorded_by": self.recorded_by,
            "judged_by": self.by,
            "source": self.source,
            "judged": self.judged,
            "unproven": self.unproven,
            "changed": [each.to_json() for each in self.changed],
            "not_replayable": [asdict(each) for each in self.not_replayable],
        }


@dataclass(slots=True)
class Tally:
    """How many calls and verdicts were judged, how many of them changed, and how many calls were not judged, and why.

    A call of which some verdicts can be given again and some cannot counts as judged and as not replayable. `unproven`
    verdicts were judged by what no record covers. `by` and `recorded_by` are versions of machines, `assumed` facts that
    some record does not have.
    """

    calls: int = 0
    verdicts: int = 0
    unproven: int = 0
    changed_calls: int = 0
    changed_verdicts: int = 0
    not_replayable: int = 0
    without_verdicts: int = 0
    other_flows: int = 0
    by: set[str] = field(default_factory=set)
    recorded_by: set[str] = field(default_factory=set)
    assumed: set[str] = field(default_factory=set)

    def add(self, answer: CallReplay | None) -> None:
        """Count one call; None is one of another flow."""
        if answer is None:
            self.other_flows += 1
            return
        self.calls += answer.judged > 0
        self.verdicts += answer.judged
        self.unproven += answer.unproven
        self.changed_calls += bool(answer.changed)
        self.changed_verdicts += len(answer.changed)
        self.not_replayable += bool(answer.not_replayable)
        self.without_verdicts += not answer.judged and not answer.not_replayable
        self.assumed |= answer.assumed
        if answer.judged:
            self.by.add(f"{answer.by} in {clean(answer.source)}" if answer.source else answer.by)
            self.recorded_by |= {answer.recorded_by} - {answer.by}

    def to_json(self) -> dict[str, Any]:
        return {name: sorted(its) if isinstance(its, set) else its for name, its in asdict(self).items()}


def nothing_judged(tally: Tally) -> AuditError:
    """For a replay that would pass because it looked at nothing."""
    found = (
        f"{tally.not_replayable} not replayable, {tally.other_flows} of other flows, {tally.without_verdicts} without"
    )
    return AuditError(f"no verdict was judged, expected at least one; of the calls, {found} a verdict")


def recorded_calls(reader: CallsReader, named: Sequence[str], page: int = PAGE) -> Iterator[str]:
    """The ids of the calls named, else of all there are. Raises `AuditError` for one the record does not have."""
    for call_id in named:
        if reader.call(call_id) is None:
            raise AuditError(
                f"there is no call {clean(call_id)} in the record: interlock audit list shows those there are"
            )
    yield from dict.fromkeys(named)
    ids = [] if named else reader.ids(limit=page)
    while ids:
        yield from ids
        ids = reader.ids(ids[-1], page)


def replay_calls(reader: CallsReader, call_ids: Iterable[str], choose: Choose) -> Iterator[CallReplay | None]:
    """One answer a call, in order; None for a call that `choose` knows nobody to judge."""
    for call_id in call_ids:
        row = reader.call(call_id)
        version = choose(row) if row else None
        yield _answer(reader, row, version) if row and version else None


def _private(reader: Reader, call_id: str) -> tuple[Mapping[int, dict[str, Any]], str]:
    try:
        return reader.private(call_id), ""
    except StoreError as error:  # sealed with a key we do not have: this call's trouble, not every call's
        return {}, str(error)


def _answer(reader: CallsReader, row: CallRow, version: Version) -> CallReplay:
    verdicts = [record for record in reader.records(row.call_id) if record.kind in VERDICTS]
    private, why_not = _private(reader, row.call_id) if verdicts else ({}, "")
    fit = reader.fit(row.call_id) if verdicts else Fit()
    changed: list[Changed] = []
    unjudged: dict[str, list[int]] = {}
    assumed, unproven = frozenset[str](), 0
    for turn, record in enumerate(verdicts, 1):
        try:
            if record.seq in private and (unfit := fit.of(record.seq)):
                raise NotReplayable(unfit)
            its = judge(turn, record, private.get(record.seq), version)
        except NotReplayable as error:
            unjudged.setdefault(why_not or str(error), []).append(turn)
            continue
        changed += [its.changed] if its.changed else []
        assumed |= its.assumed
        unproven += record.seq <= fit.before
    return CallReplay(
        call_id=row.call_id,
        flow=row.flow,
        recorded_by=f"{clean(row.machine) or 'a machine'} version {row.machine_version}",
        by=str(version),
        source=version.source,
        judged=len(verdicts) - sum(map(len, unjudged.values())),
        changed=tuple(changed),
        not_replayable=tuple(Unjudged(why, tuple(turns)) for why, turns in unjudged.items()),
        assumed=assumed,
        unproven=unproven,
    )
