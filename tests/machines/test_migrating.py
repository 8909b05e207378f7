"""A call that began on an older version goes on by declared steps; whatever else a step does is said, not followed."""

from dataclasses import replace

import pytest

from interlock.machines.base import Snapshot
from interlock.machines.migrating import MigrationError, migrated
from machines.support import Support

BEFORE = Snapshot("Support", 1, ("live", "desks", "billing"), {"before": ("billing",)}, 7)
AT = ("live", "desks", "triage")


@pytest.fixture
def steps(monkeypatch):
    """
    Declare these steps, from version 1 on.
    """

    def declared(*given):
        monkeypatch.setattr(Support, "version", 1 + len(given))
        monkeypatch.setattr(Support, "migrations", dict(enumerate(given, 1)))

    return declared


def moved(configuration=AT, **changes):
    """A step that says so, whatever was before."""
    return lambda snapshot: replace(snapshot, configuration=configuration, **changes)


def raising(error):
    """A step with a fault in it."""

    def step(snapshot):
        raise error

    return step


def test_a_snapshot_of_today_is_returned_as_it_is():
    """No step is asked."""
    assert migrated(Support, BEFORE) is BEFORE


def test_each_declared_step_is_taken_in_turn(steps):
    """The second begins where the first ended, and how many transitions were made stays, whatever a step says."""
    steps(moved(("live", "an_old_desk"), history={}), lambda its: moved(AT, epoch=99)(its) if its.state else its)
    assert migrated(Support, BEFORE) == Snapshot("Support", 3, AT, {}, 7)


@pytest.mark.parametrize(
    ("step", "wrong"),
    [
        (raising(KeyError("account 4471")), "Support from version 1 to 2: the step failed (KeyError)"),
        (raising(RecursionError()), "Support from version 1 to 2: the step failed (RecursionError)"),
        (lambda _: None, "Support from version 1 to 2: the step gave a NoneType, expected a Snapshot"),
        (
            moved(()),
            "Support from version 1 to 2: the configuration is empty, expected a state and those around it",
        ),
        (moved(("live", "desks", "nowhere")), "Support from version 1 to 2: there is no state 'nowhere'"),
        (moved(history={"before": ("nowhere",)}), "Support from version 1 to 2: there is no state 'nowhere'"),
        (moved(history={"nowhere": ()}), "Support from version 1 to 2: there is no history state 'nowhere'"),
        (moved(("live", "triage")), "Support from version 1 to 2: a call is never in just live, triage"),
        (moved(("live", "desks")), "Support from version 1 to 2: a call is never in just live, desks"),
        (
            moved(("live", "triage", "desks")),
            "Support from version 1 to 2: a call is never in just live, triage, desks",
        ),
        (
            moved(None),
            "Support from version 1 to 2: the configuration or the history is not made of names of states",
        ),
        (
            moved((["live"],)),
            "Support from version 1 to 2: the configuration or the history is not made of names of states",
        ),
    ],
)
def test_a_step_that_leads_nowhere_is_named(steps, step, wrong):
    """With the machine, the versions and what went wrong; what an error says could hold anything, so its kind only."""
    steps(step)
    with pytest.raises(MigrationError) as raised:
        migrated(Support, BEFORE)
    assert str(raised.value) == wrong


def test_an_impossible_place_is_named_without_any_step():
    """Somebody changed what the store says, or the chart without a new version."""
    with pytest.raises(MigrationError, match=r"^Support: the configuration is empty"):
        migrated(Support, replace(BEFORE, configuration=()))


def test_what_happens_in_a_step_is_the_cause(steps):
    """So that whoever wrote the step finds the line."""
    error = KeyError("billing")
    steps(raising(error))
    with pytest.raises(MigrationError) as raised:
        migrated(Support, BEFORE)
    assert raised.value.__cause__ is error
