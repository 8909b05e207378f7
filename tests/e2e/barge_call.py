"""One call of barge-ins: each is said at its moment, and then machine, journal, speaker and answer are compared.

Everything is judged from outside: the record, the sound of the room, its text streams and `lk.agent.state`, and what
the model was asked. Times without a word on them are the caller's own, in seconds; the record's are since the epoch.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from agents.support import SUPPORT
from interlock.app.replay import replay
from interlock.app.store import open_reader
from interlock.app.store.reading import AuditRecord
from tests.e2e.barge_model import Model, Request
from tests.e2e.barge_plan import ANNOUNCED, ANSWERS, CALLERS, FIRST_WORDS, SWITCHING, BargeIn
from tests.e2e.caller import Caller
from tests.e2e.tones import loudness
from tests.e2e.utterances import Utterances
from tests.e2e.worklog import Worklog

VOICES = {"front": 500.0, "money": 900.0, "tech": 1400.0}
VOICE_OF = {"billing": "money", "technical": "tech"}
"""Of a desk's role; the others speak with the session's."""
SWITCHES = ("handoff.started", "handoff.stalled", "handoff.entered")
LOUD = 500.0
STEP_S = 25.0
BEGIN_S = 60.0
REST_S = 0.5
ON_THE_WAY_S = 1.0
"""How long the old voice may be heard after the next desk entered: the sound was on its way."""


@dataclass
class Outcome:
    """One barge-in: when it was said, what of the handoff was then so, and every disagreement found."""

    run: BargeIn
    began: float = 0.0
    met: str = ""
    records: list[AuditRecord] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.run} ({self.met or 'not said'}): " + ("; ".join(self.wrong) or "agreed")


class BargingCaller:
    """Plays one call's plan: `begin`, then `play`; `outcomes` end early when a call does not come to rest."""

    def __init__(
        self, caller: Caller, log: Worklog, model: Model, store: Path, utterances: Utterances, runs: list[BargeIn]
    ) -> None:
        self.outcomes: list[Outcome] = []
        self.call_id = ""
        self._utterances = utterances
        self._caller, self._log, self._model, self._store, self._runs = caller, log, model, store, runs
        self._name = list(CALLERS)[runs[0].seed % len(CALLERS)]
        self._zero = time.time() - caller.now
        self._known = 0

    async def begin(self) -> None:
        """Join, and learn which call this is: nobody else may begin meanwhile."""
        taken = set(self._log.calls())
        await self._caller.join()
        await self._log.until(lambda: set(self._log.calls()) - taken, "a call begun", BEGIN_S)
        (self.call_id,) = set(self._log.calls()) - taken

    async def play(self) -> None:
        """Barge in as planned, then hang up; the last outcome also holds what a replay of the record says."""
        try:
            await self._rests(lambda: self._told("May I have your name", 0.0), "greeted")
            self._known = len(self.records())
            for run in self._runs:
                self.outcomes.append(Outcome(run))
                if not await self._tried(self.outcomes[-1]):
                    break
        finally:
            await self._caller.leave()
        await self._log.until(lambda: self._log.of(self.call_id, "call.ended"), "the call ended", STEP_S)
        with open_reader(self._store) as record:
            found = replay(record, self.call_id, SUPPORT.machine, SUPPORT.facts)
        self.outcomes[-1].wrong += [f"replayed: {difference}" for difference in found]

    async def _tried(self, outcome: Outcome) -> bool:
        try:
            await self._barge_in(outcome)
            await self._rests(lambda: self._told(_answer(outcome.run), outcome.began), "answered")
        except AssertionError as error:
            outcome.wrong.append(str(error))
        outcome.wrong += self._disagreements(outcome)
        return not outcome.wrong

    async def _barge_in(self, outcome: Outcome) -> None:
        run = outcome.run
        self._model.announce[self._name] = run.announcement
        before = {kind: len(self._log.of(self.call_id, kind)) for kind in ("handoff.started", "handoff.entered")}
        await self._caller.say(self._utterances.sound(run.handoff.words))
        if run.moment == ANNOUNCED:
            await self._sound_after(self._caller.now, "an announcement")
        else:
            kind = "handoff.started" if run.moment == SWITCHING else "handoff.entered"
            await self._log.until(lambda: len(self._log.of(self.call_id, kind)) > before[kind], kind, STEP_S)
        if run.moment == FIRST_WORDS:
            await self._sound_after(self._caller.now, "an opening")
        await asyncio.sleep(run.after_ms / 1000)
        outcome.began = self._caller.now
        await self._caller.say(self._utterances.sound(run.words))

    async def _sound_after(self, since: float, what: str) -> None:
        def loud() -> bool:
            return any(loudness(part.sound) > LOUD for part in self._caller.heard.get(self._agent, [])[-1:])

        await self._caller.until(lambda: self._caller.now > since and loud(), f"heard {what}", STEP_S)

    async def _rests(self, true: Callable[[], object], what: str) -> None:
        """Until `true()`, the agent listens, no handoff is under way, and it stays so for half a second."""

        def now() -> bool:
            states = self._caller.states(self._agent)
            return bool(true() and states[-1:] == ["listening"] and self._at_rest())

        async with asyncio.timeout(STEP_S * 2):
            while True:
                await self._caller.until(now, f"{what}, and at rest", STEP_S)
                await asyncio.sleep(REST_S)
                if now():
                    return

    def _at_rest(self) -> bool:
        """As many desks entered as were sent for; a call's first one was not."""
        started, entered = (self._log.of(self.call_id, kind) for kind in ("handoff.started", "handoff.entered"))
        return len(started) + 1 == len(entered)

    def _told(self, words: str, since: float) -> int:
        """How many times the agent said it since."""
        lines = [line for line in self._caller.lines if line.who == self._agent and line.final and line.at > since]
        return sum(words in line.text for line in lines)

    @property
    def _agent(self) -> str:
        joined = self._caller.happened("joined")
        return joined[0].who if joined else ""

    def _disagreements(self, outcome: Outcome) -> list[str]:
        run, wrong = outcome.run, list[str]()

        def expect(what: str, found: object, expected: object) -> None:
            if found != expected:
                wrong.append(f"{what}: {found!r}, expected {expected!r}")

        with open_reader(self._store) as record:
            entries, snapshot = record.records(self.call_id), record.snapshot(self.call_id)
        new = outcome.records = entries[self._known :]
        self._known = len(entries)
        outcome.met = self._met(outcome, new)
        entered = [entry for entry in entries if entry.kind == "handoff.entered"][-1]
        accepted = [entry.audit["event"] for entry in new if entry.kind == "transition.accepted"]
        expect("accepted", accepted, [run.handoff.event, *([run.then.event] if run.then else [])])
        expect("the machine's state", snapshot and snapshot.state, run.end)
        last = (entered.audit["state"], entered.audit["agent"])
        expect("the desk that entered last", last, (run.end, _desk(run.end)))
        expect(
            "handoffs",
            [e.kind for e in new if e.kind in SWITCHES],
            ["handoff.started", "handoff.entered"] * len(accepted),
        )
        since = entered.at.timestamp() - self._zero + ON_THE_WAY_S
        parts = self._caller.voices(self._agent, VOICES, since)
        expect("the voice heard", {part.voice for part in parts}, {VOICE_OF.get(run.end, "front")})
        expect("the agent's state", self._caller.states(self._agent)[-1:], ["listening"])
        expect("who is in the room", len(self._caller.happened("joined")), 1)
        expect("times answered", self._told(_answer(run), outcome.began), 1)
        asked = {each.desk for each in self._model.requests if self._is_about(each, outcome)}
        if run.handoff.to not in asked:
            wrong.append(f"the words were put to the models of {asked or 'nobody'}, expected {run.handoff.to!r}")
        return wrong

    def records(self) -> list[AuditRecord]:
        """The record of this call so far."""
        with open_reader(self._store) as record:
            return record.records(self.call_id)

    def _is_about(self, request: Request, outcome: Outcome) -> bool:
        late_enough = request.at > outcome.began + self._zero
        return request.name == self._name and outcome.run.words in request.words and late_enough

    def _met(self, outcome: Outcome, new: list[AuditRecord]) -> str:
        """What of the handoff was under way as the words began, by the record and by ear."""
        times = {
            kind: [e.at.timestamp() - self._zero for e in new if e.kind == kind]
            for kind in ("handoff.started", "handoff.entered")
        }
        started, entered = (its[0] if its else 0.0 for its in times.values())
        if not started or not outcome.began or outcome.began < started:
            return "before it"
        if outcome.began >= entered:
            return FIRST_WORDS
        heard = self._caller.sound_of(self._agent, started, outcome.began)
        return ANNOUNCED if any(loudness(part.sound) > LOUD for part in heard) else SWITCHING


def _answer(run: BargeIn) -> str:
    """What the caller hears in answer to the barge-in."""
    if run.then is None:
        return ANSWERS[run.words]
    desk = SUPPORT.cast[run.then.to]
    return desk.OPENINGS.get(run.then.event, desk.OPENING)


def _desk(state: str) -> str:
    return SUPPORT.cast[state].__name__
