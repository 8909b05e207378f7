"""Callbacks in every flow: on what the caller said, told as they are booked, one a call."""

import json

import pytest

from interlock.app.offline.scripted import Asks, Says
from interlock.app.project import flow_named, open_systems
from interlock.testing import on_stage

FLOWS = ("support", "booking", "helpdesk", "intake", "restaurant", "routing", "sales", "service")
INVENTED = {"phone": "5551234567", "time": "2026-03-03T10:00"}
SAID = {"phone": "0301234567", "time": "2026-03-03T10:00"}
WORDS = "Tomorrow at ten, on oh three oh, one two three four five six seven."
AGAIN = "Which number?"


def stage_of(name, journal, **given):
    flow = flow_named(name)
    return on_stage(flow, journal, open_systems(flow), **given)


async def asks_for(stage, args, words, *answers):
    """With a person's stand-in, the caller says something and the model books."""
    if stage.state != "person":
        await stage.caller("Somebody else, please.", Says(calls=(Asks("escalate"),)))
    assert stage.state == "person"
    return await stage.caller(words, Says(calls=(Asks("book_callback", args),)), *answers)


@pytest.mark.parametrize("name", FLOWS)
async def test_a_made_up_callback_is_booked_by_nobody(journal, name):
    """The refusal says whom to ask for it."""
    async with stage_of(name, journal) as stage:
        await asks_for(stage, INVENTED, "Yes, please have somebody call me.", Says(AGAIN))
        refused = stage.last("transition.refused")
        assert (refused["refused_by"], "Nobody said that number" in refused["reason"]) == (
            "callback_number_heard",
            True,
        )
        assert not stage.call.facts.callback_booked


@pytest.mark.parametrize("name", FLOWS)
async def test_a_callback_is_told_with_day_time_and_number(journal, name):
    """As our systems booked it."""
    async with stage_of(name, journal) as stage:
        said = await asks_for(stage, SAID, WORDS)
        assert stage.call.facts.callback_booked
        assert "Tuesday, 3 March at 10:00, on 030 123 4567" in said[-1]


@pytest.mark.parametrize(
    ("words", "args", "guard"),
    [
        (WORDS, {"phone": "0301234568", "time": "2026-03-03T10:00"}, "callback_number_heard"),
        (WORDS, {"phone": "0301234567", "time": "2026-03-04T10:00"}, "callback_time_heard"),
        (WORDS, {"phone": "0301234567", "time": "2027-03-03T10:00"}, "callback_soon"),
        ("Tomorrow at ten, call 112.", {"phone": "112", "time": "2026-03-03T10:00"}, "callback_number_given"),
        (
            "Tomorrow at ten on 0900 1234567.",
            {"phone": "0900 1234567", "time": "2026-03-03T10:00"},
            "callback_number_ordinary",
        ),
        (
            "In the year 2099 on the third of March at ten, 030 1234567.",
            {"phone": "0301234567", "time": "2099-03-03T10:00"},
            "callback_soon",
        ),
        ("Yesterday at ten, 030 1234567.", {"phone": "0301234567", "time": "2026-02-27T10:00"}, "callback_in_opening"),
        (
            "030 1234567 or 0171 2345678, tomorrow at ten.",
            {"phone": "030 1234567 or 0171 2345678", "time": "2026-03-03T10:00"},
            "callback_number_given",
        ),
        ("On my number, tomorrow at ten.", {"phone": "my number", "time": "2026-03-03T10:00"}, "callback_number_given"),
        ("Tomorrow at ten.", {"time": "2026-03-03T10:00"}, "callback_number_given"),
    ],
)
async def test_what_cannot_be_called_is_refused_with_what_is_wrong(journal, words, args, guard):
    """Each by the guard that says so."""
    async with stage_of("support", journal) as stage:
        await asks_for(stage, args, words, Says(AGAIN))
        assert stage.last("transition.refused")["refused_by"].startswith(guard)


