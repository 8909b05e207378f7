"""Faults 43 to 46: a guard that misbehaves keeps its door shut, and the call goes on."""

import asyncio
import functools
import threading

import pytest

from interlock.app.offline.scripted import Asks, Says
from interlock.guards.base import guard
from tests.faults.door import door
from tests.faults.stage import on_stage

OPEN_UP = Says(calls=(Asks("open_up"),))
NOBODY_IN = Says("I am sorry, I cannot let you in.")


async def refused(stage, error):
    """The model asks for the door and is refused for a guard that failed; the caller hears why not."""
    await stage.call.claim(password="swordfish")
    assert await stage.caller("Let me in.", OPEN_UP, NOBODY_IN) == [NOBODY_IN.text]
    assert stage.state == "outside"
    audit = stage.last("transition.refused")
    assert (audit["kind"], audit["refused_by"]) == ("guard_error", audit["guards"][0]["name"])
    assert audit["guards"][0]["error"] == error
    assert "swordfish" not in str(audit)
    await stage.call.propose("escalate", by="system")
    await stage.typed.rest()
    assert stage.state == "person"


async def test_fault_43_a_slow_guard(journal):
    """
    A guard that takes its time holds the call up, and then its answer counts; what fell due meanwhile finds it so.
    """
    asked, answers = threading.Event(), threading.Event()

    @guard("Wait.")
    def slow(facts, proposal) -> bool:
        """A guard that waits for another thread."""
        asked.set()
        return answers.wait()

    async with on_stage(journal, None, flow=door(slow)) as stage:

        def time_passes():
            asked.wait()
            stage.clock.jump(60)
            answers.set()

        thread = threading.Thread(target=time_passes)
        thread.start()
        await stage.caller("Let me in.", OPEN_UP, Says("You are in."))
        thread.join()
        assert stage.state == "inside"
        assert stage.typed.said == ["You are in."]
        assert "handoff.stalled" not in stage.kinds()


async def test_fault_44_a_raising_guard(journal):
    """
    A guard that raises refuses, and only the type of its error is on the record.
    """

    @guard("Ask for the password.")
    def broken(facts, proposal) -> bool:
        """A guard that fails, and says with what."""
        raise LookupError(f"no such password: {facts.password}")

    async with on_stage(journal, None, flow=door(broken)) as stage:
        await refused(stage, "raised LookupError")


@pytest.mark.parametrize(
    "value", [1, "yes", None, [True], object(), NotImplemented, float("nan")], ids=lambda value: type(value).__name__
)
async def test_fault_45_a_guard_that_returns_a_non_bool(journal, value):
    """
    Truthy is not true.
    """

    @guard("Ask for the password.")
    def vague(facts, proposal) -> bool:
        """A guard that answers something else."""
        return value

    async with on_stage(journal, None, flow=door(vague)) as stage:
        await refused(stage, f"returned {type(value).__name__}, expected bool")


async def opens_later(facts, proposal) -> bool:
    """A guard that would have to be waited for."""
    return True


async def test_fault_46_a_coroutine_in_disguise(journal):
    """
    A guard that turns out to return a coroutine is refused as no bool, and the coroutine is closed.
    """
    hidden = {"opens": opens_later}

    @guard("Ask for the password.")
    def disguised(facts, proposal) -> bool:
        """A plain function that hands out a coroutine."""
        return hidden["opens"](facts, proposal)

    async with on_stage(journal, None, flow=door(disguised)) as stage:
        await refused(stage, "returned coroutine, expected bool")


async def test_fault_46_a_future_in_disguise(journal):
    """
    What can be awaited is no bool either, done or not.
    """

    @guard("Ask for the password.")
    def promised(facts, proposal) -> bool:
        """A plain function that hands out a future."""
        answer = asyncio.get_running_loop().create_future()
        answer.set_result(True)
        return answer

    async with on_stage(journal, None, flow=door(promised)) as stage:
        await refused(stage, "returned Future, expected bool")


def _wrapped():
    @functools.wraps(opens_later)
    def plain(facts, proposal) -> bool:
        return opens_later(facts, proposal)

    return plain


def _closed_over():
    held = opens_later

    def plain(facts, proposal) -> bool:
        """A guard over a coroutine function."""
        return held(facts, proposal)

    return plain


@pytest.mark.parametrize(
    "function", [opens_later, lambda facts, proposal: True, _wrapped(), _closed_over(), functools.partial(opens_later)]
)
def test_fault_46_a_coroutine_is_refused_at_import_where_it_can_be_seen(function):
    """
    No flow with such a guard ever takes a call.
    """
    with pytest.raises(TypeError, match=r"guard .*(opens_later|lambda|plain|partial)"):
        guard("Ask for the password.")(function)
