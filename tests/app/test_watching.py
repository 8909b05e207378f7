"""The watcher: which calls it sends a worker for, how often, and when it lets go."""

import pytest
from sqlalchemy import update

from interlock.app.calls.session import new_call_id
from interlock.app.offline.clock import ManualClock
from interlock.app.store import tables
from interlock.app.store.rooms import Room, claim_room
from interlock.app.worker.watching import AGAIN_S, AT_ONCE, GONE_S, TRIES, Watcher
from tests.store.entries import opened


class Server:
    """
    LiveKit as the watcher sees it: rooms with callers in them, and what was asked for.
    """

    def __init__(self):
        self.rooms = {}
        self.did = []
        self.down = False

    async def callers(self, room):
        if self.down or room == "room-broken":
            raise ConnectionError
        return self.rooms.get(room)

    async def dispatch(self, room, flow):
        self.did.append(f"dispatch {flow} to {room}")

    async def close(self, room):
        self.did.append(f"close {room}")


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def watcher(journal, server):
    return Watcher(journal, server, ManualClock())


async def call_in_room(journal, server, name="1", *, callers=1, lease_ran_out=True, begun=True):
    """A call that is held in a room, and whose driver is gone."""
    sid, room, call_id = f"RM_{name}", f"room-{name}", new_call_id()
    await journal.transact(lambda c: claim_room(c, journal.seal, Room(sid, room, "support"), call_id, "somebody"))
    server.rooms[room] = sid, callers
    if begun:
        await journal.append([opened(call_id)])
    if lease_ran_out:
        await later(journal, tables.calls, "lease_until", 100)
        await later(journal, tables.rooms, "claimed_at", 100)
    return call_id


async def later(journal, table, column, seconds):
    """So many seconds pass for the database."""
    older = update(table).values({column: table.c[column] - seconds})
    await journal.transact(lambda connection: connection.execute(older))


async def test_a_caller_left_alone_is_sent_a_worker(journal, watcher, server):
    """
    For the flow of the call; and nobody else while that one may still begin.
    """
    await call_in_room(journal, server)
    await watcher.look()
    await watcher.look()
    assert server.did == ["dispatch support to room-1"]


async def test_a_call_that_is_driven_is_left_alone(journal, watcher, server):
    """
    A sign of life within the lease is enough.
    """
    await call_in_room(journal, server, lease_ran_out=False)
    await watcher.look()
    assert server.did == []


async def test_several_watchers_send_one_worker(journal, server):
    """
    They share the record, and so know of each other.
    """
    await call_in_room(journal, server)
    for watcher in [Watcher(journal, server, ManualClock()) for _ in range(5)]:
        await watcher.look()
    assert len(server.did) == 1


async def test_a_worker_that_does_not_come_is_sent_for_again_and_not_for_ever(journal, watcher, server):
    """
    In the end the room is closed, and the record says that the worker was lost.
    """
    call_id = await call_in_room(journal, server)
    for _ in range(TRIES + 2):
        await watcher.look()
        await later(journal, tables.rooms, "dispatched_at", AGAIN_S + 1)
    assert server.did == ["dispatch support to room-1"] * TRIES + ["close room-1"]
    assert journal.call(call_id).end_reason == "worker_lost"


async def test_a_caller_whose_line_broke_is_waited_for(journal, watcher, server):
    """
    Until LiveKit closed the room for good; then the call is over, and said to be once.
    """
    call_id = await call_in_room(journal, server, callers=0)
    await watcher.look()
    assert journal.call(call_id).ended_at is None
    server.rooms.clear()
    await watcher.look()
    await watcher.look()
    assert server.did == []
    assert [record.kind for record in journal.records(call_id)] == ["call.opened", "call.ended"]


async def test_a_machine_that_died_with_many_calls_does_not_swamp_the_others(journal, watcher, server):
    """
    So many workers in one look; the rest in the next.
    """
    for number in range(AT_ONCE + 2):
        await call_in_room(journal, server, str(number))
    await watcher.look()
    assert len(server.did) == AT_ONCE
    await watcher.look()
    assert len(server.did) == AT_ONCE + 2


async def test_a_room_that_cannot_be_asked_about_is_no_other_callers_problem(journal, watcher, server):
    """
    Though its call was left alone first.
    """
    await call_in_room(journal, server, "broken")
    await call_in_room(journal, server, "2")
    await watcher.look()
    assert server.did == ["dispatch support to room-2"]


