"""What callers say about themselves, alone and several things at once, asked or not."""

from datetime import UTC, datetime

import pytest

from agents.intake import INTAKE
from agents.intake.details import ASK, TakesDetails
from interlock.agents.tools import tools_of
from interlock.app.calls.session import open_call
from interlock.app.calls.typed import TypedCall
from interlock.app.offline.brain import OfflineBrain
from interlock.app.offline.clock import ManualClock
from interlock.app.offline.meaning import Meaning
from interlock.app.offline.parsers import read
from interlock.app.offline.slots import Slots

NOW = datetime(2026, 3, 11, 14, 30, tzinfo=UTC)
DATES = [
    ("I was born on May 3rd, 1980.", "1980-05-03"),
    ("the third of May nineteen eighty", "1980-05-03"),
    ("3 May 1980", "1980-05-03"),
    ("May the third, nineteen eighty", "1980-05-03"),
    ("the fifth of June two thousand and one", "2001-06-05"),
    ("1980-05-03", "1980-05-03"),
    ("the thirty-first of February 1980", None),
    ("the third of May", None),
    ("03/05/1980", None),
    ("tomorrow", None),
]
ADDRESSES = [
    ("12 Rose Street, Bristol.", True, "12 Rose Street, Bristol"),
    ("It's twelve Rose Street", True, "twelve Rose Street"),
    ("No, I live at 5 Mill Lane, York", False, "5 Mill Lane, York"),
    ("my address is 5 Mill Lane, York, and my phone number is 0151 2345", False, "5 Mill Lane, York"),
    ("my email address is 12@example.com", False, None),
    ("5 Mill Lane, York", False, None),
    ("what do you still need?", True, None),
]
SAID = [
    (
        "my name is Anna Miller and my policy number is 448 21 07",
        "",
        {"name": "Anna Miller", "policy_number": "4482107"},
    ),
    ("4482107", "policy", {"policy_number": "4482107"}),
    ("0151 2345678", "phone", {"phone": "01512345678"}),
    ("you can reach me on 0151 2345678", "", {"phone": "01512345678"}),
    ("I was born on 3 May 1980", "", {"date_of_birth": "1980-05-03"}),
    ("3 May 1980", "birth", {"date_of_birth": "1980-05-03"}),
    ("1200 Rose Street, Bristol", "address", {"home_address": "1200 Rose Street, Bristol"}),
    ("my phone number is 0151 2345678", "address", {"phone": "01512345678"}),
]


@pytest.mark.parametrize(("words", "value"), DATES)
def test_a_date_is_read_when_it_is_whole(words, value):
    """Of a day that does not exist, or whose month could be its day, nothing is."""
    assert read("date", words, NOW) == value


@pytest.mark.parametrize(("words", "asked", "value"), ADDRESSES)
def test_an_address_is_read_with_its_number(words, asked, value):
    """Unasked, only where it is said to be one."""
    assert read("address", words, NOW, asked=asked) == value


@pytest.mark.slow
@pytest.mark.parametrize(("words", "asked", "values"), SAID)
def test_each_detail_goes_where_it_belongs(words, asked, values):
    """A number is what was asked for or what it is called; a year is no policy, and a policy no phone."""
    tool = tools_of(TakesDetails)["note_details"]
    name = next((name for name, slot in tool.slots.items() if asked and slot.ask == ASK[asked]), None)
    assert Slots(Meaning(), lambda: NOW).fill(tool, words, name) == values


@pytest.mark.slow
async def test_who_is_not_understood_is_asked_again_and_then_reaches_a_person(journal):
    """Though the tool that asks needs nothing; what was said before it is not said again."""
    session, call = open_call(INTAKE, llm=OfflineBrain(), journal=journal, clock=ManualClock())
    typed = TypedCall(session, call)
    await typed.start()
    for words in ("My name is Anna Miller.", "can you check it, please", "yes"):
        await typed.caller(words)
    assert typed.said[-1].endswith(f"your name: Anna Miller. {ASK['birth']}")
    for _ in range(3):
        assert call.state == "collection"
        await typed.caller("the fjords of northern norway")
    assert call.state == "person"
    await typed.hang_up()
