"""One driver a call: a lease on the database's clock, a fence that rises, and rooms that belong to one call."""

import pytest
from sqlalchemy import select, update

from interlock.agents.call.journal import Superseded, Turn
from interlock.app.store import tables
from interlock.app.store.lease import CallIsOver, DrivenElsewhere, acquire, release, renew
from interlock.app.store.orphans import FORGOTTEN_S, may_dispatch, orphans
from interlock.app.store.rooms import CLAIM_S, Room, claim_room, forget_room, keep_room, take_room
from interlock.app.store.sealing import Seal
from interlock.app.store.writing import LEASE_S
from tests.store.entries import accepted, ended, opened

SEAL = Seal()


async def age(journal, seconds, call_id="c1"):
    """Let a lease be so much older."""
    calls = tables.calls
    older = update(calls).where(calls.c.call_id == call_id).values(lease_until=calls.c.lease_until - seconds)
    await journal.transact(lambda connection: connection.execute(older))


async def taken(journal, call_id="c1"):
    return await journal.transact(lambda connection: acquire(connection, call_id, "another"))


async def renewed(journal, fence, call_id="c1"):
    return await journal.transact(lambda connection: renew(connection, call_id, fence))


async def claimed(journal, sid="RM_1", call_id="c1"):
    return await journal.transact(lambda c: claim_room(c, SEAL, Room(sid, "a room", "support"), call_id, "another"))


async def since(journal, column, seconds):
    """Let what a room says have been so much earlier."""
    earlier = update(tables.rooms).values({column: tables.rooms.c[column] - seconds})
    await journal.transact(lambda connection: connection.execute(earlier))


async def dispatches(journal):
    await age(journal, LEASE_S + 1)
    await since(journal, "claimed_at", CLAIM_S + 1)
    (orphan,) = await journal.read(orphans)
    return orphan.dispatches


async def room_taken(journal, call_id="c1"):
    return await journal.transact(lambda connection: take_room(connection, call_id))


async def test_a_call_whose_driver_lives_is_not_taken(journal):
    """The lease of a call that was just opened, or renewed, has not run out."""
    await journal.append([opened()])
    assert await taken(journal) is None
    await age(journal, LEASE_S - 1)
    assert await renewed(journal, 1)
    await age(journal, 1)
    assert await taken(journal) is None


async def test_a_call_nobody_drives_is_taken_by_one(journal):
    """The fence rises, and the next who asks finds it driven."""
    await journal.append([opened()])
    await age(journal, LEASE_S + 1)
    first = await taken(journal)
    assert (first.fence, first.resumes) == (2, True)
    assert await taken(journal) is None


async def test_who_lost_the_call_learns_so_and_writes_nothing_more(journal):
    """By the next sign of life, and by the next line."""
    await journal.append([opened()])
    await age(journal, LEASE_S + 1)
    await taken(journal)
    assert not await renewed(journal, 1)
    with pytest.raises(Superseded, match="fence 1, 2 now"):
        await journal.append([accepted(2, 1)])
    await journal.append([accepted(2, 1, fence=2)])
    assert len(journal.records("c1")) == 2


async def test_a_stalled_driver_that_nobody_replaced_goes_on(journal):
    """Its lease ran out, but the fence is still its own."""
    await journal.append([opened()])
    await age(journal, 100)
    assert await renewed(journal, 1)
    await journal.append([accepted(2, 1)])


@pytest.mark.parametrize("seconds", [3600, -3600])
async def test_a_clock_that_jumps_keeps_no_dead_driver_and_costs_no_live_one(journal, seconds):
    """An hour either way (fault 33): the call can be taken, and a driver who gives a sign of life before has it."""
    await journal.append([opened()])
    await age(journal, seconds)
    assert await renewed(journal, 1)
    assert await taken(journal) is None
    await age(journal, seconds)
    assert (await taken(journal)).fence == 2


async def test_a_driver_may_let_go(journal):
    """And nobody need wait for the lease."""
    await journal.append([opened()])
    await journal.transact(lambda connection: release(connection, "c1", 1))
    assert (await taken(journal)).fence == 2


async def test_a_sign_of_life_on_its_way_does_not_take_back_what_was_let_go(journal):
    """It comes too late."""
    await journal.append([opened()])
    await journal.transact(lambda connection: release(connection, "c1", 1))
    assert not await renewed(journal, 1)
    assert (await taken(journal)).fence == 2


