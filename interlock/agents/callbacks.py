"""A callback by a person, the last thing any flow can offer."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from interlock.agents.flow import Effect
from interlock.agents.systems import Refused

if TYPE_CHECKING:
    from interlock.agents.call.call import Call


class Callbacks(Protocol):
    """Our people's calendar, as a flow needs it; implemented in `interlock.app.business`."""

    async def book(self, key: str, phone: str, when: datetime) -> str:
        """Book and return a reference, once for each `key`. Raises `Refused` when the hour is full."""
        ...


class WithCallbacks(Protocol):
    """What the services of any flow have."""

    @property
    def callbacks(self) -> Callbacks: ...


async def book_callback(call: "Call", key: str, args: Mapping[str, Any]) -> str:
    """Book the accepted number and time."""
    services: WithCallbacks = call.services
    when = datetime.fromisoformat(args["time"])
    when = when if when.tzinfo else when.replace(tzinfo=ZoneInfo(call.facts.timezone))
    try:
        reference = await services.callbacks.book(key, args["phone"], when)
    except Refused:
        return "callback_failed"
    await call.establish(callback_booked=True, callback_reference=reference)
    return "callback_booked"


BOOK = Effect(book_callback, failed="callback_failed", unknown="callback_unconfirmed", repeatable=True)
