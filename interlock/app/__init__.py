"""The process: everything a call is made of, put together, and the commands around it.

What is named in `__all__` is what an application imports; the modules below are private and may change. Each name is
loaded when it is first asked for: a command that only reads the record loads no models.
"""

import os
from typing import TYPE_CHECKING

from interlock.door import door

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # onnxruntime calls home otherwise; it reads this when imported

if TYPE_CHECKING:
    from interlock.app.business.callbacks import CALLBACKS_PER_HOUR, SqlCallbacks, callbacks_table
    from interlock.app.business.database import Database, Seed, bare, once
    from interlock.app.calls.session import open_call, start_call
    from interlock.app.project import Served
    from interlock.app.store import open_journal

__all__ = [
    "CALLBACKS_PER_HOUR",
    "Database",
    "Seed",
    "Served",
    "SqlCallbacks",
    "bare",
    "callbacks_table",
    "once",
    "open_call",
    "open_journal",
    "start_call",
]

__getattr__ = door(
    __name__,
    {
        "business.callbacks": ("CALLBACKS_PER_HOUR", "SqlCallbacks", "callbacks_table"),
        "business.database": ("Database", "Seed", "bare", "once"),
        "calls.session": ("open_call", "start_call"),
        "project": ("Served",),
        "store": ("open_journal",),
    },
)
