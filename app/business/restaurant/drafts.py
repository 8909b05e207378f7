"""An order as it stands, counted and added up by the database."""

from sqlalchemy import Connection, insert, select, text

from agents.restaurant.systems import Draft, Line
from app.business.restaurant.tables import line_extras, orders


def number_of(connection: Connection, call_id: str) -> int:
    """The number of this call's order, begun when there is none."""
    found = connection.execute(select(orders.c.order_number).where(orders.c.call_id == call_id)).scalar_one_or_none()
    made = insert(orders).values(call_id=call_id).returning(orders.c.order_number)
    return int(found if found is not None else connection.execute(made).scalar_one())


def draft_of(connection: Connection, number: int) -> Draft:
    """The order, added up by the database."""
    order = connection.execute(select(orders).where(orders.c.order_number == number)).one()
    total = connection.execute(text("SELECT portions, cents FROM order_totals WHERE order_number = :n"), {"n": number})
    portions, cents = total.one()
    allergens = None if order.allergens is None else tuple(filter(None, order.allergens.split(",")))
    rows = connection.execute(
        text(
            "SELECT l.*, c.cents FROM lines l JOIN line_cents c ON c.id = l.id WHERE l.order_number = :n ORDER BY l.id"
        ),
        {"n": number},
    ).all()
    its = tuple(
        Line(r.dish, r.size, r.portions, extras_of(connection, r.id), r.cents, _harms(connection, r.id)) for r in rows
    )
    return Draft(number, order.revision, its, portions, cents, allergens)


def extras_of(connection: Connection, line: int) -> tuple[str, ...]:
    """The extras of one line, by name."""
    query = select(line_extras.c.extra).where(line_extras.c.line_id == line).order_by(line_extras.c.extra)
    return tuple(connection.execute(query).scalars())


def _harms(connection: Connection, line: int) -> tuple[str, ...]:
    query = text("SELECT allergen FROM line_harms WHERE id = :line ORDER BY allergen")
    return tuple(connection.execute(query, {"line": line}).scalars())
