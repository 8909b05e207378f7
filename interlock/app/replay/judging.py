"""One recorded verdict, given again by a version of the machine: whether it would differ, and why."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import ValidationError

from interlock.app.audit.words import clean
from interlock.app.replay.reasons import GuardChange, because, guard_changes
from interlock.app.replay.recorded_verdict import NotReplayable, Outcome, RecordedVerdict, read_verdict
from interlock.app.replay.versions import Version
from interlock.app.store import AuditRecord
from interlock.guards.facts import Facts
from interlock.machines.base import Snapshot
from interlock.machines.decide import Verdict, decide

NO_SUCH_STATE = "no_such_state"


@dataclass(frozen=True, slots=True)
class Changed:
    """A verdict that would differ. `turn` counts the call's verdicts from 1, `before` is the innermost state."""

    turn: int
    seq: int
    before: str
    by: str
    event: str
    recorded: Outcome
    now: Outcome
    guards: tuple[GuardChange, ...]
    because: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"guards": [asdict(each) for each in self.guards]}


@dataclass(frozen=True, slots=True)
class Judged:
    """`changed` is None when the verdict stays; `assumed` are facts the record does not have, taken as not known."""

    changed: Changed | None
    assumed: frozenset[str] = frozenset()


def judge(turn: int, record: AuditRecord, private: Mapping[str, Any] | None, version: Version) -> Judged:
    """Give a verdict again, from the place, the facts and the proposal of the record. Raises `NotReplayable`."""
    was = read_verdict(record, private)
    place = version.place(was.before)
    if place is None:
        return Judged(_state_gone(turn, was, version))
    facts, assumed = _facts(was.facts, version.facts)
    return Judged(_compared(turn, was, _decided(version, place, was, facts), version), assumed)


def _facts(known: Mapping[str, Any], facts: type[Facts]) -> tuple[Facts, frozenset[str]]:
    """What of the recorded facts these guards can read."""
    names = facts.model_fields.keys()
    try:
        read = facts.model_validate({name: value for name, value in known.items() if name in names})
    except ValidationError as error:
        fields = sorted({str(each["loc"][0]) for each in error.errors(include_input=False) if each["loc"]})
        raise NotReplayable(f"{facts.__name__} cannot hold what was known ({', '.join(fields) or 'a fact'})") from None
    return read, frozenset(names - known.keys())


def _decided(version: Version, place: Snapshot, was: RecordedVerdict, facts: Facts) -> Verdict:
    try:
        return decide(version.machine, place, was.proposal, facts)
    except Exception as error:  # of a chart somebody tries out; the text could hold a value
        raise NotReplayable(f"{version} cannot judge it ({type(error).__name__})") from None


def _compared(turn: int, was: RecordedVerdict, verdict: Verdict, version: Version) -> Changed | None:
    now = Outcome(verdict.kind, verdict.after.state, verdict.refused_by)
    if now == was.outcome:
        return None
    changes = guard_changes(was, verdict)
    why = because(was, verdict, version.machine, changes)
    event = verdict.event if was.outcome.kind == "unknown_event" else was.event  # an event has a name by now
    return Changed(turn, was.seq, verdict.before.state, was.proposal.by, event, was.outcome, now, changes, why)


def _state_gone(turn: int, was: RecordedVerdict, version: Version) -> Changed:
    """A state that left the chart under the same version is a change like any other; under another, nobody can say."""
    state = clean(was.before.state)
    if not version.is_of(was.before):
        of = f"{clean(was.before.machine)} version {clean(was.before.version)}"
        raise NotReplayable(f"given in {state} of {of}, a state {version} does not have")
    now, why = Outcome(NO_SUCH_STATE, state), f"the state {state} is no longer there"
    return Changed(turn, was.seq, state, was.proposal.by, was.event, was.outcome, now, (), why)
