"""The business systems of a restaurant: menu and orders, payments by link, and a kitchen that gets an order once."""

from pathlib import Path

from agents.restaurant.systems import RestaurantSystems
from app.business.restaurant.orders import SqlOrders
from app.business.restaurant.payments import SqlKitchen, SqlPayments
from app.business.restaurant.seed import SEED
from app.business.restaurant.tables import callbacks, metadata
from interlock.app import Database, SqlCallbacks

DEMO_PAID_AFTER_S = 5.0
"""Nobody stands behind the demonstration's links, so they count as paid by themselves."""


def open_restaurant_systems(
    path: str | Path = ":memory:", *, paid_after_s: float | None = DEMO_PAID_AFTER_S
) -> RestaurantSystems:
    """The four systems over one database, made and seeded when new. Raises `StoreError` when the file is unusable."""
    database = Database(path, metadata, SEED)
    payments = SqlPayments(database, paid_after_s)
    return RestaurantSystems(SqlOrders(database), payments, SqlKitchen(database), SqlCallbacks(database, callbacks))
