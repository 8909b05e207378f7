"""What everybody who looks is told: each verdict once, in order, from where they were, and no more than they read."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from interlock.app.board.flows_shown import FlowsShown
from interlock.app.board.live import KEPT, MOST_VIEWERS, QUEUED, Live
from interlock.app.project import FLOWS
from interlock.app.store.followed import FollowedCall, Line, Look
from tests.board.conftest import happening, played
from tests.board.test_one_call import sealed_texts

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Told:
    """What is followed, as a test tells it."""

    rest_s = 0.05

    def __init__(self) -> None:
        self.said: asyncio.Queue[Look] = asyncio.Queue()

    async def looks(self) -> AsyncIterator[Look]:
        while True:
            yield await self.said.get()
            self.said.task_done()


def call(call_id="c1", state="triage", epoch=0, **its):
    given = {"machine": "Support", "version": 1, "began": AT, "ended": None, "why": None, "last_seq": 1, "driven": True}
    return FollowedCall(call_id, "support", state=state, epoch=epoch, **{**given, **its})


def refused(seq, call_id="c1", at=AT):
    guards = [{"name": "caller_verified", "held": False, "reason": "", "error": ""}]
    audit = {"event": "route_to_billing", "by": "agent", "kind": "guard_false", "refused_by": "caller_verified"}
    return Line(
        call_id, "support", 1, seq, "transition.refused", at, 0, audit | {"before": ["triage"], "guards": guards}
    )


@asynccontextmanager
async def following():
    """Everybody's live view, what it is told, and a way to wait until that is taken in."""
    told = Told()

    async def newest():
        return {"c": "c0"}

    live = Live(told, FlowsShown(FLOWS), newest)
    task = asyncio.ensure_future(live.run())

    async def tell(*lines, calls=(), at=AT, **its):
        told.said.put_nowait(Look(at, calls={each.call_id: each for each in calls}, lines=lines, **its))
        await told.said.join()
        await asyncio.sleep(0)

    yield live, tell
    task.cancel()


async def message(viewer):
    """The next message: its id, its name, its data."""
    data = (await viewer.next()).decode()
    fields = dict(line.split(":", 1) for line in data.strip().splitlines())
    return fields["id"], fields["event"], json.loads(fields["data"])


async def test_who_comes_is_told_where_calls_are_and_then_what_falls():
    """
    A snapshot first, then each verdict once.
    """
    async with following() as (live, tell):
        await tell(calls=[call()], first=True)
        viewer = live.join()
        _, name, data = await message(viewer)
        assert (name, [its["c"] for its in data["calls"]], data["verdicts"]) == ("snapshot", ["c1"], [])
        await tell(refused(2), calls=[call()])
        _, name, data = await message(viewer)
        (line,) = data["lines"]
        assert (name, line["e"], line["g"], line["p"], line["y"]) == (
            *("look", "route_to_billing", "caller_verified", "triage"),
            0,
        )
        assert (data["calls"], data["minute"]) == ([], {"support": [1, 1]})


async def test_a_connection_that_was_cut_goes_on_after_the_last_message():
    """
    Nothing is lost and nothing told twice; what is too long ago, or of another start, begins anew.
    """
    async with following() as (live, tell):
        await tell(first=True)
        viewer = live.join()
        await message(viewer)
        await tell(refused(2))
        had, _, _ = await message(viewer)
        live.leave(viewer)
        for seq in (3, 4):
            await tell(refused(seq))
        again = live.join(had)
        assert [(await message(again))[2]["lines"][0]["q"] for _ in range(2)] == [3, 4]
        for unknown in ("", "another-1", f"{had}0"):
            assert (await message(live.join(unknown)))[1] == "snapshot"
        for seq in range(5, 6 + QUEUED):
            await tell(refused(seq))
        assert (await message(live.join(had)))[1] == "snapshot"


async def test_a_viewer_that_reads_nothing_holds_a_short_queue_and_then_begins_anew():
    """
    What waits for it is bounded, and what it gets then is how things are.
    """
    async with following() as (live, tell):
        await tell(first=True)
        slow, quick = live.join(), live.join()
        await message(slow), await message(quick)
        for seq in range(2, 4 + QUEUED):
            await tell(refused(seq))
            assert (await message(quick))[2]["lines"][0]["q"] == seq
        assert len(slow._queue) <= QUEUED
        _, name, data = await message(slow)
        assert (name, data["verdicts"][-1]["q"]) == ("snapshot", 3 + QUEUED)
        await tell(refused(999))
        assert [line["q"] for line in (await message(slow))[2]["lines"]] == [999]


