"""Where one call stands and what it knows: the whole law of a call, without a clock, a session or a journal.

`judge`, `learn` and `end` change nothing: they return a `Ready`, which says what is to be written, where the call
stands then, and what is to be done. `commit` takes what is durable, moves the call there, and hands out what to do.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from interlock.agents.call.acts import Act, Begin, CallerAnswered, Decide, ForgetCaller, SwitchTo
from interlock.agents.call.draft import DraftEntry, unknown_name, verdict_entry
from interlock.agents.call.failure_budget import FailureBudget
from interlock.agents.call.ready import Asked, Ready, Written
from interlock.agents.effects import Outcome
from interlock.guards.base import Proposal
from interlock.guards.facts import Facts, FactsError, Origin
from interlock.guards.quotas import Count, Limits, Quota, Spent, settled
from interlock.machines.base import Machine, Snapshot, events_of, is_over
from interlock.machines.chart import quotas_of
from interlock.machines.decide import Verdict, decide
from interlock.machines.events import CALLER_CHANGED, ESCALATE, REFUSED_THRICE

AFTER_THE_END = -1
"""The epoch in which a proposal was made that came when the call had ended: older than any, so always stale."""
OF_ANOTHER = -1
"""The same, of a proposal that came of the words of a caller whose place somebody else took."""
AWAY = ("offer", "person")
"""Where whoever took the caller's place while work was under way may have gone of their own accord: they stay there."""


