"""The table of each flow, by its name."""

from collections.abc import Mapping
from importlib import import_module

from app.flows import FLOWS
from tests.machines.tables.table import Table

TABLES: Mapping[str, Table] = {name: import_module(f"{__name__}.{name}").TABLE for name in FLOWS}
