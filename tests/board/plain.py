"""The questions of an index, answered slowly and plainly from the record itself."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from interlock.app.board.index import TROUBLE, Bar, EdgeSum, EndSum, Filters, GuardSum
from interlock.app.store import AuditRecord, CallRow, JournalReader


@dataclass(frozen=True)
class Plain:
    """One call and all of its lines."""

    row: CallRow
    lines: list[AuditRecord]

    def verdicts(self, *kinds: str) -> list[dict]:
        """The audit parts of its verdicts."""
        wanted = kinds or ("transition.accepted", "transition.refused")
        return [line.audit for line in self.lines if line.kind in wanted]

    def fits(self, its: Filters) -> bool:
        """Whether it is one of those that are wanted, filter by filter."""
        refused = self.verdicts("transition.refused")
        ways = [(v["before"][-1], v["event"], v["after"][-1]) for v in self.verdicts("transition.accepted")]
        return all(
            (
                its.flow in (None, self.row.flow),
                its.version in (None, self.row.machine_version),
                its.since is None or self.row.started_at >= its.since,
                its.until is None or self.row.started_at < its.until,
                its.ended is None or (self.row.end_reason or "") == its.ended,
                its.place in (None, self.state),
                all(any((e.source, e.event) == way[:2] and e.target in ("", way[2]) for way in ways) for e in its.went),
                all(any(v["event"] == event for v in self.verdicts()) for event in its.asked),
                all(any(v["refused_by"] == guard for v in refused) for guard in its.refused_by),
                all(any(v["kind"] == kind for v in refused) for kind in its.reasons),
                its.person in (None, self.person),
                its.trouble is None or bool(self.trouble if its.trouble == "any" else its.trouble in self.trouble),
                its.slower_s is None or (self.slowest or 0) > its.slower_s * 1000,
                its.erased in (None, self.erased),
                its.call is None or self.row.call_id.startswith(its.call),
            )
        )

    @property
    def state(self) -> str:
        """Where it last stood."""
        return self.row.snapshot.state

    @property
    def person(self) -> bool:
        """Whether a person was asked for."""
        asked = any(v["event"] == "escalate" for v in self.verdicts())
        return asked or any(v["after"][-1] == "person" for v in self.verdicts("transition.accepted"))

    @property
    def trouble(self) -> tuple[str, ...]:
        """What went wrong in it."""
        return tuple(kind for kind in TROUBLE if any(line.kind == kind for line in self.lines))

    @property
    def slowest(self) -> int | None:
        """Its slowest answer, in milliseconds."""
        return max((line.audit["answer_ms"] for line in self.lines if line.kind == "turn.measured"), default=None)

    @property
    def erased(self) -> bool:
        """Whether it was erased."""
        return any(line.kind == "private.erased" for line in self.lines)

    def as_listed(self) -> tuple:
        """What a list says of it."""
        its = self.row
        whole = (its.call_id, its.flow, its.machine_version, its.started_at, its.ended_at, its.end_reason, self.state)
        counts = (len(self.lines), its.accepted, its.refused, self.slowest)
        return (*whole, *counts, self.person, self.trouble, self.erased)


def listed(its) -> tuple:
    """The same of a call in an index's list."""
    whole = (its.call_id, its.flow, its.version, its.began, its.ended, its.why, its.state)
    counts = (its.last_seq, its.accepted, its.refused, its.slowest_ms)
    return (*whole, *counts, its.person, its.trouble, its.erased)


def every(reader: JournalReader) -> list[Plain]:
    """All calls, newest first; no two began in the same microsecond."""
    return [Plain(row, reader.records(row.call_id)) for row in reader.calls(10_000)]


def bars(calls: list[Plain], filters: Filters, length: timedelta) -> list[Bar]:
    """How many fit in each hour or day."""
    fit, refused, first = Counter[datetime](), Counter[datetime](), datetime(1970, 1, 1, tzinfo=UTC)
    for its in calls:
        if its.fits(filters):
            at = its.row.started_at - (its.row.started_at - first) % length
            fit[at] += 1
            refused[at] += its.row.refused > 0
    return [Bar(at, fit[at], refused[at]) for at in sorted(fit)]


def edges(calls: list[Plain]) -> list[EdgeSum]:
    """How often each way was taken, and asked for in vain."""
    taken, refused = Counter(), Counter()
    for its in calls:
        taken.update((v["before"][-1], v["event"], v["after"][-1]) for v in its.verdicts("transition.accepted"))
        refused.update((v["before"][-1], v["event"], "") for v in its.verdicts("transition.refused"))
    return [EdgeSum(*way, taken[way], refused[way]) for way in sorted(taken | refused)]


def guards(calls: list[Plain]) -> list[GuardSum]:
    """What each guard said where."""
    said: dict[tuple, Counter] = {}
    for verdict in (v for its in calls for v in its.verdicts()):
        for guard in verdict["guards"]:
            key = (verdict["before"][-1], verdict["event"], guard["name"])
            answer = "failed" if guard["error"] else "held" if guard["held"] else "not_held"
            said.setdefault(key, Counter())[answer] += 1
        if verdict["refused_by"]:
            key = (verdict["before"][-1], verdict["event"], verdict["refused_by"])
            said.setdefault(key, Counter())["refused"] += 1
    names = ("held", "not_held", "failed", "refused")
    return [GuardSum(*key, *(said[key][name] for name in names)) for key in sorted(said)]


def ends(calls: list[Plain]) -> list[EndSum]:
    """How many ended how."""
    counted = Counter(its.row.end_reason or "" for its in calls)
    return [EndSum(*its) for its in sorted(counted.items(), key=lambda its: (-its[1], its[0]))]
