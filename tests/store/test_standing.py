"""A call's row says where the call stands, and no hash covers it: it is believed where the chain says the same."""

import json

import pytest
from sqlalchemy import update

from interlock.app.store import tables
from interlock.app.store.standing import disagreement, place_of
from interlock.machines.base import Snapshot
from tests.store.entries import accepted, opened

BILLING, TRIAGE = ["live", "desks", "billing"], ["live", "desks", "triage"]
OPENED = {"machine": "Support", "version": 1, "state": "triage"}


@pytest.fixture
async def call(journal):
    """
    A call at the billing desk, by its third record.
    """
    first = opened(audit=OPENED, snapshot=standing(0, TRIAGE))
    moved = [
        accepted(seq, seq - 1, audit={"after": at}, snapshot=standing(seq - 1, at))
        for seq, at in ((2, TRIAGE), (3, BILLING))
    ]
    refused = accepted(4, 2, kind="transition.refused", audit={"after": BILLING}, snapshot=None)
    await journal.append([first, *moved, refused])
    return journal


def standing(epoch, configuration, **changes):
    """A snapshot, as a call gives it."""
    return Snapshot(**{"machine": "Support", "version": 1} | changes, configuration=tuple(configuration), epoch=epoch)


async def told(journal, snapshot=None, **columns):
    """What is said once the row says that."""
    values = columns if snapshot is None else {"snapshot": json.dumps(snapshot.to_json())} | columns
    if values:
        await journal.transact(lambda connection: connection.execute(update(tables.calls).values(values)))
    return disagreement(journal.call("c1"), journal.records("c1"))


async def test_a_row_that_says_what_its_chain_says_is_believed(call):
    """
    The last accepted verdict, on the machine it was opened with; a refusal moves nothing.
    """
    assert await told(call) == ""
    place = place_of(call.records("c1"))
    assert (place.seq, place.epoch, place.configuration, place.version) == (3, 2, BILLING, 1)


MOVED = {
    "elsewhere": (standing(2, TRIAGE), "its row says state triage, record 3 says state billing"),
    "earlier": (
        standing(1, TRIAGE),
        "its row says state triage, epoch 1, record 3 says state billing, epoch 2",
    ),
    "in other compounds": (
        standing(2, ["live", "billing"]),
        "its row says configuration live > billing, record 3 says configuration live > desks > billing",
    ),
    "on another version": (standing(2, BILLING, version=2), "its row says version 2, record 3 says version 1"),
    "on another machine": (
        standing(2, BILLING, machine="Sales"),
        "its row says machine Sales, record 3 says machine Support",
    ),
}


@pytest.mark.parametrize("way", MOVED)
async def test_a_row_that_was_moved_is_told_in_both_versions(call, way):
    """
    What the row says, what the chain says, and by which record.
    """
    snapshot, expected = MOVED[way]
    assert await told(call, snapshot) == expected


async def test_the_rows_own_epoch_is_part_of_it(call):
    """
    A writer is refused by it.
    """
    assert await told(call, epoch=7) == "its row says epoch 7, record 3 says epoch 2"


SPOILT = {
    "nothing": None,
    "no JSON": "{",
    "no snapshot": "[]",
    "no state": json.dumps(standing(2, []).to_json()),
    "a number that is none": json.dumps(standing(2.0, BILLING).to_json()),
    "no names": json.dumps(standing(2, [1]).to_json()),
}


@pytest.mark.parametrize("text", SPOILT.values(), ids=SPOILT)
async def test_what_is_no_snapshot_is_not_read_as_one(call, text):
    """
    An epoch 2.0 would make other keys of the same work.
    """
    await call.transact(lambda connection: connection.execute(update(tables.calls).values(snapshot=text)))
    assert call.snapshot("c1") is None
    assert await told(call) == "its row has no snapshot that can be read, record 3 has one"


async def test_whoever_took_the_call_over_says_anew_on_which_machine_it_goes_on(call):
    """
    A migrated snapshot stands where the new driver said.
    """
    resumed = accepted(
        5,
        2,
        kind="call.resumed",
        audit={"machine": "Support", "version": 2, "state": "billing"},
        snapshot=standing(2, BILLING, version=2),
    )
    await call.append([resumed])
    assert await told(call) == ""
    moved = standing(2, BILLING)
    assert await told(call, moved) == "its row says version 1, record 5 says version 2"


async def test_a_chain_that_says_nothing_of_it_contradicts_nothing(call):
    """
    Its first records are gone: that is found by its hashes.
    """
    assert place_of([]) is None
    assert disagreement(call.call("c1"), call.records("c1")[3:]) == ""
