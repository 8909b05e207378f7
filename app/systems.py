"""The business systems of each flow: here demonstration data in SQLite, seeded when new."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from agents.flow import Flow
from app.business import open_support_systems
from app.business.booking import open_booking_systems
from app.business.helpdesk import open_helpdesk_systems
from app.business.intake import open_intake_systems
from app.business.restaurant import open_restaurant_systems
from app.business.routing import open_routing_systems
from app.business.sales import open_sales_systems
from app.business.service import open_service_systems
from app.settings import default_store
from app.store.place import is_postgres, path_of

SYSTEMS: Mapping[str, Callable[[str | Path], Any]] = {
    "booking": open_booking_systems,
    "helpdesk": open_helpdesk_systems,
    "intake": open_intake_systems,
    "support": open_support_systems,
    "restaurant": open_restaurant_systems,
    "routing": open_routing_systems,
    "sales": open_sales_systems,
    "service": open_service_systems,
}

STAND_INS: Mapping[str, str] = {
    "restaurant": "Nobody pays by the link of a demonstration: its payment system counts it as paid after 5 seconds.",
}
"""What a demonstration plays in the outside world's place, told to whoever watches one."""


def open_systems(flow: Flow, store: str | None = None) -> Any:
    """What `Call.services` holds for this flow: a database beside the store, or one in memory for a rehearsal.

    Beside a PostgreSQL store it is a file of this machine, where the record would be by default.
    """
    opener = SYSTEMS.get(flow.name)
    if opener is None:
        return None
    if store is None:
        return opener(":memory:")
    record = path_of(default_store() if is_postgres(store) else store)
    record.parent.mkdir(parents=True, exist_ok=True)
    return opener(record.with_name(f"{record.stem}-{flow.name}.sqlite"))  # never the record itself
