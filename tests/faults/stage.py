"""A support call on a stage: the real session, machine and journal, a model and a clock that do as they are told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from agents.support import SUPPORT
from interlock.agents.flow import Flow
from interlock.app.store import StoreJournal
from interlock.testing import typed
from interlock.testing.typed import TypedStage, assert_at_rest

__all__ = ["ACCOUNT", "ORDER", "Stage", "check", "on_stage"]

ACCOUNT = {"account_found": True, "caller_verified": True, "account_id": "4471"}
ORDER = {"order_found": True, "order_number": "1042", "order_paid_cents": 3990}

check = assert_at_rest


class Stage(TypedStage):
    """One call under test, which knows the ways of a support call."""

    async def to(self, state: str) -> None:
        """Take the call to `triage`, `technical`, `billing`, `refunding` or `person` by its own arrows."""
        if state == "person":
            await self._move("escalate")
            return
        await self.call.claim(caller_name="Anna")
        await self._move("begin_triage")
        await self.call.claim(issue_category="billing")
        await self.call.establish(**ACCOUNT, **ORDER)
        if state != "triage":
            await self._move("route_to_technical" if state == "technical" else "route_to_billing")

    async def _move(self, event: str) -> None:
        assert (await self.call.propose(event)).accepted
        await self.typed.rest()


@asynccontextmanager
async def on_stage(
    journal: StoreJournal, systems: Any, *, flow: Flow = SUPPORT, call_id: str = "call-1", **given: Any
) -> AsyncIterator[Stage]:
    """A call that was greeted; at the end it must agree with its journal, and is hung up."""
    async with typed.on_stage(flow, journal, systems, call_id=call_id, stage=Stage, **given) as stage:
        yield stage