class Interlocking:
    """One call's machine, snapshot, facts, verdicts and failure counts; `works` are the states that stand for work."""

    def __init__(
        self,
        machine: type[Machine],
        works: Collection[str],
        *,
        snapshot: Snapshot,
        facts: Facts,
        limits: Limits | None = None,
        apart: str = "",
    ) -> None:
        self.machine = machine
        self.limits: Limits = limits or {}
        self._apart = apart
        self.snapshot = snapshot
        self.facts = facts
        self.budget = FailureBudget()
        self.ending = False
        """Whether the end of the call is on record, or about to be: nothing is begun any more."""
        self.ended = False
        """Whether the end of the call is on record."""
        self._works = works
        self._given: dict[Asked, Verdict] = {}
        self._left: dict[int, Facts] = {}
        """What was known of each caller whose place somebody else took, as they left."""

    @property
    def over(self) -> bool:
        """Whether the machine reached its end; the last words may still be spoken."""
        return is_over(self.machine, self.snapshot)

    def judge(
        self,
        proposal: Proposal,
        now: datetime,
        *,
        as_of_now: bool = False,
        answers_caller: bool = False,
        outcome: Outcome | None = None,
        first: tuple[DraftEntry, ...] = (),
        spent: Sequence[Spent] = (),
        judged_by: Facts | None = None,
    ) -> Ready:
        """The verdict on a proposal, and what follows from it; the same proposal again has the same verdict.

        `as_of_now` says that it was made in this epoch, whichever that is. `answers_caller` says that its acceptance
        is the answer to whatever the caller said. What an `outcome` found is known whatever the verdict on it, and
        goes on record before it, then the entries `first`; where it may not be known, a refusal with its `error`.
        What an acceptance takes from quotas goes with its entry; it is judged again with what is found `spent`.

        Work is of the caller it was `judged_by` the facts of: where somebody else has their place, its outcome is
        judged by what was known of them, and of what it found the newcomer knows only what stands whoever is there.
        """
        proposal = self._as_seen(proposal, as_of_now)
        asked = _asked(proposal, outcome)
        if asked is not None and (given := self._given.get(asked)) is not None:
            return Ready(verdict=given)
        whose = self._whose(judged_by)
        found = self._found(outcome, whose)
        if found.error is not None:
            return found
        left = tuple((each.quota, each.whose, each.in_s) for each in spent)
        facts = (found.facts or whose).model_copy(update={"now": now, "spent": left})
        verdict = decide(self.machine, self.snapshot, proposal, facts)
        judged = Ready(
            (
                *found.entries,
                *first,
                verdict_entry(verdict, proposal, facts, self._counted(verdict, proposal, facts, outcome)),
            ),
            verdict.after.epoch,
            facts=found.facts,
            proposal=proposal,
            asked=asked,
            verdict=verdict,
        )
        if whose is not self.facts:
            return self._of_another(judged, facts, tuple(outcome.found(whose)) if outcome else ())
        if not verdict.accepted:
            return judged
        lines, acts = self._followed(verdict, proposal, facts, entered_by=verdict.event)
        answered = (CallerAnswered(),) if answers_caller else ()
        return replace(judged, entries=(*judged.entries, *lines), snapshot=verdict.after, acts=(*acts, *answered))

    def takes(self, state: str, facts: Facts, args: Mapping[str, Any]) -> tuple[Count, ...]:
        """What entering `state` takes from the quotas that limit it."""
        quotas = quotas_of(self.machine, state)
        return tuple(count for quota in quotas for count in self.counts(quota, facts, args))

    def counts(self, quota: Quota, facts: Facts, args: Mapping[str, Any]) -> tuple[Count, ...]:
        """What one more takes from a quota, as settings have its limits."""
        return quota.takes(facts, args, self.limits, apart=self._apart)

    def freed(self, outcome: Outcome, facts: Facts) -> tuple[Count, ...]:
        """What an outcome gives back of earlier work; how often this call did it stays counted."""
        taken = (count for quota, args in outcome.frees for count in self.counts(quota, facts, args))
        return settled(tuple(count for count in taken if count.whose != "call"))

    def _counted(
        self, verdict: Verdict, proposal: Proposal, facts: Facts, outcome: Outcome | None
    ) -> tuple[Count, ...]:
        """What work gives back goes with the verdict on its outcome, whatever that is; an acceptance takes."""
        given_back = outcome.counts if outcome is not None else ()
        return (*given_back, *self.takes(verdict.after.state, facts, proposal.args)) if verdict.accepted else given_back

    def learn(
        self,
        origin: Origin,
        values: Mapping[str, Any],
        first: tuple[DraftEntry, ...] = (),
        *,
        heard: Mapping[str, Any] | None = None,
    ) -> Ready:
        """What there is to know after a claim or a finding, on record after the entries `first`; a refusal, with its
        `error`, where it may not be. What our ears `heard` of a claim is established with it, in one breath."""
        ready = self._learned(self.facts, origin, values)
        if ready.error is not None or ready.facts is None:
            return ready
        beside = self._learned(ready.facts, "established", heard or {})
        return replace(ready, entries=(*first, *ready.entries, *beside.entries), facts=beside.facts or ready.facts)

    def _whose(self, judged_by: Facts | None) -> Facts:
        """What is known of the caller that something is of: of the one who is there, where it is nobody else's."""
        if judged_by is None or judged_by.caller_number == self.facts.caller_number:
            return self.facts
        return self._left.get(judged_by.caller_number, judged_by)

    def _of_another(self, judged: Ready, theirs: Facts, names: Collection[str]) -> Ready:
        """What came of work for a caller whose place somebody else has: who is there now is told nothing of it."""
        verdict, proposal = judged.verdict, judged.proposal
        assert verdict is not None and proposal is not None, "only what was judged is of somebody"  # noqa: PT018
        mine = self.facts.with_what_stays(theirs, names)
        said = {"fields": sorted(names), "state": verdict.after.state}
        changed = DraftEntry("outcome.kept_apart", said, {"facts": mine.model_dump(mode="json")})
        if not verdict.accepted:
            return replace(judged, entries=(*judged.entries, changed), facts=mine, left=theirs)
        # from where they begin anew nobody meets an agent first
        entered_by = CALLER_CHANGED if self._anew(verdict.after, mine) is None else ""
        lines, acts = self._followed(verdict, proposal, theirs, entered_by=entered_by)
        entries = (*judged.entries, *lines, changed)
        return replace(judged, entries=entries, snapshot=verdict.after, facts=mine, acts=acts, left=theirs)

    def _found(self, outcome: Outcome | None, whose: Facts) -> Ready:
        """What is known with what came of some work, and what is claimed no longer."""
        if outcome is None:
            return Ready()
        found = self._learned(whose, "established", outcome.found(whose))
        if found.error is not None:
            return found
        fresh = type(whose)()
        gone = {name: getattr(fresh, name) for name in outcome.used_up}
        used_up = self._learned(found.facts or whose, "claimed", gone)
        if used_up.error is not None:
            return used_up
        return replace(found, entries=(*found.entries, *used_up.entries), facts=used_up.facts or found.facts)

    def _learned(self, facts: Facts, origin: Origin, values: Mapping[str, Any]) -> Ready:
        if not values:
            return Ready()
        known = type(facts).model_fields
        fields = sorted(name if name in known else unknown_name(name) for name in values)
        try:
            after = facts.having(origin, dict(values))
        except FactsError as error:
            refused = DraftEntry("facts.refused", {"fields": fields, "why": f"not {origin} or not valid"})
            return Ready((refused,), self.snapshot.epoch, error=error)
        plain = after.model_dump(mode="json", include=set(values))
        return Ready(
            (DraftEntry(f"facts.{origin}", {"fields": fields}, {"facts": plain}),), self.snapshot.epoch, facts=after
        )

    def caller_changed(self, known: Mapping[str, Any], turns: int, *, switches: bool = True) -> Ready:
        """Somebody takes the caller's place, of whom this is `known`, after so many turns of the conversation.

        An agent who knows nothing of the caller before meets them: where the chart has a call begin anew, at its first
        desk, as they were let through no guard; else, and while work is under way, where the call is. Without
        `switches` no agent is there yet.
        """
        state, before = self.snapshot.state, self.facts
        after = before.of_somebody_else().having("established", dict(known))
        names = before.of_the_caller() - set(known)
        fell = sorted(name for name in names if getattr(before, name) != getattr(after, name))
        anew = self._anew(self.snapshot, after) if not self.ending else None
        waits = anew is None and CALLER_CHANGED in events_of(self.machine)
        mine = after.model_copy(update={"begins_anew": waits})
        said, kept = {"fields": fell, "state": state, "turns": turns}, {"facts": mine.model_dump(mode="json")}
        entries: tuple[DraftEntry, ...] = (DraftEntry("caller.changed", said, kept),)
        if anew is not None:
            return self._begun_anew(anew, mine, entries, (ForgetCaller(),), switches=switches, left=before)
        acts: tuple[Act, ...] = (ForgetCaller(),)
        if switches and not (self.ending or self.over):
            entries = (*entries, DraftEntry("handoff.started", {"from": state, "to": state}))
            acts = (*acts, SwitchTo(state, CALLER_CHANGED, state))
        return Ready(entries, self.snapshot.epoch, facts=mine, acts=acts, left=before)

    def begin_anew(self, *, at_once: bool = False) -> Ready | None:
        """Whoever took the caller's place while work was under way begins anew, now that it is done.

        None where nobody has to, or they have gone to ask for a person meanwhile and not `at_once`.
        """
        waits = self.snapshot.state in AWAY and not at_once
        if (
            self.ending
            or waits
            or not self.facts.begins_anew
            or (anew := self._anew(self.snapshot, self.facts)) is None
        ):
            return None
        return self._begun_anew(anew, self.facts.model_copy(update={"begins_anew": False}))

    def _anew(self, there: Snapshot, facts: Facts) -> Verdict | None:
        """The verdict on beginning anew from there; None while work is under way there, and without a way."""
        if there.state in self._works:
            return None
        verdict = decide(self.machine, there, _anew(there), facts)
        return verdict if verdict.accepted else None

    def _begun_anew(
        self,
        verdict: Verdict,
        facts: Facts,
        first: tuple[DraftEntry, ...] = (),
        acts: tuple[Act, ...] = (),
        *,
        switches: bool = True,
        left: Facts | None = None,
    ) -> Ready:
        before, here = verdict.before.state, verdict.after.state
        lines = (
            verdict_entry(verdict, _anew(verdict.before), facts),
            DraftEntry("handoff.started", {"from": before, "to": here}),
        )
        switch = (SwitchTo(here, CALLER_CHANGED, before),) if switches else ()
        return Ready(
            (*first, *lines), verdict.after.epoch, verdict.after, facts=facts, acts=(*acts, *switch), left=left
        )

    def end(self, reason: str) -> Ready:
        """The end of the call, and why."""
        line = DraftEntry("call.ended", {"reason": reason, "state": self.snapshot.state})
        return Ready((line,), self.snapshot.epoch, ended=True)

    def commit(self, written: Written[Ready]) -> tuple[Act, ...]:
        """Stand where the record says the call stands; what is to be done now, with nothing in between.

        Raises `AssertionError` for an acceptance that was judged elsewhere than the call stands: none is acted on
        twice, or late in a call that moved on without it.
        """
        ready = written.value
        if ready.snapshot is not None:
            self._move(ready.snapshot)
        self.facts = ready.facts or self.facts
        if ready.left is not None:
            self._left[ready.left.caller_number] = ready.left
        self.ended = self.ended or ready.ended
        if ready.proposal is None or ready.verdict is None:
            return ready.acts
        self._remember(ready)
        return (*ready.acts, *self._too_much(ready.verdict, ready.proposal))

    def _as_seen(self, proposal: Proposal, as_of_now: bool) -> Proposal:
        if self.ending and proposal.by != "system":
            return replace(proposal, seen_epoch=AFTER_THE_END)
        if as_of_now and proposal.seen_epoch != self.snapshot.epoch:
            return replace(proposal, seen_epoch=self.snapshot.epoch)
        return proposal

    def _followed(
        self, verdict: Verdict, proposal: Proposal, facts: Facts, *, entered_by: str
    ) -> tuple[tuple[DraftEntry, ...], tuple[Act, ...]]:
        """What an acceptance has written and done: nothing is begun in a call that ends. `entered_by` is the event that
        an agent enters by; by none no agent enters."""
        if self.ending:
            return (), ()
        before, after = verdict.before.state, verdict.after.state
        started = DraftEntry("handoff.started", {"from": before, "to": after})
        acts: tuple[Act, ...] = (SwitchTo(after, entered_by, before),) if entered_by else ()
        if after in self._works:
            acts = (*acts, Begin(after, verdict.after.epoch, proposal.args, facts))
        return (started,), acts

    def _move(self, after: Snapshot) -> None:
        here = self.snapshot.epoch
        if after.epoch != here + 1:
            raise AssertionError(f"an acceptance of epoch {after.epoch}, expected {here + 1}: the call is in {here}")
        self.snapshot = after

    def _remember(self, ready: Ready) -> None:
        """Keep verdicts for as long as they can be asked for again: those of the epoch just left, and of this one."""
        verdict = ready.verdict
        assert verdict is not None, "only what was judged is remembered"
        if ready.asked is not None:
            self._given[ready.asked] = verdict
        if verdict.accepted and self._given:
            self._given = {asked: its for asked, its in self._given.items() if asked[0] >= verdict.before.epoch}

    def _too_much(self, verdict: Verdict, proposal: Proposal) -> tuple[Act, ...]:
        """Count what went wrong; too much of it, and a person is offered (I7)."""
        claimed = self.facts.model_dump_json(include=set(self.facts.names("claimed")))
        if not self.budget.too_much(verdict, proposal, claimed):
            return ()
        offers = (event for event in (REFUSED_THRICE, ESCALATE) if event in events_of(self.machine))
        return tuple(Decide(event, answers_caller=True) for event in offers)[:1]


def _anew(here: Snapshot) -> Proposal:
    return Proposal(CALLER_CHANGED, by="system", seen_epoch=here.epoch)


def _asked(proposal: Proposal, outcome: Outcome | None) -> Asked | None:
    """What makes two proposals the same one, asked again: a tool call's id, or the very outcome; nothing else does."""
    by = outcome or proposal.tool_call_id
    if not by:
        return None
    return proposal.seen_epoch, proposal.event, by, json.dumps(dict(proposal.args), sort_keys=True)
