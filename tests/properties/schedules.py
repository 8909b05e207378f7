"""Random schedules of one call's interlocking, alone: a record that fails, loses answers or dies, and nothing else.

What must hold (DESIGN.md section 4, I1 to I5) is looked at after every step; there is no session and no event loop.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from interlock.agents.call.acts import Act, Begin, CallerAnswered, Decide, SwitchTo
from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.interlocking import Interlocking
from interlock.agents.call.ready import Ready, durable
from interlock.guards.base import Proposal
from interlock.machines.base import Snapshot, initial
from interlock.machines.decide import decide
from machines.support import Support, SupportFacts
from tests.machines.support_table import ARGS, DESKS, EVENTS, GUARDED, KNOWN, LEGAL, NOW, PROPOSERS, STRANGE_NAMES

BEGIN = initial(Support)
WORKS = frozenset({"refunding", "booking"})
ALL_KNOWN = {name: value for name, value in KNOWN.items() if name != "now"}
BACK_TO_DESKS = {"return_to_desk", "refund_paid", "refund_failed"}
BLIND = [(event, by) for event in EVENTS + STRANGE_NAMES for by in PROPOSERS]
ONWARD = {
    state: [(e, by) for at, e, by in LEGAL if at == state and LEGAL[at, e, by] != "closed"]
    for state in {at for at, _, _ in LEGAL}
}
CLAIMS: list[tuple[str, dict[str, Any]]] = [
    ("claimed", {"issue_category": "billing"}),
    ("claimed", {"caller_name": "Ann"}),
    ("claimed", {"caller_verified": True}),
    ("claimed", {"issue_category": "everything"}),
    ("established", {"caller_verified": False}),
    ("established", {"silences": 1}),
    ("established", {"caller_name": "Forged"}),
    ("established", {}),
]
FATES = ("written",) * 12 + ("down", "there", "gone")
"""What becomes of a write: it is down, or its answer is lost and the entries are there, or gone."""


REPLAYED = 0.2
"""How much of what was lived through is judged again from its record: that takes as long as living."""


class Down(Exception):
    """Nothing was written, or nobody can tell."""


@dataclass
class Paper:
    """What is on record."""

    lines: list[tuple[int, DraftEntry]] = field(default_factory=list)
    places: list[Snapshot] = field(default_factory=lambda: [BEGIN])
    facts: dict[str, Any] = field(default_factory=lambda: SupportFacts().model_dump(mode="json"))

    def take(self, ready: Ready) -> None:
        """Make its entries durable."""
        for line in ready.entries:
            self.lines.append((ready.epoch, line))
            if line.snapshot is not None:
                self.places.append(line.snapshot)
            if line.kind in ("facts.claimed", "facts.established"):
                self.facts = {**self.facts, **line.private["facts"]}


class Schedule:
    """One call, and whoever proposes, learns, fails, dies."""

    kind: type[Interlocking] = Interlocking

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.paper = Paper()
        self.now = NOW
        self.seen: Counter[str] = Counter()
        self.sent_for = "greeting"
        self._doubt: tuple[Ready, bool] | None = None
        self._unique = 0
        self._answers: dict[str, list[str]] = {}
        self._owed: list[Decide] = []
        self._live()

    def run(self, steps: int) -> None:
        """Live through so many steps; then the record answers again, and all must agree."""
        knows = dict(ALL_KNOWN) if self.dice.random() < 0.7 else {}
        for origin in ("claimed", "established"):
            own = SupportFacts.names(origin)  # type: ignore[arg-type]
            self._write(self.call.learn(origin, {k: v for k, v in knows.items() if k in own}), "written")  # type: ignore[arg-type]
        for _ in range(steps):
            try:
                self._step()
            except Down:
                self.seen["down"] += 1
            self._never_ahead()
        self._settle(1.0)
        self._at_rest()
        if self.dice.random() < REPLAYED:
            self._record_holds()

    def _live(self) -> None:
        """A process begins: it knows what is on record, and nothing else."""
        facts = SupportFacts.model_validate(self.paper.facts)
        self.call = self.kind(Support, WORKS, snapshot=self.paper.places[-1], facts=facts)
        self._owed = []

    def _step(self) -> None:
        chance = self.dice.random()
        self.now += timedelta(seconds=1)
        if chance < 0.66:
            self._settle()
            self._propose()
        elif chance < 0.86:
            self._settle()
            origin, values = self.dice.choice(CLAIMS)
            before = self.call.facts
            ready = self.call.learn(origin, values)  # type: ignore[arg-type]
            assert self.call.facts is before, "it knew before it was written"
            self._write(ready)
        elif chance < 0.92:
            self.call.budget.heard_caller()
        elif chance < 0.95:
            self._dies()
        elif chance < 0.97:
            self.call.ending = True
            self._settle()
            self._write(self.call.end("caller_left"))
        else:
            self._settle()

    def _propose(self) -> None:
        legal = ONWARD.get(self.call.snapshot.state, BLIND)
        event, by = self.dice.choice(legal if self.dice.random() < 0.7 and legal else BLIND)
        off = self.dice.choice((0,) * 9 + (-1, 1))
        again = f"call-{self.dice.randrange(3)}" if self.dice.random() < 0.2 else None
        self._unique += again is None
        args = {**ARGS, "number": again or f"{self._unique}"}
        proposal = Proposal(event, args, by, self.call.snapshot.epoch + off, again)
        self._judge(proposal, as_of_now=by != "agent" and self.dice.random() < 0.3)
        while self._owed:
            act = self._owed.pop(0)
            self.seen["person offered"] += 1
            self._judge(Proposal(act.event, {}, "system"), as_of_now=True, answers_caller=act.answers_caller)

    def _judge(self, proposal: Proposal, *, as_of_now: bool, answers_caller: bool = False) -> None:
        before = (self.call.snapshot, self.call.facts, dict(self.call._given), vars(self.call.budget).copy())
        ready = self.call.judge(proposal, self.now, as_of_now=as_of_now, answers_caller=answers_caller)
        after = (self.call.snapshot, self.call.facts, self.call._given, vars(self.call.budget))
        assert before == after, "judging moved the call"
        assert ready.verdict is not None, "no verdict (I1)"
        self.seen[ready.verdict.kind] += 1
        if not ready.entries:
            assert any(its.private.get("tool_call_id") == proposal.tool_call_id for _, its in self.paper.lines)
            self.seen["given before"] += 1
            return
        verdicts = [its for its in ready.entries if its.kind.startswith("transition.")]
        assert len(verdicts) == 1, "one proposal, one verdict (I1)"
        self._write(ready)

    def _write(self, ready: Ready, fate: str = "") -> None:
        if not ready.entries:
            assert not ready.acts, "something to be done, and nothing written"
            return
        fate = fate or self.dice.choice(FATES)
        if fate == "down":
            raise Down
        if fate in ("there", "gone"):
            self._doubt = ready, fate == "there"
            if fate == "there":
                self.paper.take(ready)
            self.seen["in doubt"] += 1
            raise Down
        self.paper.take(ready)
        self._act_on(ready)

    def _settle(self, chance: float = 0.6) -> None:
        if self._doubt is None:
            return
        if self.dice.random() > chance:
            raise Down
        (ready, there), self._doubt = self._doubt, None
        if there:
            self.seen["found late"] += 1
            self._act_on(ready)

    def _dies(self) -> None:
        """The process ends as it is; another takes the call over from the record."""
        self._doubt = None
        self.seen["died"] += 1
        ended = self.call.ended
        self._live()
        self.call.ending = self.call.ended = ended
        self.sent_for = self.call.snapshot.state

    def _act_on(self, ready: Ready) -> None:
        for act in self.call.commit(durable(ready)):
            self._performs(act)

    def _performs(self, act: Act) -> None:
        """I2, I3: what is done is done where the record already says the call is."""
        here = self.paper.places[-1]
        match act:
            case SwitchTo(state):
                assert state == here.state, f"{state} was sent for, the record is at {here.state} (I2)"
                self.sent_for = state
            case Begin(state, epoch, args, judged_by):
                assert (state, epoch) == (here.state, here.epoch), "work that the record does not have (I2)"
                line = next(its for _, its in reversed(self.paper.lines) if its.kind == "transition.accepted")
                assert line.private["args"] == args
                assert line.private["facts"] == judged_by.model_dump(mode="json")
                self.seen["began"] += 1
            case Decide():
                self._owed.append(act)
            case CallerAnswered():
                assert here.state in ("offer", "person"), "nobody was offered"

    def _never_ahead(self) -> None:
        """I2: what the call knows and where it stands is on record; what is on record and in doubt may be ahead."""
        behind = self._doubt is not None and self._doubt[1]
        places = self.paper.places[-2:] if behind else self.paper.places[-1:]
        assert self.call.snapshot in places, "the call stands where the record does not say (I2)"

    def _at_rest(self) -> None:
        """I3."""
        assert self.call.snapshot == self.paper.places[-1]
        assert self.call.facts.model_dump(mode="json") == self.paper.facts, "it knows what the record does not say"
        if not self.call.ending:
            assert self.sent_for == self.call.snapshot.state, "another agent speaks than the record says (I3)"

    def _record_holds(self) -> None:
        """I1, I4, I5: from the record alone."""
        here, known = BEGIN, SupportFacts()
        for _, line in self.paper.lines:
            if line.kind.startswith("transition."):
                here = self._verdict_holds(line, here, known)
            elif line.kind in ("facts.claimed", "facts.established"):
                origin = line.kind.removeprefix("facts.")
                assert set(line.audit["fields"]) <= SupportFacts.names(origin), "set by the wrong speaker (I5)"  # type: ignore[arg-type]
                known = known.model_validate({**known.model_dump(), **line.private["facts"]})
        assert here == self.call.snapshot, "the record leads elsewhere (I4)"

    def _verdict_holds(self, line: DraftEntry, here: Snapshot, known: SupportFacts) -> Snapshot:
        audit, private = line.audit, line.private
        facts = SupportFacts.model_validate(private["facts"])
        assert facts.model_copy(update={"now": None}) == known, "judged by facts the record does not have (I4)"
        proposal = Proposal(private["event"], private["args"], audit["by"], audit["seen_epoch"])
        again = decide(Support, here, proposal, facts)
        assert (again.kind, list(again.after.configuration)) == (audit["kind"], audit["after"]), "another verdict (I4)"
        if again.accepted:
            target, after = LEGAL[here.state, again.event, audit["by"]], again.after.state
            assert after == target or (again.event in BACK_TO_DESKS and after in DESKS), "no such arrow (I5)"
            assert [g["name"] for g in audit["guards"] if g["held"]] == list(GUARDED.get(again.event, ())), "I5"
            assert line.snapshot == again.after
        return again.after


def run(count: int, seed: int, schedule: Callable[[Random], Schedule] = Schedule) -> Counter[str]:
    """Live through so many schedules of two to eight steps; what was seen in them."""
    dice, seen = Random(seed), Counter[str]()
    for _ in range(count):
        one = schedule(dice)
        one.run(dice.randint(2, 8))
        seen += one.seen
    return seen
