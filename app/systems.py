"""The business systems of each flow: here demonstration data in SQLite, seeded when new."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from agents.flow import Flow
from app.business import open_support_systems

SYSTEMS: Mapping[str, Callable[[str | Path], Any]] = {"support": open_support_systems}


def open_systems(flow: Flow, store: str | None = None) -> Any:
    """What `Call.services` holds for this flow: a database beside the store, or one in memory for a rehearsal."""
    opener = SYSTEMS.get(flow.name)
    if opener is None:
        return None
    return opener(Path(store.removeprefix("sqlite:///")).with_name(f"{flow.name}.sqlite") if store else ":memory:")
