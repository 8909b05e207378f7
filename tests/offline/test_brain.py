"""The offline brain, with the real embeddings, on a desk it was not tuned on."""

import json

import pytest
from livekit.agents import function_tool, llm

from agents.helpdesk.desks import StepDesk
from agents.service import SERVICE
from interlock.agents.tools import tools_of
from interlock.app.offline.brain import OfflineBrain
from interlock.app.offline.choosing import HOW_TO_HELP, NOT_NOW, SORRY, WHAT_ELSE, Chooser, Do, Say
from interlock.app.offline.meaning import Meaning
from interlock.app.offline.slots import Slots
from tests.offline.hotel import (
    ASK_NAME,
    ASK_NUMBER,
    ASK_PHONE,
    ASK_PIN,
    ASK_TIME,
    NOW,
    OPENING,
    REFUSED,
    TOOLS,
    WISH,
    Conversation,
)

pytestmark = pytest.mark.slow

UNSEEN = [
    ("It is freezing in here, the radiator stays cold", "note_wish"),
    ("the people next door are making so much noise", "note_wish"),
    ("the shower has no hot water", "note_wish"),
    ("Could I get a back massage this afternoon?", "note_wish"),
    ("do you have a sauna", "note_wish"),
    ("I reserved a room with you last week", "find_booking"),
    ("Can you check my reservation?", "find_booking"),
    ("my reservation is number 5520", "find_booking"),
    ("We would like to pay and go", "check_out"),
    ("I'm checking out now", "check_out"),
    ("could I have the invoice, I am about to leave", "check_out"),
    ("I need a ride to the station", "order_taxi"),
    ("get me a cab for tomorrow", "order_taxi"),
    ("is it possible to order a car", "order_taxi"),
    ("We want to have dinner in your restaurant, two people", "reserve_table"),
    ("book us a table please", "reserve_table"),
    ("a dinner reservation for four", "reserve_table"),
    ("Is there a real person I can talk to?", "escalate"),
    ("connect me with the front desk staff", "escalate"),
    ("I do not want to talk to a machine", "escalate"),
    ("put me through to somebody, please", "escalate"),
    ("Thanks, bye bye", "say_goodbye"),
    ("okay, see you", "say_goodbye"),
    ("that's everything, thanks a lot", "say_goodbye"),
]
STRANGE = [
    "Who won the football match yesterday?",
    "How tall is Mount Everest?",
    "I like turtles.",
    "What is two plus two?",
    "Tell me about the French revolution.",
    "Which president was the first one?",
    "My computer shows a blue screen.",
    "banana",
]


@pytest.fixture(scope="module")
def meaning() -> Meaning:
    return Meaning()


@pytest.fixture
def chooser(meaning) -> Chooser:
    return Chooser(meaning, lambda: NOW)


@pytest.fixture
def talk(chooser) -> Conversation:
    return Conversation(chooser)


def tool_meant(chooser: Chooser, words: str) -> str:
    """The tool that is called or asks its question next."""
    decision = Conversation(chooser).caller(words)
    if isinstance(decision, Do):
        return decision.name
    asking = [t.name for t in TOOLS if any(s.ask == decision.text for s in t.slots.values())]
    return asking[0] if asking else decision.text


def test_five_of_six_unseen_phrasings_find_their_tool(chooser):
    """
    With three or four examples a tool; a model does better, a list of patterns far worse.
    """
    missed = {words: meant for words, tool in UNSEEN if (meant := tool_meant(chooser, words)) != tool}

    assert len(missed) <= len(UNSEEN) // 6, missed


def test_strangers_are_told_what_can_be_said_here(chooser):
    """
    Rather than guessing: a wrong guess moves the call.
    """
    guessed = {w: meant for w in STRANGE if not (meant := tool_meant(chooser, w)).startswith(SORRY)}

    assert len(guessed) <= len(STRANGE) // 8, guessed


def test_a_tool_without_arguments_is_called_at_once(talk):
    """
    The caller said all there is to say.
    """
    assert talk.caller("I want to check out, please.") == Do("check_out", {})


def test_what_is_missing_is_asked_for_one_question_at_a_time(talk):
    """
    And what was said on the way is kept until the tool is called.
    """
    assert talk.caller("I need a taxi") == Say(ASK_TIME)
    assert talk.caller("Tomorrow at three pm.") == Say(ASK_PHONE)
    assert talk.caller("It's 020 7946 0018.") == Do(
        "order_taxi", {"time": "2026-03-12T15:00:00+00:00", "phone": "02079460018"}
    )


def test_what_was_said_at_once_is_not_asked_for(talk):
    """
    Both numbers in one sentence, each told by its name or by its place.
    """
    assert talk.caller("My booking number is four four seven one and the pin is 9 0 2") == Do(
        "find_booking", {"booking_number": "4471", "pin": "902"}
    )


def test_an_answer_that_cannot_be_read_is_asked_for_again(talk):
    """
    With a short apology, and without losing what is known.
    """
    talk.caller("please look up my booking, number 4471")
    assert talk.caller("it is somewhere in my bag") == Say(f"{SORRY} {ASK_PIN}")
    assert talk.caller("nine oh two") == Do("find_booking", {"booking_number": "4471", "pin": "902"})


