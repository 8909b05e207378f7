"""A call that goes on where another process left it: what it needs to know, and how it finds its words again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from livekit.agents import AgentSession, llm
from pydantic import ValidationError

from interlock.agents.call.context import CallContext
from interlock.agents.call.deciding import Deciding
from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.effects import BegunEffect, Effects
from interlock.agents.call.journal import Turn
from interlock.agents.call.ready import Ready, Written
from interlock.agents.caller.absence import CUT_OFF, recap
from interlock.agents.flow import Flow
from interlock.guards.facts import Facts
from interlock.machines.base import Snapshot, initial, is_over
from interlock.machines.events import CALLER_CHANGED, ESCALATE
from interlock.machines.migrating import MigrationError, migrated


@dataclass(frozen=True, slots=True)
class LastDriver:
    """What the last driver of a call of `flow` left on record.

    `facts` is None when they were erased; `event` is the one whose agent had not spoken yet, empty when it had;
    `work` is the last accepted proposal's; `fence` is the new driver's, `last_seq` the last entry's number. `lost` is
    why a driver before could not go on, where the person it was to ask for is not on record. `callers` is at least how
    many there were.
    """

    flow: str
    snapshot: Snapshot
    facts: Mapping[str, Any] | None
    fence: int
    last_seq: int
    turns: Sequence[Turn] = ()
    event: str = ""
    work: BegunEffect = field(default_factory=BegunEffect)
    lost: str = ""
    callers: int = 1


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """Where a call goes on: at `lost`, which says why, it begins anew and asks for a person.

    `judged_by` is what the last accepted proposal was judged by.
    """

    snapshot: Snapshot
    facts: Facts
    judged_by: Facts
    lost: str = ""


def starting_point(flow: Flow, last_driver: LastDriver, fresh: Facts) -> StartingPoint:
    """What this program makes of what was left; what it cannot read with certainty it does not guess."""
    try:
        if last_driver.lost:
            raise MigrationError(last_driver.lost)
        snapshot = migrated(flow.machine, last_driver.snapshot)
        if last_driver.facts is None:
            raise MigrationError("what was known in the call was erased")
        facts = flow.facts.model_validate(last_driver.facts)
        return StartingPoint(snapshot, facts, flow.facts.model_validate(last_driver.work.facts or last_driver.facts))
    except ValidationError:
        why = "what was known in the call is of another shape"
    except MigrationError as error:
        why = str(error)
    nobodys = fresh.model_copy(update={"caller_number": last_driver.callers})
    return StartingPoint(replace(initial(flow.machine), epoch=last_driver.snapshot.epoch + 1), nobodys, nobodys, why)


class Resuming:
    """Takes one call over."""

    def __init__(
        self, context: CallContext, deciding: Deciding, effects: Effects, last_driver: LastDriver, here: StartingPoint
    ) -> None:
        self._context = context
        self._deciding = deciding
        self._effects = effects
        self._left = last_driver
        self._lost = here.lost
        self._epoch = here.snapshot.epoch
        self._judged_by = here.judged_by

    @property
    def event(self) -> str:
        """The event the first agent is entered by."""
        return "" if self._lost else self._left.event

    def line(self) -> DraftEntry:
        """What the record says of it."""
        call = self._context
        audit = {"machine": call.snapshot.machine, "version": call.snapshot.version, "state": call.state}
        known = {"facts": call.facts.model_dump(mode="json"), "before": self._left.snapshot.to_json()}
        private = {**known, "after": call.snapshot.to_json()}
        return DraftEntry(
            "call.resumed", {**audit, "driver": self._left.fence, "why": self._lost}, private, call.snapshot
        )

    def forget(self) -> None:
        """Somebody else is there than the caller whom the last driver spoke to."""
        self._left = replace(self._left, turns=(), event=CALLER_CHANGED)

    def recall(self, session: AgentSession[Any]) -> None:
        """Give the session the conversation so far."""
        for turn in self._left.turns:
            role: llm.ChatRole = "user" if turn.role == "user" else "assistant"
            session.history.add_message(role=role, content=turn.text, interrupted=turn.interrupted)

    def first_words(self, opening: str) -> str:
        """What the caller hears first: the opening of an agent they have not met, or the last thing said.

        Work that is finished before anybody speaks has moved the call on, and its outcome is told.
        """
        assert self._context.session is not None
        if is_over(self._context.flow.machine, self._context.snapshot):
            return opening
        moved = self._context.epoch != self._epoch
        if opening and (moved or self._lost or self._left.event or not self._left.turns):
            return f"{CUT_OFF} {opening}"
        return recap(self._context.session)

    @property
    def lost(self) -> bool:
        """Whether the call begins anew, as nobody can tell where it was."""
        return bool(self._lost)

    def go_on(self, resumed: Written[Ready]) -> None:
        """Finish work that had begun, and ask for a person where the thread is lost; once the takeover is on record."""
        call = self._context
        if self._lost:
            call.spawn(self._deciding.propose(ESCALATE, by="system"))
            return
        if (effect := call.flow.effects.get(call.state)) is not None:
            call.spawn(self._effects.begin_again(effect, self._left.work, self._judged_by, call.epoch))
