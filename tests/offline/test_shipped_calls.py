"""The recorded callers that come with the flows, and that what the booking one says holds on any day."""

import wave
from datetime import timedelta

import pytest

from agents.booking import BOOKING
from app.business.booking import open_booking_systems
from interlock.app.calls.demo import shipped
from interlock.app.calls.session import open_call
from interlock.app.calls.typed import TypedCall
from interlock.app.offline.brain import OfflineBrain
from interlock.app.offline.clock import ManualClock
from interlock.app.project import FLOWS, project

pytestmark = pytest.mark.slow

LONGEST_S, MOST_BYTES = 5, 130_000
BOOKING_CALLER = (
    "My name is Anna Kowalski.",
    "I would like a new appointment.",
    "Tomorrow morning at ten please.",
    "The first one, please.",
    "Yes, please book it.",
    "03012345",
)


SHIPPED = project().callers
WITH_A_CALLER = [FLOWS[path.name] for path in sorted(SHIPPED.iterdir()) if path.name in FLOWS]


@pytest.mark.parametrize("flow", WITH_A_CALLER, ids=lambda flow: flow.name)
def test_every_flow_comes_with_a_caller(flow):
    """
    Numbered turns of a few seconds each, 16-bit mono: small enough to be in the repository.
    """
    turns = shipped(flow)
    assert [path.name[:2] for path in turns] == [f"{n:02d}" for n in range(1, len(turns) + 1)]
    assert len(turns) >= 5
    for path in turns:
        with path.open("rb") as file, wave.open(file) as wav:
            assert (wav.getnchannels(), wav.getsampwidth(), wav.getframerate()) == (1, 2, 16_000), path.name
            assert 0.5 < wav.getnframes() / wav.getframerate() < LONGEST_S, path.name
        assert path.stat().st_size < MOST_BYTES, path.name


def test_no_caller_is_left_of_a_flow_there_is_not():
    """
    A folder is a flow's.
    """
    assert {path.name for path in SHIPPED.iterdir() if path.is_dir()} <= FLOWS.keys()


@pytest.mark.parametrize("day", range(7))
async def test_the_booking_caller_gets_an_appointment_on_any_day(journal, day):
    """
    Tomorrow may be a Sunday: the first time offered is booked then.
    """
    clock = ManualClock()
    clock.advance(timedelta(days=day).total_seconds())
    session, call = open_call(
        BOOKING, llm=OfflineBrain(now=clock.now), journal=journal, services=open_booking_systems(), clock=clock
    )
    typed = TypedCall(session, call)
    await typed.start()
    for words in BOOKING_CALLER:
        await typed.caller(words)
    assert call.state == "confirmation"
    assert "Your appointment is booked for" in " ".join(typed.said)
    await typed.hang_up()