async def test_so_many_look_and_no_more():
    """
    One that leaves makes room.
    """
    async with following() as (live, _):
        viewers = [live.join() for _ in range(MOST_VIEWERS)]
        assert None not in viewers
        assert live.join() is None
        live.leave(viewers[0])
        assert live.join() is not None
        assert KEPT > QUEUED


async def test_the_last_minute_is_counted_by_the_followers_clock():
    """
    Of each flow, and no longer than a minute.
    """
    async with following() as (live, tell):
        await tell(refused(2), at=AT)
        await tell(refused(3), at=AT + timedelta(seconds=59))
        _, _, data = await message(live.join())
        assert data["minute"] == {"support": [2, 2]}
        await tell(refused(4), at=AT + timedelta(seconds=60))
        _, _, data = await message(live.join())
        assert data["minute"] == {"support": [2, 2]}


async def test_a_call_whose_lease_ran_out_is_told_apart_and_one_that_ended_is_over():
    """
    And one that somebody took over is told as such.
    """
    async with following() as (live, tell):
        await tell(calls=[call()], first=True)
        viewer = live.join()
        await message(viewer)
        await tell(calls=[call(driven=False)])
        assert (await message(viewer))[2]["calls"][0]["d"] == 0
        resumed = Line("c1", "support", 1, 3, "call.resumed", AT, 0, {"state": "triage"})
        await tell(resumed, calls=[call()])
        _, _, data = await message(viewer)
        assert (data["lines"][0]["y"], data["calls"][0]["d"]) == (2, 1)
        over = call(ended=AT + timedelta(seconds=9), why="caller_left", state="closed")
        await tell(moved={"c1": over})
        _, _, data = await message(viewer)
        assert (data["over"], data["last"]["x"] - data["last"]["t"]) == (["c1"], 9000)


async def test_a_record_that_is_away_is_said_and_nothing_is_forgotten():
    """
    Calls go on without the board.
    """
    async with following() as (live, tell):
        await tell(calls=[call()], first=True)
        viewer = live.join()
        await message(viewer)
        await tell(away="the store is gone")
        assert (await message(viewer))[2]["away"] == "the store is gone"
        await tell(calls=[call()])
        assert "away" not in (await message(viewer))[2]


async def test_a_quiet_board_says_which_call_was_last():
    """
    Also where nobody saw it end.
    """
    async with following() as (live, tell):
        await tell(first=True)
        assert (await message(live.join()))[2]["last"] == {"c": "c0"}


async def test_a_verdict_takes_no_more_than_200_bytes(browser, journal):
    """
    Of a real call, all its verdicts; nothing that a page can say by itself is sent.
    """
    async with following() as (live, tell):
        await tell(first=True)
        call_id = await played(journal)
        its = journal.call(call_id)
        lines = [
            Line(call_id, its.flow, 1, r.seq, r.kind, r.at, r.epoch, r.audit)
            for r in journal.records(call_id)
            if r.kind.startswith("transition.")
        ]
        lean = [live._lines.lean(line) for line in lines]
        assert len(lean) > 5
        assert max(len(json.dumps(each, separators=(",", ":"))) for each in lean) <= 200


async def test_every_verdict_of_a_real_call_comes_over_the_stream(browser, journal):
    """
    In order, once, from a real record by a real follower.
    """
    before, found, said = await played(journal), [], ""
    async with browser.stream("/api/live") as events:
        assert (await anext(events))[0] == "snapshot"
        call_id = await happening(journal, before)
        wanted = [record.seq for record in journal.records(call_id) if record.kind.startswith("transition.")]
        async for _, data in events:
            said += json.dumps(data, ensure_ascii=False)
            found += [line["q"] for line in data["lines"] if line["c"] == call_id]
            if call_id in data.get("over", ()):
                break
    assert found == wanted
    assert len(found) > 5
    assert [text for text in sealed_texts(journal, call_id) if text in said] == []


async def test_who_comes_after_the_last_seat_is_told_so(browser, monkeypatch):
    """
    In words, and calls are not touched.
    """
    monkeypatch.setattr("interlock.app.board.live.MOST_VIEWERS", 0)
    status, said, _ = await browser.get("/api/live")
    assert (status, "no more are let in" in said) == (503, True)
