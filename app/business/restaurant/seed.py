"""A small pizzeria to call: its menu, and how many portions there are today."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table

from app.business.restaurant.tables import contains, dishes, extras, prices

_PIZZA_EXTRAS = (
    ("extra cheese", 1_50, "milk", None),
    ("gluten-free base", 2_00, None, "gluten"),
    ("cashew cheese", 1_00, "nuts", "milk"),
)
_PIZZA_SIZES = (("small", -2_00), ("regular", 0), ("large", 3_00))

# dish, course, portions, price of the regular size, allergens
_MENU = (
    ("Margherita", "pizza", 40, 9_00, ("gluten", "milk")),
    ("Diavola", "pizza", 40, 10_50, ("gluten", "milk")),
    ("Quattro Formaggi", "pizza", 25, 11_50, ("gluten", "milk")),
    ("Carbonara", "pasta", 15, 12_00, ("gluten", "eggs", "milk")),
    ("Pesto Linguine", "pasta", 15, 11_50, ("gluten", "milk", "nuts")),
    ("Garden Salad", "salad", 20, 6_50, ("mustard",)),
    ("Tiramisu", "dessert", 3, 6_50, ("gluten", "eggs", "milk")),
    ("Lemon Sorbet", "dessert", 12, 4_50, ()),
    ("Lemonade", "drink", 50, 3_50, ()),
)

Rows = Mapping[Table, Sequence[Mapping[str, Any]]]

SEED: Rows = {
    dishes: [{"dish": dish, "course": course, "portions": portions} for dish, course, portions, _, _ in _MENU],
    prices: [
        {"dish": dish, "size": size, "cents": cents + more}
        for dish, course, _, cents, _ in _MENU
        for size, more in (_PIZZA_SIZES if course == "pizza" else (("regular", 0),))
    ],
    contains: [{"dish": dish, "allergen": allergen} for dish, *_, allergens in _MENU for allergen in allergens],
    extras: [
        {"dish": dish, "extra": extra, "cents": cents, "brings": brings, "takes_out": takes_out}
        for dish, course, *_ in _MENU
        if course == "pizza"
        for extra, cents, brings, takes_out in _PIZZA_EXTRAS
    ],
}