def test_a_caller_who_changes_their_mind_is_not_held_to_a_question(talk):
    """
    What clearly means another tool is no answer.
    """
    assert talk.caller("please reserve a table") == Say(ASK_NAME)
    assert talk.caller("Actually, let me speak to the receptionist.") == Do("escalate", {})


@pytest.mark.parametrize(("words", "meant"), [("I need a taxi", Say(ASK_TIME)), ("a massage", None)])
def test_a_question_with_choices_does_not_take_every_answer(talk, words, meant):
    """
    The nearest choice is always near enough to be guessed, so words that are another tool's own are no answer.
    """
    talk.agent(WISH.ask)
    said = talk.caller(words)
    assert said == (meant or Do("note_wish", {"area": "spa", "details": "a massage"}))


def test_a_question_the_caller_cut_short_is_still_answered(talk):
    """
    They heard enough of it to answer.
    """
    talk.agent("Of course. Which number can the", cut=True)
    assert talk.caller("020 7946 0018") == Say(ASK_TIME)


def test_a_question_before_are_you_still_there_is_still_open(talk):
    """
    The silence was about the question.
    """
    talk.caller("please reserve a table")
    talk.agent("Are you still there?")
    assert talk.caller("Yes, sorry. Anna Kowalski.") == Do("reserve_table", {"name": "Anna Kowalski"})


def test_a_refusal_speaks_in_the_words_meant_for_the_caller(talk):
    """
    The reason before the mark is the model's to read.
    """
    talk.caller("I want to check out")
    assert talk.refuse("Settle the bill first. | say: Please settle the bill first.") == Say(
        "Please settle the bill first."
    )


def test_a_refusal_without_words_for_the_caller_is_put_kindly(talk):
    """
    An internal reason is never read out.
    """
    talk.caller("I want to check out")
    assert talk.refuse("There is no way from here.") == Say(NOT_NOW)


def test_a_refused_proposal_is_made_again_once_the_reason_is_gone(talk):
    """
    Refused, asked, looked up, proposed again with the same arguments.
    """
    talk.caller("I need a taxi tomorrow at three pm")
    again = talk.caller("020 7946 0018")
    assert talk.refuse(REFUSED) == Say(ASK_NUMBER)
    assert talk.caller("four four seven one") == Say(ASK_PIN)
    assert talk.caller("902") == Do("find_booking", {"booking_number": "4471", "pin": "902"})
    assert talk.answer("I have found your booking.") == again


def test_a_proposal_that_was_accepted_is_not_made_again(talk):
    """
    Looking something up later is no second order.
    """
    talk.caller("I want to check out")
    talk.refuse(REFUSED)
    talk.caller("I want to check out")
    talk.accept()
    talk.agent("Your bill is ready.")
    talk.caller("my booking number is 4471 and the pin is 902")
    assert talk.answer("I have found your booking.") == Say("I have found your booking.")


def test_a_refused_proposal_corrected_keeps_its_other_arguments(talk):
    """
    Only what the refusal asks for is asked again.
    """
    talk.caller("I need a taxi yesterday at noon")
    talk.caller("020 7946 0018")
    talk.refuse(f"That is past. | say: That is over. {ASK_TIME}")
    assert talk.caller("Friday at ten") == Do(
        "order_taxi", {"time": "2026-03-13T10:00:00+00:00", "phone": "02079460018"}
    )


def test_a_correction_that_cannot_be_read_does_not_repeat_the_refused_proposal(talk):
    """
    Three refusals in a row move a call: they are not spent on the same mistake.
    """
    talk.caller("I need a taxi yesterday at noon")
    talk.caller("020 7946 0018")
    talk.refuse(f"That is past. | say: That is over. {ASK_TIME}")
    assert talk.caller("whenever you like") == Say(f"{SORRY} {ASK_TIME}")


def test_a_tool_that_asks_again_is_heard_before_anything_is_proposed_again(talk):
    """
    A look-up that found nothing has not removed the reason of the refusal.
    """
    talk.caller("I want to check out")
    talk.refuse(REFUSED)
    talk.caller("my booking number is 4471 and the pin is 902")
    assert talk.answer(f"I cannot find it. {ASK_NUMBER}") == Say(f"I cannot find it. {ASK_NUMBER}")


def test_what_is_noted_leads_on_to_the_proposal_it_is_for(talk):
    """
    The wish is noted before the proposal that needs it, from the same words.
    """
    noted = talk.caller("The heating in my room is broken.")
    assert noted == Do("note_wish", {"area": "room", "details": "The heating in my room is broken"})
    assert talk.answer("Noted.") == Do("send_technician", {})


def test_the_same_call_is_not_tried_twice_on_the_same_words(talk):
    """
    A refused proposal ends in words, however often the tools lead back to it.
    """
    talk.caller("The heating in my room is broken.")
    talk.answer("Noted.")
    assert talk.refuse("Not now. | say: Nobody is free just now.") == Say("Nobody is free just now.")


