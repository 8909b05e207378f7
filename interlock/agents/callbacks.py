"""A callback by a person, the last thing any flow can offer."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from interlock.agents.effects import Assignment, Outcome, effect
from interlock.guards.callbacks import CALLBACKS
from interlock.guards.quotas import Quota
from interlock.machines.common import CallerFacts


class Callbacks(Protocol):
    """Our people's calendar, as a flow needs it; implemented in `interlock.app.business`."""

    async def book(self, key: str, phone: str, when: datetime) -> str:
        """Book and return a reference, once for each `key`. Raises `Refused` when the hour is full.

        A caller has one callback: a later one of the same (a key is `party:epoch`) takes the earlier one's place,
        and where it is refused the earlier one stands.
        """
        ...


class WithCallbacks(Protocol):
    """What the services of any flow have."""

    @property
    def callbacks(self) -> Callbacks: ...


@effect(failed="callback_failed", unknown="callback_unconfirmed", repeatable=True)
async def book_callback(work: Assignment[CallerFacts, WithCallbacks]) -> Outcome:
    """Book the accepted number and time."""
    when = datetime.fromisoformat(work.args["time"])
    when = when if when.tzinfo else when.replace(tzinfo=ZoneInfo(work.facts.timezone))
    phone = work.args["phone"]
    reference = await work.systems.callbacks.book(work.key, phone, when)
    booked = {"callback_at": when.astimezone(UTC), "callback_number": phone}
    known = {"callback_booked": True, "callback_reference": reference, **booked}
    return Outcome("callback_booked", known, frees=called_off(work.facts))


def called_off(facts: CallerFacts) -> tuple[tuple[Quota, Mapping[str, Any]], ...]:
    """What is given back once the call-back that this call booked before stands no longer: `Outcome(frees=...)`."""
    if not facts.callback_booked or facts.callback_at is None:
        return ()
    return ((CALLBACKS, {"phone": facts.callback_number, "time": facts.callback_at.isoformat()}),)
