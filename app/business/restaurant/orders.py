"""The menu and the orders of a restaurant: what there is, what was ordered, what it costs and what is in it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from agents.restaurant.systems import Dish, Draft, Heard
from app.business.restaurant import rules
from app.business.restaurant.drafts import draft_of, extras_of, number_of
from app.business.restaurant.menu import dish_of, extra_named, left_of, named, names, none_or_few
from app.business.restaurant.tables import MOST_PORTIONS, dishes, line_extras, lines, orders
from app.business.restaurant.words import (
    allergens_heard,
    allergens_in,
    in_their_order,
    one_meant,
    says_there_are_none,
)
from interlock.agents import Refused
from interlock.app import Database

REGULAR = "regular"
NOBODY_SAID_NONE = "Does anybody who eats this have an allergy?"


class SqlOrders:
    """`agents.restaurant.systems.Orders` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def menu(self, course: str | None, now: datetime) -> tuple[Dish, ...]:
        """The dishes of one course, or all."""
        query = select(dishes.c.dish).where(dishes.c.course == course if course else text("1")).order_by(text("rowid"))
        return await self._database.run(
            lambda c: tuple(dish_of(c, name, now) for name in c.execute(query).scalars().all())
        )

    async def dish(self, said: str, now: datetime) -> Dish | None:
        """The one dish these words mean."""

        def look(connection: Connection) -> Dish | None:
            name = one_meant(said, names(connection))
            return dish_of(connection, name, now) if name else None

        return await self._database.run(look)

    async def add(
        self, call_id: str, dish: str, portions: int, size: str | None, extra: str | None, now: datetime
    ) -> Draft:
        """Order some more; raises `Refused` for no such dish, size or extra, and for more than there are."""

        def do(connection: Connection, number: int) -> None:
            name = named(connection, dish)
            _enough(connection, number, name, portions, now)
            with_it = (extra_named(connection, name, extra),) if extra else ()
            line = {"order_number": number, "dish": name, "size": size or REGULAR, "portions": portions}
            same = _line_like(connection, line, with_it)
            if same is not None:
                more = {"portions": lines.c.portions + portions}
                connection.execute(update(lines).where(lines.c.id == same).values(more))
                return
            its = connection.execute(insert(lines).returning(lines.c.id), line).scalar_one()
            for each in with_it:
                _put_on(connection, its, name, each)

        return await self._changed(call_id, do)

    async def change(
        self, call_id: str, dish: str | None, portions: int | None, size: str | None, extra: str | None, now: datetime
    ) -> Draft:
        """Change what was last ordered, of a dish or at all; raises `Refused` as `add` does, and for no change."""

        def do(connection: Connection, number: int) -> None:
            line = _last_line(connection, number, named(connection, dish) if dish else None)
            if (portions, size, extra) == (None, None, None):
                raise Refused(f"What shall I change about the {line.dish}: how many, the size, or an extra?")
            if portions is not None:
                _enough(connection, number, line.dish, portions - line.portions, now)
            given = {"portions": portions, "size": size}
            wanted = {column: value for column, value in given.items() if value not in (None, line._mapping[column])}
            if wanted:
                connection.execute(update(lines).where(lines.c.id == line.id), wanted)
            if extra:
                _put_on(connection, line.id, line.dish, extra)

        return await self._changed(call_id, do)

    async def remove(self, call_id: str, dish: str) -> Draft:
        """Order none of a dish; raises `Refused` when there is none of it in the order."""

        def do(connection: Connection, number: int) -> None:
            name = named(connection, dish)
            its = select(lines.c.id).where(lines.c.order_number == number, lines.c.dish == name)
            found = connection.execute(its).scalars().all()
            if not found:
                raise Refused(f"There is no {name} in your order.")
            connection.execute(delete(line_extras).where(line_extras.c.line_id.in_(found)))
            connection.execute(delete(lines).where(lines.c.id.in_(found)))

        return await self._changed(call_id, do)

    async def note_allergies(self, call_id: str, words: str, heard: Heard | None = None) -> Draft:
        """Put the allergies named on the order, those our ears found too; raises `Refused` as declared."""
        found = allergens_in(words)
        if found is None:
            raise Refused(
                "I can only answer for the allergens on our list. Which are they, or shall I ask a colleague?"
            )
        also = allergens_heard(heard.said) if heard else ()
        if heard and not found and (also or not says_there_are_none(heard.said, heard.asked)):
            raise Refused(NOBODY_SAID_NONE)

        def do(connection: Connection, number: int) -> None:
            its = orders.c.order_number == number
            before = connection.execute(select(orders.c.allergens).where(its)).scalar_one()
            kept = (before or "").split(",") if heard and found else []
            named = ",".join(in_their_order((*found, *also, *kept)))
            if before != named:
                connection.execute(update(orders).where(its), {"allergens": named})

        return await self._changed(call_id, do)

    async def draft(self, call_id: str) -> Draft:
        """The order as it stands; an empty one for a call that ordered nothing."""
        return await self._changed(call_id, lambda connection, number: None)

    async def _changed(self, call_id: str, do: Any) -> Draft:
        def work(connection: Connection) -> Draft:
            number = number_of(connection, call_id)
            try:
                do(connection, number)
            except IntegrityError as error:
                raise Refused(_why(str(error.orig))) from None
            return draft_of(connection, number)

        return await self._database.run(work)


def _line_like(connection: Connection, line: Mapping[str, Any], with_it: tuple[str, ...]) -> int | None:
    """A line of the same dish, size and extras, to which more of it is added."""
    its = [lines.c[column] == line[column] for column in ("order_number", "dish", "size")]
    found = connection.execute(select(lines.c.id).where(*its)).scalars().all()
    return next((line_id for line_id in found if extras_of(connection, line_id) == with_it), None)


def _last_line(connection: Connection, number: int, dish: str | None) -> Row[Any]:
    its = [lines.c.order_number == number, *([lines.c.dish == dish] if dish else [])]
    line = connection.execute(select(lines).where(*its).order_by(lines.c.id.desc()).limit(1)).one_or_none()
    if line is None:
        raise Refused(f"There is no {dish or 'dish'} in your order yet.")
    return line


def _enough(connection: Connection, number: int, dish: str, more: int, now: datetime) -> None:
    """Refuse more than is left, less what this order has already: told now, and enforced when it is paid."""
    had = connection.execute(
        text("SELECT COALESCE(SUM(portions), 0) FROM lines WHERE order_number = :n AND dish = :d"),
        {"n": number, "d": dish},
    ).scalar_one()
    left = left_of(connection, dish, now)
    if more > 0 and had + more > left:
        raise Refused(none_or_few(dish, left))


def _put_on(connection: Connection, line: int, dish: str, said: str) -> None:
    extra = extra_named(connection, dish, said)
    if extra not in extras_of(connection, line):
        connection.execute(insert(line_extras), {"line_id": line, "dish": dish, "extra": extra})


def _why(found: str) -> str:
    if rules.BEING_PAID in found:
        return "Your order is at the payment desk already, so I cannot change it from here."
    if "CHECK" in found:
        return f"I can take from one to {MOST_PORTIONS} of one dish."
    return "We do not have it in that size."