async def test_a_call_that_ended_or_never_began_is_nobodys(journal):
    """There is nothing to take."""
    assert await taken(journal) is None
    await journal.append([opened(), ended(2)])
    await age(journal, 100)
    assert await taken(journal) is None


async def test_two_workers_in_one_room_hold_one_call(journal):
    """The second finds the first there (fault 36), before and after the call is on record."""
    assert not (await claimed(journal)).resumes
    with pytest.raises(DrivenElsewhere):
        await claimed(journal, call_id="c2")
    await journal.append([opened()])
    with pytest.raises(DrivenElsewhere):
        await claimed(journal, call_id="c2")


async def test_a_room_whose_driver_is_gone_goes_on_with_its_call(journal):
    """Not with the new one that was about to begin."""
    await claimed(journal)
    await journal.append([opened()])
    await age(journal, LEASE_S + 1)
    again = await claimed(journal, call_id="c2")
    assert (again.call_id, again.fence, again.resumes) == ("c1", 2, True)


async def test_a_room_whose_call_ended_begins_a_new_one(journal):
    """The claim is forgotten with the call, and with it the room's name."""
    await claimed(journal)
    await journal.append([opened(), ended(2)])
    assert (await claimed(journal, call_id="c2")).call_id == "c2"


async def test_a_claim_nobody_followed_is_void_after_a_while(journal):
    """A process that died before it opened its call must not close the room to others."""
    await claimed(journal)
    await since(journal, "claimed_at", CLAIM_S + 1)
    assert (await claimed(journal, call_id="c2")).call_id == "c2"


async def test_orphans_are_calls_in_a_room_that_nobody_drives(journal):
    """Neither those driven, nor those that ended, nor those without a room."""
    for name in ("driven", "gone", "over", "roomless"):
        if name != "roomless":
            await claimed(journal, f"RM_{name}", name)
        await journal.append([opened(name)])
        if name != "driven":
            await age(journal, 100, name)
    await journal.append([ended(2, "over")])
    (orphan,) = await journal.read(orphans)
    assert (orphan.call_id, orphan.flow, orphan.sid, orphan.room(SEAL)) == ("gone", "support", "RM_gone", "a room")
    assert orphan.opened


async def test_a_claim_nobody_followed_is_an_orphan_too(journal):
    """Its caller waits in the room; who takes it may forget it, and nobody else may meanwhile."""
    await claimed(journal)
    assert await journal.read(orphans) == []
    assert not await room_taken(journal)
    await since(journal, "claimed_at", CLAIM_S + 1)
    (orphan,) = await journal.read(orphans)
    assert (orphan.call_id, orphan.opened) == ("c1", False)
    assert [await room_taken(journal), await room_taken(journal)] == [True, False]
    await journal.transact(lambda connection: forget_room(connection, "c1"))
    await since(journal, "claimed_at", CLAIM_S + 1)
    assert await journal.read(orphans) == []


async def test_a_call_on_record_is_not_forgotten(journal):
    """Only what never began is."""
    await claimed(journal)
    await since(journal, "claimed_at", CLAIM_S + 1)
    await journal.append([opened()])
    assert not await room_taken(journal)
    await journal.transact(lambda connection: forget_room(connection, "c1"))
    await age(journal, LEASE_S + 1)
    assert [orphan.call_id for orphan in await journal.read(orphans)] == ["c1"]


async def test_of_several_watchers_one_sends_for_a_worker(journal):
    """And again only after a while."""

    async def sends():
        return await journal.transact(lambda connection: may_dispatch(connection, "RM_1", 10.0))

    await claimed(journal)
    assert [await sends(), await sends()] == [True, False]
    await since(journal, "dispatched_at", 11)
    assert [await sends(), await sends()] == [True, False]
    assert await dispatches(journal) == 2


async def test_workers_that_came_and_stayed_are_not_counted_for_ever(journal):
    """A long call may change its driver more often than one that nobody comes for."""
    await claimed(journal)
    await journal.append([opened()])
    await age(journal, LEASE_S + 1)
    for _ in range(3):
        await journal.transact(lambda connection: may_dispatch(connection, "RM_1", 10.0))
        assert await dispatches(journal) == 1
        await since(journal, "dispatched_at", FORGOTTEN_S + 1)
        assert await dispatches(journal) == 0


