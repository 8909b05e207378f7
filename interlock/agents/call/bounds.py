"""How much of one call there may be: how long, how many turns that get nowhere, how much of a model.

Once it is spent the caller is told so and a person is asked for, who can call them back; a while later, or after some
turns more that get nowhere, the call ends with a goodbye. Work under way is waited for.
"""

from typing import Any

import structlog
from livekit.agents import AgentSession, ConversationItemAddedEvent, SessionUsageUpdatedEvent, llm, metrics

from interlock.agents.call.clock import Timer
from interlock.agents.call.context import CallContext
from interlock.agents.call.deciding import Deciding
from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.failures import Failures
from interlock.agents.call.journal import Entry, JournalDown
from interlock.agents.call.terms import Terms
from interlock.agents.speech.lines import LinesOwed, SpokenLine

log = structlog.get_logger("interlock.call")

ENOUGH = "I am sorry, this is as far as I can go in one call."
GOODBYE = "I have to end our call here."
GRACE_S = 300.0
"""How long a caller may then go on, to say when they can be called back."""
GRACE_TURNS = 5
"""How many turns in a row of that time may get nowhere."""
LOOK_AGAIN_S = 1.0
"""How often is looked whether work under way is over."""
NO_PROGRESS = frozenset({"silences", "told", "now"})
"""Facts that say nothing about whether a call gets on."""


class Bounds:
    """Counts what one call uses up, by what is on record and what its session tells."""

    def __init__(self, context: CallContext, deciding: Deciding, failures: Failures, lines: LinesOwed, terms: Terms):
        self._context = context
        self._deciding = deciding
        self._failures = failures
        self._lines = lines
        self._terms = terms
        self._turns = 0
        self._most_turns = terms.idle_turns
        self._spent = ""
        self._ends = False
        self._timer: Timer | None = None
        context.at_its_end.append(self._stop)

    def listen(self, session: AgentSession[Any]) -> None:
        """Begin to count; a call that was taken over goes on as long as it was."""
        call, began = self._context, self._context.facts.opened_at
        gone_s = (call.clock.now() - began).total_seconds() if began is not None else 0.0
        self._timer = call.clock.call_later(max(self._terms.longest_s - gone_s, 0), lambda: self._reached("duration"))
        call.watch(self._recorded)
        session.on("conversation_item_added", self._added)
        session.on("session_usage_updated", self._used)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _recorded(self, entry: Entry) -> None:
        facts = set(entry.audit.get("fields", ())) if entry.kind.startswith("facts.") else set()
        learned = entry.kind in ("facts.claimed", "facts.established") and facts - NO_PROGRESS
        if learned or entry.kind == "transition.accepted":
            self._turns = 0

    def _added(self, event: ConversationItemAddedEvent) -> None:
        if isinstance(event.item, llm.ChatMessage) and event.item.role == "user":
            self._turns += 1
            if self._turns > self._most_turns:
                self._reached("turns")

    def _used(self, event: SessionUsageUpdatedEvent) -> None:
        its = (each for each in event.usage.model_usage if isinstance(each, metrics.LLMModelUsage))
        if sum(each.input_tokens + each.output_tokens for each in its) > self._terms.tokens and not self._spent:
            self._reached("tokens")

    def _reached(self, what: str) -> None:
        """First a person, then an end; not before our work is done and somebody speaks."""
        call = self._context
        if self._ends or call.over or call.ending:
            return
        if call.switching or call.state in call.flow.effects:
            call.clock.call_later(LOOK_AGAIN_S, lambda: self._reached(what))
            return
        self._ends = bool(self._spent)
        self._spent = what
        call.spawn(self._end(what) if self._ends else self._offer_a_person(what))

    async def _offer_a_person(self, what: str) -> None:
        await self._note(what, "person")
        self._stop()
        self._turns, self._most_turns = 0, GRACE_TURNS
        self._timer = self._context.clock.call_later(GRACE_S, lambda: self._reached(what))
        self._lines.say(SpokenLine("budget", ENOUGH, "owed"))
        await self._failures.ask_for_a_person()

    async def _end(self, what: str) -> None:
        await self._note(what, "goodbye")
        self._lines.say(SpokenLine("budget", GOODBYE, "owed"))
        try:
            await self._deciding.propose("say_goodbye", by="system")
        except JournalDown:
            log.error("journal.down", lost="say_goodbye", **self._context.here)

    async def _note(self, what: str, then: str) -> None:
        said = {"what": what, "then": then, "state": self._context.state}
        await self._context.record_if_possible(DraftEntry("budget.spent", said))
