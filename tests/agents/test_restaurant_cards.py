"""A card number a caller says: no model reads it, no record has it."""

import sqlite3

import pytest

from agents.restaurant import RESTAURANT
from app.business.restaurant import open_restaurant_systems
from interlock.app.offline.scripted import Asks, Says
from interlock.app.store.remembering import recall
from interlock.guards.cards import NOT_KEPT, without_card_numbers
from machines.restaurant import RestaurantFacts
from tests.faults.stage import on_stage

CARD = "4111 1111 1111 1111"


@pytest.mark.parametrize(
    "card",
    [
        CARD,
        "4111111111111111",
        "4111-1111-1111-1111",
        "3782 822463 10005",
        "30569309025904",
        "four " + "one " * 14 + "two",
    ],
)
def test_a_card_number_is_told_however_it_is_said(card):
    """In blocks, in one, with dashes, digit by digit, and the short ones."""
    assert without_card_numbers(f"My card is {card.strip()}, thanks.") == f"My card is {NOT_KEPT}, thanks."


@pytest.mark.parametrize(
    "words",
    [
        "+49 1573 1234567",
        "0151 23456789",
        "00 49 1573 1234567",
        "two large and one small, 12.50, order 1042",
        "",
        "+33612345678",
    ],
)
def test_a_phone_number_or_an_order_is_none(words):
    """Nobody has to say their number twice."""
    assert without_card_numbers(words) == words


def test_no_fact_takes_a_card_number():
    """Whatever a model claims the caller's name to be; and the error does not repeat it."""
    with pytest.raises(ValueError, match="caller_name") as refused:
        RestaurantFacts().having("claimed", {"caller_name": CARD})
    assert "4111" not in str(refused.value)


async def test_a_card_number_reaches_no_model_and_no_record(journal, tmp_path):
    """Said outright, and put by a model into every text an argument takes."""
    async with on_stage(journal, open_restaurant_systems(), flow=RESTAURANT, memory=journal) as stage:
        await stage.caller(f"My card is {CARD}.", Says("I do not need it."))
        await stage.asks("add_dish", {"dish": CARD})
        await stage.asks("note_allergies", {"allergies": CARD})
        await stage.call.propose("begin_order")
        await stage.typed.rest()
        await stage.caller("Anna.", Says(calls=(Asks("note_name", {"name": CARD}),)))
        await stage.call.propose("escalate")
        await stage.typed.rest()
        await stage.asks("book_callback", {"phone": CARD, "time": "2026-03-03T10:00"})
        assert stage.state == "person"
        said = [
            item.text_content or "" for asked in stage.model.asked for item in asked.items if item.type == "message"
        ]
        assert any(NOT_KEPT in words for words in said)
        assert not any("4111" in words for words in said)
        kept = await journal.read(lambda connection: recall(connection, journal.seal, stage.call.id))
        assert [turn.text for turn in kept if turn.role == "user"][:1] == [f"My card is {NOT_KEPT}."]
        assert not any("4111" in turn.text for turn in kept)
        assert RestaurantFacts.model_validate(dict(stage.call.facts)).caller_name is None
    with sqlite3.connect(tmp_path / "calls.sqlite") as record:
        assert not [line for line in record.iterdump() if "4111" in line]
    record.close()
