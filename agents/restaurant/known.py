"""An order as facts, and as it is spoken: in words of ours, so that what is read back is what is ordered."""

from collections.abc import Sequence
from typing import Any

from agents.restaurant.systems import Dish, Draft, Line
from interlock.guards import money
from machines.restaurant import RestaurantFacts


def known_of(draft: Draft) -> dict[str, Any]:
    """The order as facts."""
    return {
        "order_number": draft.order_number,
        "order_text": _ordered(draft),
        "order_portions": draft.portions,
        "order_total_cents": draft.total_cents,
        "order_revision": draft.revision,
        "allergens": draft.allergens,
        "harmful": _harmful(draft),
    }


def read_aloud(draft: Draft) -> str:
    """The order as it is read back: the allergies first, because they are what a caller may cut short least."""
    ordered = f"You have {_ordered(draft)}; that is {money(draft.total_cents)}."
    return f"{_allergies(draft)} {ordered} {_question(draft)}"


def so_far(facts: RestaurantFacts) -> str:
    """What is ordered, and what it costs."""
    if not facts.order_portions:
        return "Noted; there is nothing in your order yet."
    return f"You have {facts.order_text}; that is {money(facts.order_total_cents)}."


def described(dish: Dish) -> str:
    """A dish with its prices, what is in it, and how many are left when they are few."""
    sizes = [f"{size} {money(cents)}" for size, cents in dish.prices]
    costs = money(dish.prices[0][1]) if len(sizes) == 1 else _list(sizes)
    holds = f"It contains {_list(dish.allergens)}." if dish.allergens else "It contains none of the listed allergens."
    extras = [f"{name} for {money(cents)}" for name, cents in dish.extras]
    more = f" You can have it with {_list(extras, 'or')}." if extras else ""
    return f"{dish.name}: {costs}. {holds}{more}{_left(dish)}"


def on_offer(dishes: Sequence[Dish], allergens: Sequence[str] | None) -> str:
    """What there is of these dishes, without those that contain one of the allergens."""
    fine = [dish for dish in dishes if not set(dish.allergens) & set(allergens or ())]
    there = [dish.name if dish.left else f"{dish.name}, sold out today" for dish in fine]
    free = f"With no {_list(allergens, 'or')} in it, as it comes, we" if allergens else "We"
    return f"{free} have {_list(there)}." if there else f"{free} have nothing there."


def _left(dish: Dish) -> str:
    if dish.left > 5:
        return ""
    return f" Only {dish.left} left today." if dish.left else " It is sold out today."


def _allergies(draft: Draft) -> str:
    named = f"You told me: no {_list(draft.allergens, 'or')}." if draft.allergens else "You told me: no allergies."
    return f"{named} {_careful(draft)}" if draft.allergens else named


def _careful(draft: Draft) -> str:
    found = _harmful(draft)
    return f"Careful: {found}." if found else "Nothing in your order contains that."


def _harmful(draft: Draft) -> str:
    return _list([f"the {line.dish} contains {_list(line.harms)}" for line in draft.lines if line.harms])


def _ordered(draft: Draft) -> str:
    return _list([_line(line) for line in draft.lines])


def _question(draft: Draft) -> str:
    return "What shall I change?" if _harmful(draft) else "Is that right?"


def _line(line: Line) -> str:
    size = "" if line.size == "regular" else f"{line.size} "
    return f"{line.portions} {size}{line.dish}" + (f" with {_list(line.extras)}" if line.extras else "")


def _list(parts: Sequence[str], last: str = "and") -> str:
    return f" {last} ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
