"""Whether a caller is told what came of the work done for them, and hears a warning to its end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Literal, get_args, get_origin

from interlock.agents.desk import Desk
from interlock.agents.flow import Flow
from interlock.agents.speech.lines import SpokenLine
from interlock.app.check import source
from interlock.app.check.effects import outcomes_of
from interlock.app.check.finding import Finding
from interlock.app.check.paths import Paths, leaves_of
from interlock.guards.facts import Facts
from interlock.machines.base import states_of


def untold_findings(flow: Flow, paths: Paths) -> Iterator[Finding]:
    """Every outcome that nobody is told, and every warning that can be talked over."""
    yield from _untold(flow, paths)
    yield from _breakable(flow)


def _untold(flow: Flow, paths: Paths) -> Iterator[Finding]:
    entries = list(_entries(flow, paths))
    for its in {(its.event, its.state): its for its in reversed(entries) if its.reported}.values():
        agent = flow.cast.get(its.state)
        if its.state in flow.effects or agent is None or not issubclass(agent, Desk):
            continue
        others = [each for each in entries if each.state == its.state and each.tells_apart_from(its)]
        if why := _why_untold(flow, agent, its, others):
            text = (
                f"the caller is not told what came of {its.work} when {its.event} leads to {its.state}:"
                f" {agent.__name__} {why}; give it words for {its.event}, in OPENINGS or in opening()"
            )
            yield Finding("outcome_untold", text, source.of_class(agent), its.way)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One way into a state; no event is the start of a call, `work` is left with what came of it (else empty)."""

    state: str
    event: str = ""
    work: str = ""
    returns: bool = False
    way: tuple[str, ...] = ()

    @property
    def reported(self) -> bool:
        return bool(self.work)

    def tells_apart_from(self, outcome: "_Entry") -> bool:
        """Whether the words for an outcome have to differ from those for this.

        Who comes back to where they were may hear again what they heard there.
        """
        return self.event != outcome.event and (self.reported or not self.returns)


def _entries(flow: Flow, paths: Paths) -> Iterator[_Entry]:
    yield _Entry(paths.start[0][-1])
    reported = {work: outcomes_of(flow.machine, states_of(flow.machine)[work]) for work in _work(flow)}
    for before, after, data in paths.graph.edges(data=True):
        step, work = data["step"], before[0][-1] if data["step"].event in reported.get(before[0][-1], ()) else ""
        yield _Entry(after[0][-1], step.event, work, step.returns, (*paths.to(before), step.event))


def _work(flow: Flow) -> list[str]:
    return [name for name in flow.effects if name in leaves_of(flow.machine)]


def _why_untold(flow: Flow, agent: type[Desk], its: _Entry, others: list[_Entry]) -> str:
    line = line_of(flow, agent, its.event, its.state)
    if line is None:
        return ""
    if not line.text:
        return "says nothing then"
    if line.kind == "plain":
        return "says it as a plain line then, which is dropped when the caller speaks"
    if its.event in agent.OPENINGS:
        return ""
    worded = line.text != agent.OPENING  # in opening(): two outcomes may be told alike for good reason
    for other in others:
        if not (worded and other.reported) and _text_of(line_of(flow, agent, other.event, its.state)) == line.text:
            return f"says the same then as {f'after {other.event}' if other.event else 'at the start'}"
    return ""


def line_of(flow: Flow, agent: type[Desk], event: str, state: str) -> SpokenLine | None:
    """What a desk says on entry, of facts made up; None where it cannot be worded of such."""
    desk: Any = agent.__new__(agent)
    desk.event = event
    line: SpokenLine | None = None
    for facts in (flow.facts(), something_known(flow.facts)):
        desk.call = SimpleNamespace(flow=flow, state=state, facts=facts, services=None, epoch=0)
        try:
            line = desk.line()
        except Exception:  # it needs more than facts of the right kind
            return None
        if line is not None and line.text:
            return line
    return line


def something_known(facts: type[Facts]) -> Facts:
    """Facts in which every one holds something of its kind."""
    return facts.model_construct(**{name: _something(its.annotation) for name, its in facts.model_fields.items()})


def _something(kind: Any) -> Any:
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if get_origin(kind) is tuple:
        return tuple(_something(part) for part in get_args(kind) if part is not ...)
    if get_args(kind):
        return _something(get_args(kind)[0])
    made: dict[Any, Any] = {str: "1", int: 1, bool: True, float: 1.0, datetime: datetime(2026, 1, 1, tzinfo=UTC)}
    return made.get(kind)


def _text_of(line: SpokenLine | None) -> str:
    return line.text if line is not None else ""


def _breakable(flow: Flow) -> Iterator[Finding]:
    machine = flow.machine
    where = source.of_assignment(machine, "unbroken")
    for state in machine.unbroken:
        if state not in leaves_of(machine):
            held = "a compound state, name those it holds" if state in states_of(machine) else "no such state"
            yield Finding("unbroken_for_nothing", f"unbroken of {machine.__name__} names {state}: {held}", where)
            continue
        agent = flow.cast.get(state)
        if agent is None or not issubclass(agent, Desk):
            continue
        line = line_of(flow, agent, "", state)
        if not agent.UNBROKEN or (line is not None and line.kind != "unbroken"):
            text = (
                f"what is said in the state {state} can be cut off: {machine.__name__} declares it unbroken, and"
                f" {agent.__name__} is not; write UNBROKEN = True there"
            )
            yield Finding("safety_line_breakable", text, source.of_class(agent))
        elif line is not None and not line.text:
            text = f"{agent.__name__} says nothing in the state {state}, which is declared unbroken: give it an OPENING"
            yield Finding("safety_line_breakable", text, source.of_class(agent))
