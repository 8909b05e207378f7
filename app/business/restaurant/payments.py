"""Paying by link, and the kitchen: portions set aside, money taken once, an order cooked once.

The link lets the payer's bank promise the money; it is taken when we settle, and only while the link is good. A promise
that is never settled costs the caller nothing.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from agents.restaurant.systems import Payment, Ticket
from app.business.restaurant import rules
from app.business.restaurant.drafts import draft_of, number_of
from app.business.restaurant.menu import left_of, none_or_few, written
from app.business.restaurant.tables import checkouts, links, settlements, tickets, withdrawals
from interlock.agents import Refused
from interlock.app import Database, bare, once

LINK_GOOD_FOR = timedelta(minutes=10)
COOKING_TIME, FOR_EACH_WAITING = timedelta(minutes=15), timedelta(minutes=2)


class SqlPayments:
    """`agents.restaurant.systems.Payments` over a database.

    For demonstrations, where nobody stands behind the link, it counts as paid `paid_after_s` after it was sent.
    """

    def __init__(self, database: Database, paid_after_s: float | None = None) -> None:
        self._database = database
        self._paid_after = None if paid_after_s is None else timedelta(seconds=paid_after_s)

    async def send_link(self, key: str, call_id: str, revision: int, name: str, phone: str, now: datetime) -> None:
        """Set aside what this revision needs and send a link, once a `key`.

        Sending again for the same revision sends the same link. Raises `Refused` when the order is another by now, is
        paid, lacks its allergies, contains one of them, or needs more than is left; a link that had lapsed is taken
        back all the same, so that the order can be changed.
        """

        def work(connection: Connection) -> Refused | None:
            if connection.execute(select(links.c.id).where(links.c.key == key)).first():
                return None
            number = number_of(connection, call_id)
            try:
                checkout = _set_aside(connection, number, revision, name, now)
            except Refused as no:
                return no
            once(connection, links, {"key": key, "checkout_id": checkout, "phone": bare(phone)}, _why_no_link)
            return None

        if (no := await self._database.run(work)) is not None:
            raise no

    async def pay(self, call_id: str, now: datetime) -> None:
        """The caller follows the link and their bank promises the money: the payment provider's side."""
        await self._database.run(lambda c: _promise(c, _checkout(c, call_id), now))

    async def withdraw(self, key: str, call_id: str) -> None:
        """Take the link back, if any, and free the portions, once a `key`; raises `Refused` once the order is paid."""

        def work(connection: Connection) -> None:
            if connection.execute(select(withdrawals.c.id).where(withdrawals.c.key == key)).first():
                return
            checkout = _checkout(connection, call_id)
            if checkout is not None:
                _withdraw(connection, checkout)
            once(connection, withdrawals, {"key": key, "order_number": number_of(connection, call_id)}, str)

        await self._database.run(work)

    async def settle(self, key: str, call_id: str, now: datetime) -> Payment:
        """Take the money, once an order; or say that nobody paid yet, or that the link is no longer good."""
        return await self._database.run(lambda c: self._settle(c, key, call_id, now))

    def _settle(self, connection: Connection, key: str, call_id: str, now: datetime) -> Payment:
        checkout = _checkout(connection, call_id)
        if checkout is None:
            return Payment("lapsed")
        its = select(settlements.c.id).where(settlements.c.checkout_id == checkout.id)
        if (done := connection.execute(its).scalar_one_or_none()) is not None:
            return Payment("settled", f"PY{done:05d}")
        if checkout.until < written(now):
            _withdraw(connection, checkout)
            return Payment("lapsed")
        if self._paid_after is not None and now >= datetime.fromisoformat(checkout.sent_at) + self._paid_after:
            _promise(connection, checkout, now)
        row = {"key": key, "checkout_id": checkout.id, "at": written(now)}
        try:
            return Payment("settled", f"PY{once(connection, settlements, row, str):05d}")
        except Refused:
            return Payment("open")


class SqlKitchen:
    """`agents.restaurant.systems.Kitchen` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, key: str, call_id: str, now: datetime) -> Ticket:
        """Have the kitchen begin, once an order; raises `Refused` before it is paid."""

        def work(connection: Connection) -> Ticket:
            its = tickets.c.order_number == number_of(connection, call_id)
            ticket = connection.execute(select(tickets).where(its)).one_or_none()
            if ticket is None:
                raise Refused("The kitchen begins once the order is paid.")
            if ticket.key is not None:
                return Ticket(ticket.id, datetime.fromisoformat(ticket.ready_at))
            waiting = connection.execute(
                text("SELECT COUNT(*) FROM tickets WHERE ready_at >= :now"), {"now": written(now)}
            )
            ready = now + COOKING_TIME + FOR_EACH_WAITING * int(waiting.scalar_one())
            connection.execute(update(tickets).where(its), {"key": key, "ready_at": written(ready)})
            return Ticket(ticket.id, datetime.fromisoformat(written(ready)))

        return await self._database.run(work)


def _set_aside(connection: Connection, number: int, revision: int, name: str, now: datetime) -> int:
    """The checkout of this revision: the one there is while it is good, or a new one."""
    its = (checkouts.c.order_number == number, ~checkouts.c.withdrawn)
    there = connection.execute(select(checkouts).where(*its)).one_or_none()
    if there is not None and there.revision == revision and there.until >= written(now):
        return int(there.id)
    if there is not None:
        _withdraw(connection, there)
    row = {
        "order_number": number,
        "revision": revision,
        "cents": draft_of(connection, number).total_cents,
        "name": name,
        "sent_at": written(now),
        "until": written(now + LINK_GOOD_FOR),
    }
    try:
        return int(connection.execute(insert(checkouts).returning(checkouts.c.id), row).scalar_one())
    except IntegrityError as error:
        raise Refused(_why_no_checkout(connection, number, now, str(error.orig))) from None


def _checkout(connection: Connection, call_id: str) -> Row[Any] | None:
    its = (checkouts.c.order_number == number_of(connection, call_id), ~checkouts.c.withdrawn)
    return connection.execute(select(checkouts).where(*its)).one_or_none()


def _promise(connection: Connection, checkout: Row[Any] | None, now: datetime) -> None:
    if checkout is not None and checkout.until >= written(now):
        connection.execute(update(checkouts).where(checkouts.c.id == checkout.id), {"paid_at": written(now)})


def _withdraw(connection: Connection, checkout: Row[Any]) -> None:
    try:
        connection.execute(update(checkouts).where(checkouts.c.id == checkout.id), {"withdrawn": True})
    except IntegrityError:
        raise Refused("Your order is paid already and on the kitchen's list.") from None


def _why_no_checkout(connection: Connection, number: int, now: datetime, found: str) -> str:
    if rules.SOLD_OUT in found:
        needed: dict[str, int] = {}
        for line in draft_of(connection, number).lines:
            needed[line.dish] = needed.get(line.dish, 0) + line.portions
        left = {dish: left_of(connection, dish, now) for dish in needed}
        return " ".join(none_or_few(dish, left[dish]) for dish in needed if needed[dish] > left[dish])
    if rules.HARMFUL in found:
        return "Something in this order contains what you cannot eat."
    if rules.NOT_ASKED in found:
        return "I have to know about allergies first."
    return "The order has changed since I read it back."


def _why_no_link(found: str) -> str:
    return "I need a mobile number to send the link to."
