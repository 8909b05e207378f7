"""Whether a caller's yes stands before whatever cannot be undone, and whether anybody can ask for it."""

from collections.abc import Iterator, Mapping

from interlock.agents.flow import Flow
from interlock.agents.tools import Tool, tools_of
from interlock.app.check import source
from interlock.app.check.finding import Finding
from interlock.app.check.paths import Paths, Position, Step
from interlock.guards.answers import asks_for_a_yes
from interlock.machines.base import Machine, Snapshot, candidates, events_of, guards_of, proposers_of, transitions_of
from interlock.machines.chart import needs_yes_of


def yes_findings(flow: Flow, paths: Paths) -> Iterator[Finding]:
    """Work that begins without a yes, a yes that counts as given, one nobody asks for, a reason given for nothing."""
    yield from _without_yes(flow, paths)
    yield from _yes_taken_as_given(flow.machine)
    yield from _yes_nobody_asks_for(flow)
    yield from _harmless_for_nothing(flow, paths)


def _without_yes(flow: Flow, paths: Paths) -> Iterator[Finding]:
    machine = flow.machine
    found: dict[tuple[str, str], list[tuple[Position, Step]]] = {}
    for before, work, step in _begins_work(flow, paths):
        if not any(map(asks_for_a_yes, step.guards)) and not machine.harmless.get(step.event, "").strip():
            found.setdefault((step.event, work), []).append((before, step))
    for (event, work), ways in found.items():
        before, step = min(ways, key=lambda way: len(paths.to(way[0])))
        text = (
            f"{event} begins the work of {work}, and no yes of the caller's stands before it: name {event} in needs_yes"
            " with what the yes covers, or in harmless with the reason why none is needed"
        )
        yield Finding("effect_without_yes", text, _line_of(machine, before, step), (*paths.to(before), event))


def _begins_work(flow: Flow, paths: Paths) -> Iterator[tuple[Position, str, Step]]:
    """Every step that a model may ask for and that begins work: from where, and whose work."""
    for before, after, data in paths.graph.edges(data=True):
        work, step = after[0][-1], data["step"]
        if work in flow.effects and before[0][-1] != work and "agent" in proposers_of(flow.machine, step.event):
            yield before, work, step


def _line_of(machine: type[Machine], before: Position, step: Step) -> str:
    here = Snapshot(machine.__name__, machine.version, before[0])
    arrows = [a for a in candidates(machine, here, step.event) if frozenset(guards_of(a)) == step.guards]
    return source.of_arrow(machine, arrows[0]) if arrows else source.of_assignment(machine, step.event)


def _yes_taken_as_given(machine: type[Machine]) -> Iterator[Finding]:
    """Nobody's yes is looked for where the chart does not say that one is needed, and then the guard holds."""
    for event in events_of(machine):
        if "agent" not in proposers_of(machine, event) or needs_yes_of(machine, event) is not None:
            continue
        arrows = [
            a for a in transitions_of(machine) if event in map(str, a.events) and any(map(asks_for_a_yes, guards_of(a)))
        ]
        if arrows:
            asked = next(guard for guard in guards_of(arrows[0]) if asks_for_a_yes(guard))
            text = (
                f"{event} asks for {asked.name}, which holds whatever the caller said: needs_yes of"
                f" {machine.__name__} does not name {event}, so that no yes to it is listened for; name it there"
            )
            yield Finding("yes_taken_as_given", text, source.of_arrow(machine, arrows[0]))


def _yes_nobody_asks_for(flow: Flow) -> Iterator[Finding]:
    asking: dict[str, list[type]] = {}
    for agent in dict.fromkeys(flow.cast.values()):
        for event in _proposed(tools_of(agent)):
            asking.setdefault(event, []).append(agent)
    for event in flow.machine.needs_yes:
        for agent in asking.get(event, ()):
            tool = tools_of(agent)[event]
            lacking = [] if hasattr(agent, f"ask_{event}") else [f"the method ask_{event}, which words the question"]
            lacking += [] if tool.consent else ["consent=Consent(...) at its tool, which says how the answer is read"]
            if lacking:
                text = f"{agent.__name__} proposes {event}, which needs a yes, and lacks {' and '.join(lacking)}"
                yield Finding("yes_nobody_asks_for", text, source.of_function(tool.body))


def _proposed(tools: Mapping[str, Tool]) -> list[str]:
    return [name for name, tool in tools.items() if tool.proposes]


def _harmless_for_nothing(flow: Flow, paths: Paths) -> Iterator[Finding]:
    machine = flow.machine
    begin = {step.event for _, _, step in _begins_work(flow, paths)}
    for event in machine.harmless:
        wrong = "begins no work that a model may ask for" if event not in begin else ""
        wrong = "is in needs_yes as well" if needs_yes_of(machine, event) is not None else wrong
        if wrong:
            text = f"harmless of {machine.__name__} names {event}, which {wrong}: take it out of there"
            yield Finding("harmless_for_nothing", text, source.of_assignment(machine, "harmless"))
