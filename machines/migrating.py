"""A call that began on an older version of its machine: taken along by declared steps, or not at all."""

from dataclasses import replace

from machines.base import Machine, Snapshot
from machines.chart import lineage, states_of


class MigrationError(ValueError):
    """A snapshot this machine cannot go on from; the text says what was found and what was expected."""


def migrated(machine: type[Machine], snapshot: Snapshot) -> Snapshot:
    """The snapshot as this version of the machine has it; one of the same version is returned as it is.

    `Machine.migrations` gives for a version the step to the next one. Raises `MigrationError`, never guesses.
    """
    if snapshot.machine != machine.__name__:
        raise MigrationError(f"the call ran on {snapshot.machine}, expected {machine.__name__}")
    if snapshot.version > machine.version:
        raise MigrationError(f"the call ran on version {snapshot.version}, expected at most {machine.version}")
    for version in range(snapshot.version, machine.version):
        if version not in machine.migrations:
            raise MigrationError(f"{machine.__name__} declares no step from version {version} to {version + 1}")
        snapshot = replace(machine.migrations[version](snapshot), version=version + 1)
    _check(machine, snapshot)
    return snapshot


def _check(machine: type[Machine], snapshot: Snapshot) -> None:
    """Whether the machine could be in this configuration, and go back where its history says."""
    known = states_of(machine)
    strange = {*snapshot.configuration, *(s for states in snapshot.history.values() for s in states)} - set(known)
    if strange:
        raise MigrationError(f"{machine.__name__} has no state {sorted(strange)[0]}")
    innermost = known[snapshot.state]
    if set(snapshot.configuration) != {state.id for state in lineage(innermost)} or innermost.states:
        raise MigrationError(f"{machine.__name__} is never in just {', '.join(snapshot.configuration)}")
