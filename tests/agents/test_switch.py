"""A switch that raises, one that hangs, and what the caller hears then."""

import asyncio
import gc
from collections.abc import Iterator
from typing import Any

import pytest
from livekit.agents import function_tool

from agents.support.desks import Reception, Triage
from interlock.agents.call.farewell import APOLOGY
from interlock.agents.call.switch import PLAYOUT_LIMIT_S, STALL_LIMIT_S
from interlock.agents.desks import Farewell, WaitingDesk
from interlock.agents.speech.parting import GRACE_S
from interlock.app.offline.scripted import Asks, Says
from tests.agents.stage import Stage
from tests.faults.stage import ACCOUNT

HELLO = "This is Anna."
STALL_S = PLAYOUT_LIMIT_S + STALL_LIMIT_S
HAND_OVER = (Asks("note_name", {"name": "Anna"}), Asks("begin_triage"))
UNABLE = WaitingDesk.OPENINGS["handoff_failed"]


@pytest.fixture(autouse=True)
def _left_nothing() -> Iterator[None]:
    """
    LiveKit drops tasks that failed. Let them complain here: Python 3.11 cannot bear it while pytest parses a file.
    """
    yield
    gc.collect()


async def _nothing(raw_arguments: dict[str, object]) -> None:
    """
    A tool that shares its name with another.
    """


def failing(desk: type[Any], how: str, times: int) -> type[Any]:
    """The same agent, whose first `times` instances cannot take over."""
    left = [times]

    class Failing(desk):
        def __init__(self, *given: Any, **more: Any) -> None:
            self.fails, left[0] = left[0] > 0, left[0] - 1
            if self.fails and how == "its class raises":
                raise LookupError("on purpose")
            super().__init__(*given, **more)
            if self.fails and how == "its tools collide":
                self._tools = [
                    *self._tools,
                    function_tool(_nothing, raw_schema={"name": "say_goodbye", "parameters": {}}),
                ]

        async def on_enter(self) -> None:
            if self.fails and how == "its on_enter raises":
                raise LookupError("on purpose")
            if self.fails and how == "its on_enter hangs":
                await self.call.until_the_test_ends.wait()
                return
            await super().on_enter()

    Failing.__name__ = desk.__name__
    return Failing


WAYS = ("its class raises", "its tools collide", "its on_enter raises", "its on_enter hangs")


@pytest.mark.parametrize("how", WAYS[:3])  # LiveKit waits for a hanging on_enter, so that costs both tries: see below
async def test_an_agent_that_fails_once_is_tried_once_more(on_stage, how):
    """
    The first failure is on the record, and the second instance takes over.
    """
    stage = await begin(on_stage(triage=failing(Triage, how, 1)))
    await hand_over(stage)
    assert stalls(stage) == 1
    assert stage.call.state == "triage"
    assert stage.said[-1] == Triage.OPENING
    stage.assert_agrees()
    await goes_on(stage)


@pytest.mark.parametrize("how", WAYS)
async def test_an_agent_that_fails_twice_leads_to_a_person_and_later_switches_work(on_stage, how):
    """
    After the second failure the machine sends for a person; nothing of LiveKit's failed switch stays behind.
    """
    stage = await begin(on_stage(triage=failing(Triage, how, 2)))
    await hand_over(stage)
    assert stalls(stage) == 2
    assert stage.call.state == "person"
    assert stage.said[-1] == UNABLE
    stage.assert_agrees()
    await goes_on(stage)
    stage.model.lines["Back, please."] = Says(calls=(Asks("return_to_desk"),))
    stage.ears.hears("Back, please.")
    await stage.quiet()
    assert stage.call.state == "triage"
    assert stage.said[-1] == Triage.OPENINGS.get("return_to_desk", Triage.OPENING)
    stage.assert_agrees()


@pytest.mark.parametrize("how", WAYS)
async def test_a_third_failure_ends_the_call_with_an_apology(on_stage, how):
    """
    When not even the person's stand-in can take over, the caller hears so, and the call is over.
    """
    nobody = {"triage": failing(Triage, how, 9), "person": failing(WaitingDesk, how, 9)}
    stage = await begin(on_stage(**nobody))
    stage.ears.hears(HELLO)
    await time_passes(stage)
    await stage.closed()
    assert stage.heard_by_caller(APOLOGY)
    assert stage.kinds()[-1] == "call.ended"
    assert stage.entries[-1].audit["reason"] == "handoff_failed"
    assert stage.journal.snapshot(stage.call.id) == stage.call.snapshot


async def test_a_first_agent_that_cannot_greet_is_replaced(on_stage):
    """
    The watchdog looks after the first agent too: nobody is greeted with silence.
    """
    stage = await begin(on_stage(greeting=failing(Reception, "its on_enter raises", 1)))
    await time_passes(stage)
    assert stalls(stage) == 1
    assert stage.said == [Reception.OPENING]
    stage.assert_agrees()
    await goes_on(stage)


