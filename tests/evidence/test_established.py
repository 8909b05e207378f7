"""What guards stand on is established by our ears and our systems, whatever a model gives."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import MetaData, func, select

from agents.restaurant import RESTAURANT
from agents.restaurant.systems import Heard
from agents.routing.desks import next_issue
from app.business.restaurant import open_restaurant_systems
from interlock.agents import Refused
from interlock.app import Database, SqlCallbacks, callbacks_table
from interlock.app.offline.scripted import Asks, Says
from interlock.app.project import flow_named, open_systems
from interlock.testing import on_stage
from machines.routing import RoutingFacts

ASKED = "Does anybody who eats this have an allergy?"
WHEN = datetime(2026, 3, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "said", "asked", "allergens"),
    [
        ("none", ("No.",), ASKED, ()),
        ("none", ("A diavola, no allergies.",), "", ()),
        ("none", ("Nobody has an allergy.",), "", ()),
        ("none", ("We do not have any allergies, no.",), ASKED, ()),
        ("none", ("A margherita for Anna, no allergies.", "Anna, that is all."), "Anything else?", ()),
        ("nuts", ("I am deadly allergic to nuts!",), "", ("nuts",)),
        ("nuts", ("I cannot have nuts and milk.",), "", ("milk", "nuts")),
        ("milk", ("I am allergic to nuts.", "And to milk."), ASKED, ("milk", "nuts")),
        ("none", ("I am deadly allergic to nuts!", "No, that is all."), "Anything else?", None),
        ("none", ("I am deadly allergic to nuts!", "No."), ASKED, None),
        ("none", ("No, that is all.",), "Anything else?", None),
        ("none", ("Two pesto linguine.",), "", None),
        ("none", ("Nuts would kill me.",), ASKED, None),
        ("none", ("Yes.",), ASKED, None),
        ("none", (), "", None),
    ],
)
async def test_no_allergies_are_the_caller_s_word(given, said, asked, allergens):
    """None is refused where nobody said it, or somebody named one; what they named is on the order."""
    orders = open_restaurant_systems(":memory:").orders
    if allergens is None:
        with pytest.raises(Refused):
            await orders.note_allergies("call", given, Heard(said, asked))
    else:
        assert (await orders.note_allergies("call", given, Heard(said, asked))).allergens == allergens


async def test_an_allergy_named_before_stays(journal):
    """A model that names another one only takes none away."""
    async with on_stage(RESTAURANT, journal, open_restaurant_systems(":memory:")) as stage:
        for allergy in ("nuts", "milk"):
            words = f"I am allergic to {allergy}."
            await stage.caller(words, Says(calls=(Asks("note_allergies", {"allergies": allergy}),)), Says("Noted."))
        assert stage.call.facts.allergens == ("milk", "nuts")


def test_the_same_matter_is_the_same_issue():
    """However often it is said to be solved; another one has transfers of its own."""
    facts = RoutingFacts(issue_category="technical", transfers=2)
    again = next_issue(facts, "technical")
    assert (again["issue_number"], again["transfers"]) == (1, 2)
    other = next_issue(facts, "billing")
    assert (other["issue_number"], other["transfers"]) == (2, 0)
    back = next_issue(facts.model_copy(update={**other, "issue_category": "billing", "transfers": 1}), "technical")
    assert (back["issue_number"], back["transfers"]) == (1, 2)


@pytest.mark.parametrize(
    ("words", "outcome"),
    [("No, it still does not work.", "done"), ("I tried that.", "done"), ("What is your name?", "not_said")],
)
async def test_how_a_step_went_is_what_was_heard(journal, words, outcome):
    """A ticket says so where nobody said it."""
    flow = flow_named("helpdesk")
    async with on_stage(flow, journal, open_systems(flow)) as stage:
        await stage.call.claim(caller_name="Anna", issue_category="printer", severity="normal")
        for event in ("begin_triage", "troubleshoot"):
            await stage.call.propose(event)
            await stage.typed.rest()
        await stage.caller(words, Says(calls=(Asks("report_step", {"outcome": "done"}),)))
        assert [how for _, how in stage.call.facts.tried] == [outcome]


async def test_a_later_callback_of_a_call_replaces_the_earlier_and_a_refused_one_does_not():
    """Other calls keep theirs."""
    metadata = MetaData()
    table = callbacks_table(metadata)
    database = Database(":memory:", metadata, {})
    callbacks = SqlCallbacks(database, table)
    for key, hour in (("a:1", 10), ("b:1", 10), ("c:1", 10), ("a:2", 11), ("a:2", 11), ("d:1", 10)):
        await callbacks.book(key, "0301234567", WHEN.replace(hour=hour))
    with pytest.raises(Refused):
        await callbacks.book("a:3", "0301234567", WHEN)
    with pytest.raises(Refused):
        await callbacks.book("e:1", "112", WHEN)

    def keys(connection):
        return sorted(connection.execute(select(table.c.key)).scalars())

    assert await database.run(keys) == ["a:2", "b:1", "c:1", "d:1"]
    assert await database.run(lambda c: c.execute(select(func.count()).select_from(table)).scalar_one()) == 4


async def test_a_model_is_told_the_calendar_s_clock(journal):
    """And which zone it is told."""
    flow = flow_named("booking")
    async with on_stage(flow, journal, open_systems(flow)) as stage:
        assert "10:30 in Europe/Berlin" in stage.typed.session.current_agent.instructions
