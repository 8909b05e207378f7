"""The business systems of an appointment call: a calendar that gives no slot twice, and the customers it knows."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from agents.booking.systems import BookingSystems
from app.business import booking_tables as tables
from app.business.booking_calendar import SqlCalendar, moment, slots_of
from interlock.app import Database, Seed, SqlCallbacks, bare

ZONE = "Europe/Berlin"
NINE, ONE, TWO, SIX = 9 * 60, 13 * 60, 14 * 60, 18 * 60

SEED_CUSTOMERS = (
    {"account_id": "4471", "postcode": "80331"},
    {"account_id": "5520", "postcode": "10115"},
    {"account_id": "6093", "postcode": "20095"},
)
SEED_HOURS = (
    *({"weekday": weekday, "opens": NINE, "closes": ONE} for weekday in range(5)),
    *({"weekday": weekday, "opens": TWO, "closes": SIX} for weekday in range(5)),
    {"weekday": 5, "opens": NINE, "closes": TWO},
)
SEED_HOLIDAYS = tuple(
    {"day": f"{year}-{day}"} for year in range(2026, 2031) for day in ("01-01", "05-01", "10-03", "12-25", "12-26")
)
SEED_APPOINTMENTS = (
    ("300700", datetime(2030, 3, 7, 10, tzinfo=ZoneInfo(ZONE)), None),
    ("447101", datetime(2030, 3, 8, 9, 30, tzinfo=ZoneInfo(ZONE)), "4471"),
    ("447102", datetime(2030, 3, 11, 14, tzinfo=ZoneInfo(ZONE)), "4471"),
)
"""Code, time and account; far ahead, so that they are still to come whenever somebody tries the flow."""


def open_booking_systems(path: str | Path = ":memory:") -> BookingSystems:
    """The systems over one database, made and seeded when new. Raises `StoreError` when the file is unusable."""
    database = Database(path, tables.metadata, _seed())
    calendar = SqlCalendar(database, ZONE)
    return BookingSystems(calendar, _Customers(database), SqlCallbacks(database, tables.callbacks))


def _seed() -> Seed:
    """Seeded appointments were held first, like all others: the tables take no other."""
    held, booked = [], []
    for code, at, account in SEED_APPOINTMENTS:
        its = {"key": f"seed:{code}", "holder": f"seed:{code}", "starts": moment(at)}
        placed = at - timedelta(days=365)
        held.append({**its, "placed": moment(placed), "until": moment(placed + timedelta(minutes=1))})
        who = {"name": "Anna Kowalski", "phone": "+4930123456", "account_id": account}
        booked.append({**its, **who, "code": code, "booked": moment(placed)})
    days = {at.date() for _, at, _ in SEED_APPOINTMENTS}
    return {
        tables.customers: SEED_CUSTOMERS,
        tables.opening_hours: SEED_HOURS,
        tables.holidays: SEED_HOLIDAYS,
        tables.slots: [slot for day in days for slot in slots_of(day, ZoneInfo(ZONE))],
        tables.holds: held,
        tables.appointments: booked,
    }


class _Customers:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def verify(self, account_number: str, postcode: str) -> str | None:
        """The account's id, when number and postcode belong together; spaces do not matter."""
        its = (tables.customers.c.account_id == bare(account_number), tables.customers.c.postcode == bare(postcode))
        query = select(tables.customers.c.account_id).where(*its)
        return await self._database.run(lambda c: c.execute(query).scalar_one_or_none())
