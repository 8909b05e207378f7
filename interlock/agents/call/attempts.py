"""What a quota limits and no event stands for, as a secret that a desk looks up: counted before it is tried.

Taken first, whatever comes of it is counted, also where the process dies half-way or fifty calls try at once; what was
right gives it back, in the transaction that establishes that it was. What our systems did not answer is given back too:
the caller learnt nothing of it.

    attempt = await self.call.attempt(PROOFS, account_number=number)
    account = await attempt.look_up(self.systems.accounts.verify, number, postcode)
    if account:
        await attempt.proved(caller_verified=True)
    return "verified" if account else attempt.refused or "no such account"
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

from interlock.agents.call.context import CallContext
from interlock.agents.call.deciding import Deciding, caller_of_this
from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.journal import QuotaSpent
from interlock.guards.quotas import Count, Quota, settled, words

T = TypeVar("T")
Given = ParamSpec("Given")


class Attempt:
    """One try that was counted, or `refused`: then it holds what the caller is told, and nothing may be tried."""

    def __init__(
        self,
        context: CallContext,
        deciding: Deciding,
        quota: Quota,
        taken: tuple[Count, ...] = (),
        refused: str = "",
    ) -> None:
        self._context = context
        self._deciding = deciding
        self._quota = quota
        self._taken = taken
        self.refused = refused

    async def proved(self, **known: Any) -> None:
        """It was right: it is given back, the account's count begins anew, and what is `known` by it established.

        Raises `FactsError`, and nothing of it happens, where somebody else is there by now than who tried.
        """
        await self._settle(True, known)

    async def give_back(self, **known: Any) -> None:
        """Nothing was tried after all: it is not counted, and what is `known` established."""
        await self._settle(False, known)

    async def look_up(self, ask: Callable[Given, Awaitable[T]], *given: Given.args, **named: Given.kwargs) -> T | None:
        """What is answered to what was tried; where that is `refused` nothing is asked, and there is no answer.

        Where it raises, takes too long or is cut off with its caller, nothing was answered, and the try is given back.
        Once it was answered it is counted, whether anybody hears it or not.
        """
        if self.refused:
            return None
        try:
            return await ask(*given, **named)
        except BaseException:
            self.unanswered()
            raise

    def unanswered(self) -> None:
        """Nothing was answered: it is given back, as soon as the journal takes that; never waits."""
        if self._taken:
            self._context.spawn(self._context.until_recorded(self.give_back))

    def counted_for_nothing(self, taking: asyncio.Task[Any]) -> None:
        """Whoever tried was cut off while it was counted."""
        if not taking.cancelled() and taking.exception() is None:
            self.unanswered()

    async def _settle(self, proved: bool, known: dict[str, Any]) -> None:
        counts = settled(self._taken, proved=proved)
        line = DraftEntry("quota.given_back", {"quota": self._quota.name, "proved": proved}, counts=counts)
        if known:
            await self._deciding.learn_surely("established", lambda _: known, line, of=caller_of_this())
        else:
            await self._context.record(line)
        self._taken = ()


class Attempts:
    """What is tried in one call."""

    def __init__(self, context: CallContext, deciding: Deciding) -> None:
        self._context = context
        self._deciding = deciding

    async def begin(self, quota: Quota, named: dict[str, Any]) -> Attempt:
        """Count one more try, or say why it is refused. Raises `JournalDown`; then nothing may be tried.

        Raises `TypeError` for a quota the flow does not name: what is set for it would not be looked at.
        """
        if quota not in self._context.flow.quotas:
            raise TypeError(f"flow {self._context.flow.name} counts no {quota.name}: name it in Flow(quotas=...)")
        counts = self._context.interlocking.counts(quota, self._context.facts, named)
        if not counts:
            return Attempt(self._context, self._deciding, quota)
        attempt = Attempt(self._context, self._deciding, quota, counts)
        taking = self._context.spawn(
            self._context.record(DraftEntry("quota.taken", {"quota": quota.name}, counts=counts))
        )
        try:
            await asyncio.shield(taking)
        except asyncio.CancelledError:  # it is taken all the same, and nobody tries anything
            taking.add_done_callback(attempt.counted_for_nothing)
            raise
        except QuotaSpent as full:
            spent = [each for each in full.spent if each.quota == quota.name]
            whose = ", ".join(sorted({each.whose for each in spent}))
            said = {"quota": quota.name, "whose": whose, "in_s": max(each.in_s for each in spent)}
            await self._context.record(DraftEntry("quota.spent", said))
            return Attempt(self._context, self._deciding, quota, refused=words(quota, spent)[1])
        return attempt