async def test_it_looks_again_when_livekit_or_the_store_did_not_answer(journal, watcher, server):
    """
    Nothing is lost: the caller is still there at the next look.
    """
    await call_in_room(journal, server)
    server.down = True
    await watcher.look()
    server.down = False
    await watcher.look()
    assert len(server.did) == 1


async def test_a_caller_whose_worker_died_before_the_call_began_is_sent_another(journal, watcher, server):
    """
    In the end the room is closed and forgotten, and nothing is on record, as nothing happened.
    """
    call_id = await call_in_room(journal, server, begun=False)
    for _ in range(TRIES + 2):
        await watcher.look()
        await later(journal, tables.rooms, "dispatched_at", AGAIN_S + 1)
    assert server.did == ["dispatch support to room-1"] * TRIES + ["close room-1"]
    assert journal.call(call_id) is None


async def test_a_room_that_could_not_be_closed_is_closed_later(journal, watcher, server, monkeypatch):
    """
    Its caller is not forgotten in it.
    """
    call_id = await call_in_room(journal, server)
    await later(journal, tables.rooms, "dispatches", -TRIES)
    real, server.close = server.close, None
    await watcher.look()
    assert journal.call(call_id).ended_at is None
    server.close = real
    for table, column in [(tables.rooms, "dispatched_at"), (tables.calls, "lease_until")]:
        await later(journal, table, column, AGAIN_S + 1)
    await watcher.look()
    assert server.did == ["close room-1"]
    assert journal.call(call_id).end_reason == "worker_lost"


async def test_a_room_whose_name_cannot_be_read_is_no_other_callers_problem(journal, watcher, server):
    """
    It was sealed with a key that is gone.
    """
    lost = await call_in_room(journal, server, "1")
    spoilt = update(tables.rooms).values(name=b"\x01spoilt")
    await journal.transact(lambda connection: connection.execute(spoilt))
    await call_in_room(journal, server, "2")
    await watcher.look()
    assert server.did == ["dispatch support to room-2"]
    assert journal.call(lost).ended_at is None


async def test_a_hundred_rooms_whose_names_cannot_be_read_are_no_other_callers_problem(journal, watcher, server):
    """
    However many are looked at before.
    """
    for number in range(100):
        await call_in_room(journal, server, f"0{number}")
    spoilt = update(tables.rooms).values(name=b"\x01spoilt")
    await journal.transact(lambda connection: connection.execute(spoilt))
    await call_in_room(journal, server, "1")
    await watcher.look()
    assert server.did == ["dispatch support to room-1"]


async def test_a_call_waits_a_while_for_a_room_that_is_gone(journal, watcher, server):
    """
    A LiveKit server that begins anew has no rooms until the caller is back.
    """
    call_id = await call_in_room(journal, server)
    server.rooms.clear()
    await later(journal, tables.rooms, "claimed_at", -100)
    await watcher.look()
    assert journal.call(call_id).ended_at is None
    await later(journal, tables.rooms, "claimed_at", GONE_S + 1)
    await watcher.look()
    assert journal.call(call_id).end_reason == "worker_lost"


async def test_a_caller_who_is_back_in_another_life_of_the_room_is_sent_a_worker(journal, watcher, server):
    """
    It finds the call there.
    """
    call_id = await call_in_room(journal, server)
    server.rooms["room-1"] = "RM_anew", 1
    await watcher.look()
    assert server.did == ["dispatch support to room-1"]
    room = Room("RM_anew", "room-1", "support")
    taken = await journal.transact(lambda c: claim_room(c, journal.seal, room, "call-2", "another"))
    assert (taken.call_id, taken.resumes) == (call_id, True)


async def test_another_call_in_the_rooms_next_life_is_left_alone(journal, watcher, server):
    """
    The one before it is over.
    """
    call_id = await call_in_room(journal, server)
    server.rooms["room-1"] = "RM_anew", 1
    room = Room("RM_anew", "room-1", "support")
    await journal.transact(lambda c: claim_room(c, journal.seal, room, "call-2", "another"))
    await watcher.look()
    assert server.did == []
    assert journal.call(call_id).end_reason == "worker_lost"
