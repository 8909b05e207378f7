"""A call that began on an older version of its machine: taken along by declared steps, or not at all."""

from dataclasses import replace

from interlock.machines.base import Machine, Snapshot
from interlock.machines.chart import history_of, lineage, states_of


class MigrationError(ValueError):
    """A snapshot this machine cannot go on from; the text says what was found and what was expected."""


def migrated(machine: type[Machine], snapshot: Snapshot) -> Snapshot:
    """The snapshot as this version of the machine has it; one of the same version is returned as it is.

    `Machine.migrations` gives for a version the step to the next one, which says where the call stands then: how many
    transitions it has made stays. Raises `MigrationError`, whatever a step does, and never guesses.
    """
    if snapshot.machine != machine.__name__:
        raise MigrationError(f"the call ran on {snapshot.machine}, expected {machine.__name__}")
    if snapshot.version > machine.version:
        raise MigrationError(f"the call ran on version {snapshot.version}, expected at most {machine.version}")
    after = snapshot
    for version in range(snapshot.version, machine.version):
        after = _next(machine, after, version)
    if wrong := _wrong_with(machine, after):
        came = "" if after is snapshot else f" from version {snapshot.version} to {machine.version}"
        raise MigrationError(f"{machine.__name__}{came}: {wrong}")
    return after


def _next(machine: type[Machine], snapshot: Snapshot, version: int) -> Snapshot:
    """The snapshot one version on; a step's own words are not passed on, they could hold anything."""
    from_to = f"from version {version} to {version + 1}"
    if version not in machine.migrations:
        raise MigrationError(f"{machine.__name__} declares no step {from_to}")
    try:
        after = machine.migrations[version](snapshot)
    except Exception as error:
        raise MigrationError(f"{machine.__name__} {from_to}: the step failed ({type(error).__name__})") from error
    if not isinstance(after, Snapshot):
        found = type(after).__name__
        raise MigrationError(f"{machine.__name__} {from_to}: the step gave a {found}, expected a Snapshot")
    return replace(after, machine=snapshot.machine, version=version + 1, epoch=snapshot.epoch)


def _wrong_with(machine: type[Machine], snapshot: Snapshot) -> str:
    """Why the machine cannot be in this configuration, or go back where its history says; empty when it can."""
    try:
        return _strange(machine, snapshot) or _impossible(machine, snapshot)
    except (AttributeError, TypeError):
        return "the configuration or the history is not made of names of states"


def _strange(machine: type[Machine], snapshot: Snapshot) -> str:
    known, ways_back = states_of(machine), {its.id for its in history_of(machine)}
    named = [*snapshot.configuration, *(state for states in snapshot.history.values() for state in states)]
    if strange := [state for state in named if state not in known]:
        return f"there is no state {strange[0]!r}"
    if strange := [name for name in snapshot.history if name not in ways_back]:
        return f"there is no history state {strange[0]!r}"
    return ""


def _impossible(machine: type[Machine], snapshot: Snapshot) -> str:
    if not snapshot.configuration:
        return "the configuration is empty, expected a state and those around it"
    innermost = states_of(machine)[snapshot.state]
    lasting = [state.id for state in reversed(lineage(innermost))]
    if list(snapshot.configuration) != lasting or innermost.states:
        return f"a call is never in just {', '.join(snapshot.configuration)}"
    return ""
