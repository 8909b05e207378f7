"""What a business system is asked for again by the same key: the answer of the first time, and nothing done twice."""

from datetime import UTC, date, datetime, timedelta

import pytest

from agents.booking.systems import Contact
from agents.helpdesk.systems import Report
from agents.sales.systems import Lead
from agents.service.systems import Case
from agents.service.systems import Contact as Visited
from interlock.app.project import project

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
TODAY, TOMORROW = date(2026, 3, 2), date(2026, 3, 3)
SLOT = datetime(2026, 3, 3, 9, tzinfo=UTC)
ANNA = Contact("Anna", "030 1234567", None)
IDENTITY = ("Anna Miller", "1980-05-03", "4482107")
DETAILS = (*IDENTITY, "12 Rose Street", "01512345678", "anna@example.com")
LEAD = Lead("phones", 1_000_00, "decides", "now")


async def refund(its, now):
    return await its.orders.refund("c:1", "4471", "1042", 1000)


async def callback(its, now):
    return await its.callbacks.book("c:1", "030 1234567", SLOT)


async def hold(its, now):
    await its.calendar.free(SLOT, NOW, "c")
    return await its.calendar.hold("c:1", "c", SLOT, now)


async def book(its, now):
    if now == NOW:
        await hold(its, NOW)
    return await its.calendar.book("c:2", "c", SLOT, ANNA, now)


async def move(its, now):
    if now == NOW:
        await hold(its, NOW)
    return await its.calendar.move("c:2", "c", "300700", SLOT, now)


async def cancel(its, now):
    return await its.calendar.cancel("c:1", "300700", now)


async def link(its, now):
    if now == NOW:
        await its.orders.add("c", "Tiramisu", 2, None, None, NOW)
        await its.orders.note_allergies("c", "none")
    draft = await its.orders.draft("c")
    return await its.payments.send_link("c:1", "c", draft.revision, "Anna", "01512345678", now)


async def withdraw(its, now):
    if now == NOW:
        await link(its, NOW)
    return await its.payments.withdraw("c:2", "c")


async def settle(its, now):
    if now == NOW:
        await link(its, NOW)
        await its.payments.pay("c", NOW)
    return await its.payments.settle("c:2", "c", now)


async def cook(its, now):
    if now == NOW:
        await settle(its, NOW)
    return await its.kitchen.take("c:3", "c", now)


async def ticket(its, now):
    return await its.tickets.open("c:1", Report("c", "printer", "normal", "Anna", None, (("paper_jam", "done"),)))


async def connect(its, now):
    return await its.switchboard.connect("c:1", "c", 1, "billing")


async def note(its, now):
    return await its.leads.note("c:1", "c", LEAD, ("030 1234567",))


async def follow_up(its, now):
    return await its.leads.follow_up("c:1", "030 1234567", TODAY if now == NOW else TOMORROW, "+49301234567")


async def never_call(its, now):
    return await its.leads.never_call("c:1", "c", "030 1234567")


async def check(its, now):
    return await its.policies.check("c:1", "c", ("Nobody", "1980-05-03", "4482107"))


async def file(its, now):
    await its.policies.check("c:1", "c", IDENTITY)
    return await its.policies.file("c:2", "c", DETAILS)


async def take_back(its, now):
    if now == NOW:
        await file(its, NOW)
    return await its.policies.withdraw("c:3", "c")


async def quote(its, now):
    return await its.service.quote("c:1", Case("fridge", "leaking", "10115", None), TODAY if now == NOW else TOMORROW)


async def order(its, now):
    its_quote = await quote(its, now)
    window = "2026-03-04T08:00:00"
    return await its.service.order("c:2", its_quote.quote_id, window, Visited("Anna", "030 1234567"), TODAY)


WORK = {
    "support": (refund, callback),
    "booking": (hold, book, move, cancel),
    "restaurant": (link, withdraw, settle, cook),
    "helpdesk": (ticket,),
    "routing": (connect,),
    "sales": (note, follow_up, never_call),
    "intake": (check, file, take_back),
    "service": (quote, order),
}


@pytest.mark.parametrize(("flow", "work"), [(flow, work) for flow, its in WORK.items() for work in its])
async def test_asked_again_by_the_same_key(flow, work, tmp_path):
    """
    By another process, a little later: the same answer, and not a row more or another one.
    """
    path = tmp_path / "business.sqlite"
    first = project().served[flow].systems(path)
    answer, before = await work(first, NOW), rows(first)
    again = project().served[flow].systems(path)
    assert await work(again, LATER) == answer
    assert rows(again) == before


def rows(services):
    """Everything in the database."""
    part = next(its for its in (getattr(services, name) for name in services.__slots__) if hasattr(its, "_database"))
    return part._database._transact(_all)


def _all(connection):
    tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
    return {table: [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")] for table in tables}
