"""The table of a support call in the words of the tests about that call."""

import json
from typing import Any

from interlock.testing.strange_names import STRANGE_NAMES
from interlock.testing.table import CALLBACK, NOW, PROPOSERS
from tests.machines.tables.support import TABLE

__all__ = ["NOW", "PROPOSERS", "STRANGE_NAMES"]

DESKS = TABLE.desks
STATES = TABLE.states
LEGAL = TABLE.legal
MAY_ASK = TABLE.may_ask
EVENTS = TABLE.events
GUARDED = {
    event: its for _, event, _ in LEGAL for state, e, _ in LEGAL if e == event and (its := TABLE.guards(state, e))
}
ARGS: dict[str, Any] = {**CALLBACK, **TABLE.args}
KNOWN: dict[str, Any] = {"now": NOW, "silences": 2, **TABLE.known}
CONTENT = TABLE.content
NOTHING_KNOWN = TABLE.flow.facts(told=())

ask = TABLE.ask
walk = TABLE.walk
at = TABLE.at


def through_json(value: Any) -> Any:
    """What a journal gives back."""
    return json.loads(json.dumps(value))
