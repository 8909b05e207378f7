"""An amount of money is spoken in one way, with its currency, wherever it is spoken."""

import re
from pathlib import Path

import pytest

from agents.restaurant.known import described, so_far
from agents.restaurant.systems import Dish
from agents.service.words import booked, price
from app.business.routing import SEED_ANSWERS
from app.business.support import OVER_LIMIT
from guards.refunds import within_refund_limit
from interlock.guards import money
from machines.restaurant import RestaurantFacts

ROOT = Path(__file__).parent.parent.parent
SORBET = Dish("Lemon Sorbet", "dessert", (("small", 4_50),), (), (("mint", 1_00),), 9)
PLANS = [each["words"] for each in SEED_ANSWERS if "a month" in each["words"]]


@pytest.mark.parametrize(
    ("cents", "spoken"),
    [
        (1250, "12.50 euros"),
        (1200, "12 euros"),
        (100, "1 euro"),
        (150, "1.50 euros"),
        (5, "0.05 euros"),
        (0, "0 euros"),
        (123_456, "1234.56 euros"),
    ],
)
def test_an_amount_names_its_currency(cents, spoken):
    """
    One of it without the s.
    """
    assert money(cents) == spoken
    assert money(cents, "pounds") == spoken.replace("euro", "pound")


@pytest.mark.parametrize(
    ("line", "amounts"),
    [
        (price(89_00), ["89 euros"]),
        (price(89_00, number_given=True), ["89 euros"]),
        (booked(7, "2026-03-03T08:00", 79_00), ["79 euros"]),
        (described(SORBET), ["4.50 euros", "1 euro"]),
        (so_far(RestaurantFacts(order_portions=1, order_text="1 Lemonade", order_total_cents=3_50)), ["3.50 euros"]),
        (OVER_LIMIT, ["50 euros"]),
        (within_refund_limit.reason, ["50 euros"]),
        *((words, [amount]) for words, amount in zip(PLANS, ["20 euros", "40 euros", "90 euros"], strict=True)),
    ],
)
def test_a_line_names_the_currency_of_each_amount_once(line, amounts):
    """
    And no amount without one.
    """
    assert re.findall(r"\d+(?:\.\d\d)? euros?", line) == amounts
    assert line.count("euro") == len(amounts)


def test_nobody_else_makes_words_of_cents():
    """
    A currency that is said in one place is said everywhere.
    """
    rooms = [*ROOT.glob("agents/**/*.py"), *ROOT.glob("guards/*.py"), *ROOT.glob("app/**/*.py")]
    by_hand = re.compile(r"\{[^{}]*(?:/|%|//) ?100\b[^{}]*\}|\} ?euros?\b")
    found = [str(file.relative_to(ROOT)) for file in rooms if by_hand.search(file.read_text("utf-8"))]
    assert found == []
