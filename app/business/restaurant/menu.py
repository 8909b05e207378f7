"""The menu of a restaurant: what a caller means by their words, what it costs, and how much of it is left."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, select, text

from agents.restaurant.systems import Dish
from app.business.restaurant import rules
from app.business.restaurant.tables import contains, dishes, extras, prices
from app.business.restaurant.words import one_meant
from interlock.agents import Refused

LEFT = text(f"SELECT portions - {rules.TAKEN.format(dish=':dish', now=':now')} FROM dishes WHERE dish = :dish")


def names(connection: Connection) -> Sequence[str]:
    """Every dish there is."""
    return connection.execute(select(dishes.c.dish)).scalars().all()


def named(connection: Connection, said: str) -> str:
    """The one dish these words mean. Raises `Refused`."""
    name = one_meant(said, names(connection))
    if name is None:
        raise Refused("I am not sure which dish that is. Which one of our menu would you like?")
    return name


def extra_named(connection: Connection, dish: str, said: str) -> str:
    """The one extra of this dish that these words mean. Raises `Refused`."""
    there = connection.execute(select(extras.c.extra).where(extras.c.dish == dish)).scalars().all()
    name = one_meant(said, there)
    if name is None:
        known = f"We have {dish} with {', '.join(there)}." if there else f"We have {dish} as it is, without extras."
        raise Refused(known)
    return name


def dish_of(connection: Connection, name: str, now: datetime) -> Dish:
    """The dish, sizes from the cheapest."""
    course = connection.execute(select(dishes.c.course).where(dishes.c.dish == name)).scalar_one()
    sizes = connection.execute(select(prices.c.size, prices.c.cents).where(prices.c.dish == name)).all()
    its = connection.execute(select(contains.c.allergen).where(contains.c.dish == name)).scalars().all()
    more = connection.execute(select(extras.c.extra, extras.c.cents).where(extras.c.dish == name)).all()
    dear = tuple(sorted(((r.size, r.cents) for r in sizes), key=lambda its: its[1]))
    return Dish(name, course, dear, tuple(its), tuple((r.extra, r.cents) for r in more), left_of(connection, name, now))


def left_of(connection: Connection, dish: str, now: datetime) -> int:
    """How many portions can still be had."""
    return int(connection.execute(LEFT, {"dish": dish, "now": written(now)}).scalar_one())


def none_or_few(dish: str, left: int) -> str:
    """How many there are, for the caller."""
    return f"I am sorry, only {left} of {dish} are left." if left > 0 else f"I am sorry, {dish} is sold out."


def written(when: datetime) -> str:
    """A time as the tables keep it, so that text sorts as time does."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds")