async def test_the_line_s_own_number_is_known(journal):
    """So nobody has to say it; where the line shows none, the caller hears that."""
    async with stage_of("support", journal) as stage:
        await stage.call.establish(caller_phone="+49301234567")
        said = await stage.caller("Somebody, please.", Says(calls=(Asks("escalate"),)))
        assert "the number you call from" in said[-1]
        said = await asks_for(
            stage,
            {"phone": "the number they call from", "time": "2026-03-03T10:00"},
            "Tomorrow at ten, on this number.",
        )
        assert "on the number you call from" in said[-1]
        assert stage.call.facts.callback_number == "+49301234567"


async def test_no_number_is_asked_for_twice(journal):
    """Whoever gave one is asked whether that is it, and need not say it again."""
    async with stage_of("booking", journal) as stage:
        await stage.caller("My number is 030 1234567.", Says(calls=(Asks("note_phone", {"phone": "0301234567"}),)))
        said = await stage.caller("A person, please.", Says(calls=(Asks("escalate"),)))
        assert "Shall we call you back on 030 123 4567?" in said[-1]
        said = await asks_for(stage, {"time": "2026-03-03T10:00"}, "Yes, tomorrow at ten.")
        assert stage.call.facts.callback_number == "0301234567"


async def test_a_number_said_in_two_breaths_is_one(journal):
    """A pause is not its end."""
    async with stage_of("support", journal) as stage:
        await asks_for(
            stage,
            {"phone": "01512", "time": "2026-03-03T10:00"},
            "Tomorrow at ten on zero one five one two.",
            Says(AGAIN),
        )
        assert stage.last("transition.refused")["refused_by"] == "callback_number_given"
        await asks_for(stage, {"phone": "01512345678", "time": "2026-03-03T10:00"}, "three four five six seven eight")
        assert stage.call.facts.callback_number == "01512345678"


async def test_another_time_takes_the_place_of_the_first(journal):
    """Nobody is called twice."""
    async with stage_of("support", journal) as stage:
        await asks_for(stage, SAID, WORDS)
        said = await asks_for(stage, {"time": "2026-03-03T11:00"}, "Rather at eleven.")
        assert "at 11:00" in said[-1]
        assert f"{stage.call.facts.callback_at:%H:%M}" == "11:00"


@pytest.mark.parametrize(
    ("words", "time", "at"),
    [
        ("Tomorrow at five in the afternoon on 030 1234567.", "2026-03-03T17:00:00Z", "16:00"),
        ("Tomorrow at five in the afternoon on 030 1234567.", "2026-03-03T16:00:00Z", "16:00"),
        ("Tomorrow at five in the afternoon on 030 1234567.", "2026-03-03T17:00+01:00", "16:00"),
        ("Tomorrow at ten eastern time on 030 1234567.", "2026-03-03T10:00", "15:00"),
        ("Tomorrow at ten eastern time on 030 1234567.", "2026-03-03T10:00-05:00", "15:00"),
        ("Tomorrow at ten New York time on 030 1234567.", "2026-03-03T15:00Z", "15:00"),
        ("Tomorrow at nine GMT plus one on 030 1234567.", "2026-03-03T09:00", "08:00"),
    ],
)
async def test_a_zone_counts_where_it_was_said(journal, words, time, at):
    """Without one the time is the service's, whatever a model writes behind it."""
    async with stage_of("support", journal, timezone="Europe/Berlin") as stage:
        await asks_for(stage, {"phone": "0301234567", "time": time}, words)
        assert f"{stage.call.facts.callback_at:%H:%M}" == at


async def test_no_word_of_the_caller_reaches_the_audit_record(journal):
    """The marks are beside the arguments, which are private."""
    async with stage_of("support", journal) as stage:
        await asks_for(stage, SAID, WORDS)
        await asks_for(stage, INVENTED, "Canary words, please.", Says(AGAIN))
        audit = json.dumps([entry.audit for entry in stage.entries])
        assert not any(word in audit for word in ("0301234567", "5551234567", "Canary", "three oh"))
