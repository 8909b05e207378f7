"""What a caller says that no flow expects, typed with the offline brain: answered, never forced into an event."""

import pytest

from interlock.agents.desks import Farewell
from interlock.agents.speech_requests import NOT_SLOWER, SPEECH_REQUESTS
from interlock.agents.tools import tools_of
from interlock.app.calls.session import open_call
from interlock.app.calls.typed import TypedCall
from interlock.app.offline.brain import OfflineBrain
from interlock.app.offline.choosing import Chooser, Do, Say
from interlock.app.offline.clock import ManualClock
from interlock.app.offline.meaning import Meaning
from interlock.app.project import FLOWS, open_systems
from interlock.machines.events import ESCALATE
from tests.offline.hotel import NOW, Conversation

pytestmark = pytest.mark.slow

AGAIN = ("Could you repeat that?", "Pardon?")
A_PERSON = ("A human, please.", "a human please", "a person, please")
SLOWER = ("Can you speak more slowly?",)
NOT_ASIDES = ("And eliminate, please.",)
WEATHER = "What is the weather like?"


@pytest.fixture(scope="module")
def chooser():
    """
    The brain itself.
    """
    return Chooser(Meaning(), lambda: NOW)


@pytest.fixture
async def typed(request, journal):
    """
    A typed call of the flow that the test names.
    """
    flow = FLOWS[request.param]
    systems = open_systems(flow)
    session, call = open_call(flow, llm=OfflineBrain(), journal=journal, services=systems, clock=ManualClock())
    driven = TypedCall(session, call)
    await driven.start()
    yield driven
    await driven.hang_up()


def desks():
    """Every desk where a caller is listened to, with "Hello." and the questions no desk of the flow before it has."""
    for flow in FLOWS.values():
        before: set[str] = set()
        for state, desk in flow.cast.items():
            tools = list(tools_of(desk).values())
            questions = {slot.ask for tool in tools for slot in tool.slots.values()} - before
            before |= questions
            if not issubclass(desk, Farewell):
                yield f"{flow.name} {state}", tools, {"Hello.", *questions}


@pytest.mark.parametrize(("tool", "said"), [("repeat", AGAIN), ("speak_slower", SLOWER), ("", NOT_ASIDES)])
def test_asking_to_hear_it_again_is_understood_whatever_was_asked(chooser, tool, said):
    """
    At every desk of every flow, and after every question; and nothing else is taken for it.
    """
    for where, tools, questions in desks():
        for asked in sorted(questions):
            for words in said:
                meant = Conversation(chooser, asked, tools).caller(words)
                name = meant.name if isinstance(meant, Do) and meant.name in SPEECH_REQUESTS else ""
                assert name == tool, f"{where}: {asked} {words}"


def test_a_person_is_two_words_away_whatever_was_asked(chooser):
    """
    At every desk where a person can be had, as `interlock dev` says of a typed call; no answer is made of it.
    """
    for where, tools, questions in desks():
        if any(tool.name == ESCALATE for tool in tools):
            for asked in sorted(questions):
                for words in A_PERSON:
                    meant = Conversation(chooser, asked, tools).caller(words)
                    assert meant == Do(ESCALATE, {}), f"{where}: {asked} {words}"


@pytest.mark.parametrize("typed", ["booking", "helpdesk", "routing", "support"], indirect=True)
async def test_the_weather_is_nobodys_business(typed):
    """
    The caller is told that they were not understood; nothing is proposed and nothing noted.
    """
    before = typed.call.snapshot, typed.call.facts.model_copy(update={"silences": 0})
    (answer,) = await typed.caller(WEATHER)
    assert answer.startswith("Sorry, I did not get that.")
    assert (typed.call.snapshot, typed.call.facts.model_copy(update={"silences": 0})) == before


def test_no_choice_is_made_of_a_question(chooser):
    """
    The weather is no printer, no dish and no device, also when the caller was just asked which.
    """
    for where, tools, questions in desks():
        for tool in tools:
            for slot in tool.slots.values():
                if slot.kind == "choice" and slot.ask in questions:
                    meant = Conversation(chooser, slot.ask, tools).caller(WEATHER)
                    assert isinstance(meant, Say), f"{where}: {slot.ask}"


@pytest.mark.parametrize("typed", ["support"], indirect=True)
async def test_a_question_stays_open_while_it_is_said_again(typed):
    """
    And a request that was refused is made again all the same, once what it lacked is known.
    """
    await typed.caller("Hello, my name is Anna Kowalski")
    (asked,) = await typed.caller("I was charged twice")
    assert await typed.caller("Could you repeat that?") == [asked]
    await typed.caller("4471")
    (told,) = await typed.caller("Can you speak more slowly?")
    assert told.startswith(NOT_SLOWER)
    await typed.caller("80331")
    assert typed.call.state == "billing"
