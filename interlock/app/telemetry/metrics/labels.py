"""What may stand in a label: names our own code and settings have, and one word for everything else.

A model makes up names of events and tools, and could put a caller's words into them; and each new value of a label is
a new row that Prometheus keeps for good.
"""

import re

from interlock.agents.flow import Flow
from interlock.agents.speech.tool_call_filter import REFUSED_CALL
from interlock.agents.tools import tools_of
from interlock.machines.base import events_of

UNKNOWN = "unknown"
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}")


class Labels:
    """What may stand in the labels of one flow: names of its events and tools, else `UNKNOWN`."""

    def __init__(self, flow: Flow) -> None:
        self._events = frozenset(events_of(flow.machine))
        self._tools = frozenset(name for desk in flow.cast.values() for name in tools_of(desk)) | {REFUSED_CALL}

    def event(self, name: object) -> str:
        """The event, when the chart has it."""
        return name if isinstance(name, str) and name in self._events else UNKNOWN

    def tool(self, name: object) -> str:
        """The tool, when an agent of the flow has it."""
        return name if isinstance(name, str) and name in self._tools else UNKNOWN


def plain(name: object) -> str:
    """A name that settings, plugins or our own code gave, as long as it looks like one."""
    return name if isinstance(name, str) and _PLAIN.fullmatch(name) else UNKNOWN
