"""The support flow with the offline brain, typed: what a newcomer tries first."""

import pytest

from agents.support import SUPPORT
from interlock.app.calls.session import open_call
from interlock.app.calls.typed import TypedCall
from interlock.app.offline.brain import OfflineBrain
from interlock.app.offline.clock import ManualClock

pytestmark = pytest.mark.slow


@pytest.fixture
async def typed(journal, systems):
    """
    A call that has begun.
    """
    session, call = open_call(SUPPORT, llm=OfflineBrain(), journal=journal, services=systems, clock=ManualClock())
    driven = TypedCall(session, call)
    await driven.start()
    yield driven
    await driven.hang_up()


async def test_a_verified_caller_reaches_the_desk_they_asked_for(typed):
    """
    The request that was refused is made again once the caller is verified, and nothing else is.
    """
    for words in ("Hello, my name is Anna Kowalski", "I was charged twice", "4471", "80331"):
        await typed.caller(words)
    assert typed.call.state == "billing"


async def test_a_caller_who_is_not_understood_reaches_a_person(typed):
    """
    Two apologies in a row, then a person: nobody is told for ever that they were not understood (I7).
    """
    for _ in range(3):
        assert typed.call.state == "greeting"
        await typed.caller("the fjords of northern norway in 1873")
    assert typed.call.state == "person"