async def test_who_lost_the_call_keeps_no_words_of_it(journal):
    """A process that wakes up late must not bring back what was erased meanwhile."""
    await journal.append([opened()])
    await journal.remember("c1", Turn(1, "user", "Hello."), 1)
    await age(journal, LEASE_S + 1)
    await taken(journal)
    await journal.remember("c1", Turn(2, "user", "Too late."), 1)
    await journal.remember("c1", Turn(2, "assistant", "Good morning."), 2)
    said = journal.turns("c1")
    assert [turn.text for turn in said] == ["Hello.", "Good morning."]


async def test_a_call_that_waits_for_its_caller_is_not_lost(journal):
    """Its driver gives signs of life before it is on record."""
    await claimed(journal)
    await since(journal, "claimed_at", CLAIM_S + 1)
    assert await renewed(journal, 1)
    assert await stays(journal)
    assert await journal.read(orphans) == []


async def stays(journal, call_id="c1", sid="RM_1"):
    return await journal.transact(
        lambda connection: keep_room(connection, SEAL, Room(sid, "a room", "support"), call_id)
    )


async def in_rooms(journal):
    return await journal.read(lambda c: c.execute(select(tables.rooms.c.sid, tables.rooms.c.call_id)).all())


async def test_a_call_whose_server_began_anew_is_held_in_the_rooms_new_life(journal):
    """Under its new name, where whoever takes the call over looks for it."""
    await claimed(journal)
    await journal.append([opened()])
    assert await stays(journal, sid="RM_2")
    assert await in_rooms(journal) == [("RM_2", "c1")]
    await age(journal, LEASE_S + 1)
    (orphan,) = await journal.read(orphans)
    assert (orphan.sid, orphan.room(SEAL)) == ("RM_2", "a room")
    assert (await claimed(journal, "RM_2", "c2")).call_id == "c1"


async def test_one_room_is_not_two_calls(journal):
    """Who stood still too long finds another there, before its call is on record and after."""
    await claimed(journal)
    await since(journal, "claimed_at", CLAIM_S + 1)
    await claimed(journal, call_id="c2")
    assert [await stays(journal), await stays(journal, "c2")] == [False, True]
    await journal.append([opened()])
    assert not await stays(journal)
    assert await in_rooms(journal) == [("RM_1", "c2")]


async def test_an_ended_call_holds_no_room(journal):
    """Also where the sign of life comes late."""
    await claimed(journal)
    await journal.append([opened(), ended(2)])
    assert await stays(journal)
    assert await in_rooms(journal) == []


async def test_a_clock_that_is_set_back_a_little_costs_no_claim(journal):
    """One that is set back for good does."""
    await claimed(journal)
    await since(journal, "claimed_at", -2)
    with pytest.raises(DrivenElsewhere):
        await claimed(journal, call_id="c2")
    await since(journal, "claimed_at", -3600)
    assert (await claimed(journal, call_id="c2")).call_id == "c2"


@pytest.mark.parametrize("sid", ["RM_1", "RM_2"])
async def test_a_call_that_ended_is_begun_by_nobody_again(journal, sid):
    """In the room it was held in or in another life of it: whoever was let in for it has had their call."""
    await claimed(journal)
    await journal.append([opened(), ended(2)])
    with pytest.raises(CallIsOver, match="c1 has ended"):
        await claimed(journal, sid)


async def test_a_call_in_another_life_of_its_room_goes_on_there(journal):
    """A server began anew, and whoever joined brought the same dispatch: not while its driver lives."""
    await claimed(journal)
    await journal.append([opened()])
    with pytest.raises(DrivenElsewhere):
        await claimed(journal, "RM_2")
    await age(journal, LEASE_S + 1)
    grant = await claimed(journal, "RM_2")
    assert (grant.call_id, grant.fence, grant.resumes) == ("c1", 2, True)
    with pytest.raises(DrivenElsewhere):
        await claimed(journal, "RM_2", "c2")


async def test_a_call_that_is_just_being_begun_is_begun_once(journal):
    """Two dispatches for it at once; the second one may when nothing came of the first."""
    assert not (await claimed(journal)).resumes
    with pytest.raises(DrivenElsewhere):
        await claimed(journal, "RM_2")
    await since(journal, "claimed_at", CLAIM_S + 1)
    assert (await claimed(journal, "RM_2")).call_id == "c1"
