"""The switchboard of a routed call: nobody is put through a third time for one issue, and every desk has answers."""

import asyncio
import sqlite3
from typing import get_args

import pytest

from agents.routing import ROUTING
from app.business.routing import open_routing_systems
from interlock.agents.systems import Refused
from interlock.agents.tools import tools_of
from machines.routing import DeskName

LOOK_UPS = {"technical": "first_step", "billing": "explain", "sales": "offer_of", "general": "answer"}


@pytest.fixture
def systems():
    return open_routing_systems()


async def test_a_third_transfer_for_one_issue_is_refused(systems):
    """To whatever desk, also back; another issue of the call and another call count for themselves."""
    connect = systems.switchboard.connect
    assert [await connect("a", "call-1", 1, "billing"), await connect("b", "call-1", 1, None)] == [1, 2]
    for desk in ("technical", "billing", None):
        with pytest.raises(Refused, match="often enough"):
            await connect("c", "call-1", 1, desk)
    assert [await connect("d", "call-1", 2, "sales"), await connect("e", "call-2", 1, "sales")] == [1, 1]


async def test_a_transfer_counts_once_a_key(systems):
    """The same key again gives the same answer, also when there were others meanwhile."""
    connect = systems.switchboard.connect
    first = await connect("a", "call-1", 1, "billing")
    await connect("b", "call-1", 1, "technical")
    assert await connect("a", "call-1", 1, "billing") == first == 1


async def test_transfers_at_the_same_moment_cannot_outrun_the_limit(systems):
    """Of ten, two are done."""
    asked = (systems.switchboard.connect(f"k{i}", "call-1", 1, "sales") for i in range(10))
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(its for its in done if isinstance(its, int)) == [1, 2]
    assert sum(isinstance(its, Refused) for its in done) == 8


async def test_there_is_no_other_desk(systems):
    """Not even one with a good name."""
    with pytest.raises(Refused, match="no such desk"):
        await systems.switchboard.connect("a", "call-1", 1, "complaints")


@pytest.mark.parametrize("change", ["DELETE FROM transfers", "UPDATE transfers SET issue = 2"])
async def test_what_was_counted_stays_counted(change, tmp_path):
    """A count that could be taken back would be no limit."""
    path = tmp_path / "routing.sqlite"
    await open_routing_systems(path).switchboard.connect("a", "call-1", 1, "sales")
    with sqlite3.connect(path) as other, pytest.raises(sqlite3.IntegrityError, match="kept"):
        other.execute(change)
    other.close()


async def test_the_count_outlives_the_process(tmp_path):
    """Opened again, the seed is laid over what is there, and the third transfer is still the third."""
    for key in ("a", "b"):
        await open_routing_systems(tmp_path / "r.sqlite").switchboard.connect(key, "call-1", 1, "sales")
    with pytest.raises(Refused):
        await open_routing_systems(tmp_path / "r.sqlite").switchboard.connect("c", "call-1", 1, "sales")


@pytest.mark.parametrize("desk", get_args(DeskName))
async def test_each_desk_has_an_answer_to_all_that_its_tool_can_ask(desk, systems):
    """And none to what belongs to another desk."""
    (slot,) = tools_of(ROUTING.cast[desk])[LOOK_UPS[desk]].slots.values()
    assert all([await systems.answers.about(desk, topic) for topic in (*slot.choices, "otherwise")])
    others = [other for other in get_args(DeskName) if other != desk]
    assert not any([await systems.answers.about(other, topic) for topic in slot.choices for other in others])
