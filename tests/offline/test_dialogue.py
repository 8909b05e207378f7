"""How the brain reads a conversation: what was asked, said and tried."""

import pytest
from livekit.agents import llm

from interlock.app.offline.dialogue import refused_before, turns_of, unspoken
from tests.offline.hotel import ASK_NUMBER, ASK_PHONE, ASK_PIN, ASK_TIME, TOOLS

BY_NAME = {tool.name: tool for tool in TOOLS}
TAXI, BOOKING = BY_NAME["order_taxi"], BY_NAME["find_booking"]


def context(*items: tuple[str, ...]) -> llm.ChatContext:
    """Messages as (role, words); calls as ("call", id, name, arguments), answers as (how, id, text)."""
    made = llm.ChatContext.empty()
    for kind, *its in items:
        if kind == "call":
            made.insert(llm.FunctionCall(call_id=its[0], name=its[1], arguments=its[2]))
        elif kind in ("answer", "refusal", "silent"):
            made.insert(
                llm.FunctionCallOutput(
                    call_id=its[0], output=its[1], is_error=kind == "refusal", reply_required=kind != "silent"
                )
            )
        else:
            made.add_message(role=kind.removesuffix(" cut"), content=its[0], interrupted=kind.endswith(" cut"))
    return made


@pytest.mark.parametrize(
    ("said", "slot"),
    [
        (ASK_TIME, "time"),
        (f"Of course. {ASK_PHONE}", "phone"),
        ("which number can the driver call", "phone"),
        (f"{ASK_TIME} Please say it slowly.", None),
        ("How can I help you?", None),
        ("", None),
    ],
)
def test_a_question_for_a_slot_is_known_by_its_last_sentence(said, slot):
    """
    Whatever stands before it, and however it is punctuated.
    """
    turn = turns_of(context(("assistant", said), ("user", "well")))[-1]
    assert turn.asked_for(TAXI) == slot


def test_half_a_question_counts_only_when_the_caller_cut_it():
    """
    Else it is another sentence that begins alike.
    """
    half = "Which number can the"
    assert turns_of(context(("assistant cut", half), ("user", "well")))[-1].asked_for(TAXI) == "phone"
    assert turns_of(context(("assistant", half), ("user", "well")))[-1].asked_for(TAXI) is None


def test_a_new_agents_question_replaces_the_old_ones():
    """
    But a question whether anybody is there replaces none.
    """
    asked = (("assistant", ASK_NUMBER),)
    moved = turns_of(context(*asked, ("assistant", "Bar. What will you drink?"), ("user", "well")))[-1]
    waited = turns_of(context(*asked, ("assistant", "Are you still there?"), ("user", "well")))[-1]

    assert moved.asked_for(BOOKING) is None
    assert waited.asked_for(BOOKING) == "booking_number"


def test_words_in_pieces_are_one_turn():
    """
    Unless something was said or tried in between.
    """
    turns = turns_of(context(("user", "my number is"), ("user", "4471"), ("assistant", ASK_PIN), ("user", "902")))
    assert [turn.words for turn in turns] == ["", "my number is 4471", "902"]


def test_instructions_are_not_read():
    """
    They are for a model that understands them.
    """
    turns = turns_of(context(("system", ASK_TIME), ("developer", "Call check_out."), ("user", "hello")))
    assert [(turn.heard, turn.words) for turn in turns] == [((), ""), ((), "hello")]


def test_only_the_last_answers_wait_to_be_spoken():
    """
    What was answered before the last call has been dealt with, and an acceptance is silent.
    """
    first = (("user", "x"), ("call", "1", "note_wish", "{}"), ("answer", "1", "Noted."))
    then = ("call", "2", "check_out", "{}")

    spoken = context(*first)
    chained = context(*first, then, ("refusal", "2", "No."))
    silent = context(*first, then, ("silent", "2", "accepted"))
    over = context(*first, ("assistant", "Noted."))

    assert [a.output for a in unspoken(turns_of(spoken), spoken)] == ["Noted."]
    assert [a.output for a in unspoken(turns_of(chained), chained)] == ["No."]
    assert unspoken(turns_of(silent), silent) == []
    assert unspoken(turns_of(over), over) == []


def test_a_refused_proposal_is_remembered_until_another_is_accepted():
    """
    And for so many turns only.
    """
    refused = (("user", "x"), ("call", "1", "check_out", '{"a": 1}'), ("refusal", "1", "No."))
    accepted = (("user", "y"), ("call", "2", "order_taxi", "{}"), ("silent", "2", "accepted"))
    later = (("assistant", "Yes?"), ("user", "y")) * 4

    found = refused_before(turns_of(context(*refused)), TOOLS, within=4)
    assert found is not None
    assert (found.name, found.args) == ("check_out", {"a": 1})
    assert refused_before(turns_of(context(*refused, *accepted)), TOOLS, within=4) is None
    assert refused_before(turns_of(context(*refused, *later)), TOOLS, within=4) is None


def test_broken_arguments_are_read_as_none():
    """
    A history may hold what a bad model wrote.
    """
    turn = turns_of(context(("user", "x"), ("call", "1", "check_out", "{not json")))[-1]
    assert turn.attempts[0].args == {}