async def test_livekits_own_switch_raising_is_recovered(on_stage):
    """
    P3: an error in the background task of `update_agent` neither hides nor poisons the next switch.
    """
    stage = await begin(on_stage())
    update, left = stage.session._update_activity, [1]

    async def raising(*given: Any, **more: Any) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise RuntimeError("on purpose")
        await update(*given, **more)

    stage.session._update_activity = raising  # type: ignore[method-assign]
    await hand_over(stage)
    assert stalls(stage) == 1
    assert stage.call.state == "triage"
    assert stage.said[-1] == Triage.OPENING
    stage.assert_agrees()
    await goes_on(stage)


async def test_an_announcement_that_never_ends_is_cut_off(on_stage):
    """
    The old agent may finish its sentence, not keep the caller.
    """
    stage = await begin(on_stage())
    stage.mouth.labels["Please hold the line."] = "announcement"
    stage.speaker.until["announcement"] = stage.for_good
    stage.model.lines[HELLO] = Says("Please hold the line.", HAND_OVER)
    stage.ears.hears(HELLO)
    await time_passes(stage)
    assert stalls(stage) == 0
    assert stage.said[-1] == Triage.OPENING
    stage.assert_agrees()
    await goes_on(stage)


async def test_a_model_that_never_ends_its_answer_is_cut_off(on_stage):
    """
    The handoff was accepted while the stream was open: it waits no longer than an announcement may last.
    """
    stage = await begin(on_stage())
    stage.model.lines[HELLO] = Says(calls=HAND_OVER, hold=stage.for_good)
    stage.ears.hears(HELLO)
    await time_passes(stage)
    assert stage.said[-1] == Triage.OPENING
    stage.assert_agrees()
    await goes_on(stage)


async def test_a_data_tool_that_never_returns_does_not_keep_the_call(on_stage, systems):
    """
    Called beside the accepted handoff, it is given up in time, and the next agent takes over.
    """

    class Hanging:
        async def find(self, account_id: str, order_number: str) -> None:
            await stage.for_good.wait()

    stage = await begin(on_stage())
    await stage.call.establish(**ACCOUNT)
    object.__setattr__(systems, "orders", Hanging())
    stage.model.lines[HELLO] = Says(calls=(*HAND_OVER, Asks("order_status", {"order_number": "1042"})))
    stage.ears.hears(HELLO)
    await time_passes(stage)
    assert stage.said[-1] == Triage.OPENING
    stage.assert_agrees()
    await goes_on(stage)


async def test_an_old_agent_that_hangs_on_the_way_out_ends_in_an_apology(on_stage):
    """
    LiveKit cannot get past a hanging `on_exit` (no desk has one): the caller hears so within bounded time.
    """

    class Clinging(Reception):
        async def on_exit(self) -> None:
            await self.call.until_the_test_ends.wait()

    stage = await begin(on_stage(greeting=Clinging))
    await stage.quiet()
    await hand_over(stage)
    assert stage.heard_by_caller(APOLOGY)
    assert stage.kinds()[-1] == "call.ended"


async def test_a_goodbye_agent_that_comes_too_late_does_not_hang_up(on_stage):
    """
    Only the agent that was sent for last closes the call, after its last word.
    """
    gate, made = asyncio.Event(), []

    class LateFarewell(Farewell):
        async def on_enter(self) -> None:
            made.append(self)
            if len(made) == 1:
                await gate.wait()
            await super().on_enter()

    stage = await begin(on_stage(closed=LateFarewell))
    stage.model.lines["Bye."] = Says(calls=(Asks("say_goodbye"),))
    stage.ears.hears("Bye.")
    await stage.until(lambda: stage.call.parting.in_grace)
    stage.clock.advance(GRACE_S)
    await stage.until(lambda: bool(made))
    stage.clock.advance(STALL_S)
    await stage.until(lambda: stalls(stage) == 1)
    gate.set()
    await stage.closed()
    assert stage.heard_by_caller(Farewell.OPENING)
    assert stage.kinds()[-1] == "call.ended"


async def begin(stage: Stage) -> Stage:
    stage.model.lines[HELLO] = Says(calls=HAND_OVER)
    stage.call.until_the_test_ends = stage.for_good  # type: ignore[attr-defined]
    await stage.start(quiet=False)
    told = stage.call.flow.cast["greeting"] is Reception
    await stage.until(lambda: (not stage.call.switching and "line.told" in stage.kinds()) or not told)
    if told:
        await stage.quiet()
    return stage


async def hand_over(stage: Stage) -> None:
    stage.ears.hears(HELLO)
    await time_passes(stage)


async def time_passes(stage: Stage) -> None:
    """
    Long enough for every watchdog, in steps shorter than any of them; nobody is silent long enough to notice.
    """
    for _ in range(60):
        await stage.rounds()
        if stage.is_closed or stage.is_quiet():
            break
        stage.clock.advance(1.0)
    if not stage.is_closed:
        await stage.quiet()


async def goes_on(stage: Stage) -> None:
    stage.ears.hears("And now?")
    await stage.quiet()
    assert stage.answers_to("And now?") == 1, stage.transcript()


def stalls(stage: Stage) -> int:
    return stage.kinds().count("handoff.stalled")
