"""The table of each flow that has one, by its name."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec

from interlock.app.project import FLOWS
from interlock.testing.table import Table

TABLES: Mapping[str, Table] = {
    name: import_module(f"{__name__}.{name}").TABLE for name in FLOWS if find_spec(f"{__name__}.{name}")
}