def test_after_a_handoff_the_callers_words_are_acted_on(talk):
    """
    An agent without an opening goes on with what was said before it came, and not with what was done.
    """
    talk.caller("The heating in my room is broken.")
    talk.accept()
    assert talk.goes_on() == Do("send_technician", {})
    talk.accept()
    assert talk.goes_on() == Say(HOW_TO_HELP)


def test_yes_to_an_offer_takes_it(talk):
    """
    The offer's own words say which tool is meant.
    """
    talk.agent("None is left. Shall I get you a car to the airport?")
    assert talk.caller("Yes, please.") == Say(ASK_TIME)


def test_no_to_an_offer_does_nothing(talk):
    """
    But ask what else.
    """
    talk.agent("None is left. Shall I get you a car to the airport?")
    assert talk.caller("No.") == Say(WHAT_ELSE)


def test_no_to_anything_else_is_a_goodbye(talk):
    """
    Though the word alone says little.
    """
    talk.agent("Your bill is ready. Is there anything else?")
    assert talk.caller("No.") == Do("say_goodbye", {})


@pytest.mark.parametrize("words", ["Hello?", "um", "Can you hear me?"])
def test_words_that_say_nothing_repeat_the_question(talk, words):
    """
    A greeting is no request.
    """
    talk.caller("please reserve a table")
    assert talk.caller(words) == Say(ASK_NAME)


def test_in_the_middle_of_another_models_turn_a_failed_call_is_not_repeated(talk):
    """
    The brain takes over from a model that failed: what that one tried counts.
    """
    talk.caller("I want to check out")
    talk.another_model_called("check_out", "No. | say: Not yet.", is_error=True)
    talk.another_model_called("find_booking", "I have found your booking.", is_error=False)
    assert talk.goes_on() == Say("I have found your booking.")


def test_with_tool_choice_none_a_tools_answer_is_spoken(talk):
    """
    Though it would have led on.
    """
    talk.caller("The heating in my room is broken.")
    talk.another_model_called("note_wish", "Noted.", is_error=False)
    assert talk.goes_on(may_call=False) == Say("Noted.")


@pytest.mark.parametrize("words", ["I want to check out", "The heating in my room is broken."])
def test_with_tool_choice_none_it_speaks(talk, words):
    """
    Whatever was said.
    """
    assert isinstance(talk.caller(words, may_call=False), Say)


def test_a_choice_is_never_read_out_of_nothing(meaning):
    """A bare "no" may mean a tool; which of its choices, the caller is asked."""
    assert Slots(meaning, lambda: NOW).fill(tools_of(StepDesk)["report_step"], "") == {}


def test_nothing_is_kept_between_conversations(chooser):
    """
    One brain serves every call of a process.
    """
    Conversation(chooser).caller("My booking number is 4471")
    assert Conversation(chooser, ASK_PIN).caller("902") == Say(ASK_NUMBER)


def livekit_tools() -> list[llm.Tool]:
    made = []
    for spec in TOOLS:

        async def run(raw_arguments: dict[str, object]) -> None: ...

        tool = function_tool(run, raw_schema=spec.schema())
        tool.spec = spec
        made.append(tool)
    return made


async def test_behind_livekits_interface_a_choice_is_a_tool_call():
    """
    One chunk with the arguments as JSON; tools without a spec are left alone.
    """

    @function_tool
    async def stranger() -> None:
        """Check out."""

    context = llm.ChatContext.empty()
    context.add_message(role="user", content="please reserve a table, my name is Anna")
    async with OfflineBrain(now=lambda: NOW) as brain:
        answer = await brain.chat(chat_ctx=context, tools=[*livekit_tools(), stranger]).collect()

    assert [(c.name, json.loads(c.arguments)) for c in answer.tool_calls] == [("reserve_table", {"name": "Anna"})]
    assert answer.text == ""


async def test_behind_livekits_interface_a_sentence_is_text():
    """
    Also without any tools at all.
    """
    context = llm.ChatContext.empty()
    context.add_message(role="assistant", content=OPENING)
    context.add_message(role="user", content="please reserve a table")
    async with OfflineBrain(now=lambda: NOW) as brain:
        asked = await brain.chat(chat_ctx=context, tools=livekit_tools()).collect()
        lost = await brain.chat(chat_ctx=context, tools=[]).collect()

    assert (asked.text, asked.tool_calls) == (ASK_NAME, [])
    assert (lost.text, lost.tool_calls) == (SORRY, [])


def test_of_several_numbers_a_tool_takes_one_it_can_have(meaning):
    """
    A warranty number has six digits, so the postcode said before it is none.
    """
    tools, words = tools_of(SERVICE.cast["gathering"]), "I live in 80331, the warranty number is 447120."
    slots = Slots(meaning, lambda: NOW)
    assert slots.fill(tools["note_warranty"], words) == {"number": "447120"}
    assert slots.fill(tools["note_postcode"], words) == {"postcode": "80331"}
