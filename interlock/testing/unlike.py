"""Where a table and a chart differ, each thing named, with what to write into the table or to take out of it."""

from collections.abc import Iterator

from interlock.machines.base import Snapshot, candidates, events_of, guards_of, offered, states_of
from interlock.testing.table import PROPOSERS, Key, Table


def unlike(table: Table) -> list[str]:
    """What a table and its flow's chart do not have in common, a line each; empty when they are alike."""
    return [*_states(table), *_arrows(table), *_guards(table)]


def _states(table: Table) -> Iterator[str]:
    ours = {name for name, state in states_of(table.flow.machine).items() if not state.states}
    for name in sorted(ours - set(table.states)):
        yield f"the chart has the state {name}, the table does not: add it to desks or work, and a way to it to ways"
    for name in sorted(set(table.states) - ours):
        yield f"the table has the state {name}, the chart does not"
    for name in sorted(set(table.states) & ours):
        if table.lacks_way(name):
            yield f"the table has no way to {name}: add the steps that lead there to ways"


def _arrows(table: Table) -> Iterator[str]:
    charted, told = set(_charted(table)), set(table.legal)
    for state, event, by in sorted(charted - told):
        row = f'(("{state}",), "{event}", {by.upper()}, WHERE_TO)'
        yield f"from {state} the chart lets the {by} ask for {event}, the table does not: add {row} to arrows"
    for state, event, by in sorted(told - charted):
        yield f"from {state} the table lets the {by} ask for {event}, the chart has no such arrow"
    for event in sorted(set(events_of(table.flow.machine)) - set(table.events)):
        yield f"the chart has the event {event}, the table does not: add an arrow to arrows"


def _charted(table: Table) -> Iterator[Key]:
    for state in _common(table):
        for by in PROPOSERS:
            yield from ((state, event, by) for event in offered(table.flow.machine, _in(table, state), by))


def _guards(table: Table) -> Iterator[str]:
    seen = {(one.event, one.guard) for one in table.every_false()}
    for state, event in sorted({(state, event) for state, event, _ in table.legal if state in set(_common(table))}):
        arrows = candidates(table.flow.machine, _in(table, state), event)
        asked = tuple(dict.fromkeys(guard.name for arrow in arrows for guard in guards_of(arrow)))
        told = table.guards(state, event)
        if set(asked) != set(told):
            yield f"from {state}, {event} asks the guards {asked}, the table's guarded has {told}"
        for name in sorted({*asked} - {guard for its, guard in seen if its == event}):
            yield f"{event} asks {name}, which no row sees false: add OneFalse({event!r}, {name!r}, ...) to one_false"
    asks = {(event, name) for state, event, _ in table.legal for name in table.guards(state, event)}
    for its, name in sorted(seen - asks):
        yield f"one_false has {name} of {its}, which no arrow of the table asks"


def _common(table: Table) -> Iterator[str]:
    known = states_of(table.flow.machine)
    return (state for state in table.states if state in known)


def _in(table: Table, state: str) -> Snapshot:
    return Snapshot(table.flow.machine.__name__, table.flow.machine.version, (state,))
