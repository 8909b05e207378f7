"""One call in which somebody talks into a line they have to hear; what came of it is judged from outside.

By the record, by the sound of the room and by its text streams: never by what the call itself holds.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from interlock.app.store import open_reader
from interlock.app.store.reading import AuditRecord
from tests.e2e.caller import Caller
from tests.e2e.owed_plan import GAS, Moment
from tests.e2e.utterances import Utterances
from tests.e2e.worklog import Worklog
from tests.standins.elevenlabs import MS_PER_CHARACTER

VOICES = {"front": 500.0}
STEP_S = 45.0
WHOLE = 0.8
"""The part of a line's sound that must be heard without a pause: on a busy machine some of it arrives with gaps."""


class TalkingCaller:
    """Plays one moment: `begin`, then `play`; `wrong` says what did not hold, `met` what of the line was then so."""

    def __init__(self, caller: Caller, log: Worklog, store: Path, utterances: Utterances, moment: Moment) -> None:
        self.moment = moment
        self.wrong: list[str] = []
        self.met = "not said"
        self.call_id = ""
        self._caller, self._log, self._store, self._utterances = caller, log, store, utterances

    def __str__(self) -> str:
        return f"{self.moment} ({self.met}): " + ("; ".join(self.wrong) or "held")

    async def begin(self) -> None:
        """Join, and learn which call this is: nobody else may begin meanwhile."""
        taken = set(self._log.calls())
        await self._caller.join()
        await self._log.until(lambda: set(self._log.calls()) - taken, "a call begun", STEP_S)
        (self.call_id,) = set(self._log.calls()) - taken

    async def play(self) -> None:
        """Come to the line, talk into it, hear it to its end, say yes to it, hang up."""
        try:
            await self._until(lambda: self._logged("line.told"), "greeted")
            await self._to_the_line()
            await asyncio.sleep(self.moment.after_s)
            self.met = "after it" if self._told() else "over it" if self._begun() else "before it"
            await self._say(self.moment.words)
            await self._until(lambda: self._told() or self._with_a_person(), "told, nor a person")
            if self.moment.scene.act is not None and not self._acted() and not self._with_a_person():
                await self._caller.until(self._listened_to, "listened to", STEP_S)
                await self._say(self.moment.scene.yes)
                await self._until(lambda: self._acted() or self._with_a_person(), "done on a yes")
        except AssertionError as error:
            self.wrong.append(str(error))
        finally:
            self._judge()
            await self._caller.leave()

    async def _to_the_line(self) -> None:
        *before, last = self.moment.scene.turns
        for words in before:
            heard, led_on = len(self._heard_lines()), self.moment.scene.turns[words][-1].name
            await self._say(words)
            await self._until(lambda e=led_on: self._logged("transition.accepted", e) and self._at_rest(), led_on)
            await self._caller.until(
                lambda h=heard: len(self._heard_lines()) > h and self._listened_to(), f"answered {words!r}", STEP_S
            )
        await self._say(last)
        kind, event = self.moment.scene.on
        await self._until(lambda: self._logged(kind, event), f"{kind} of {event}")

    async def _say(self, words: str) -> None:
        await self._caller.say(self._utterances.sound(words))

    async def _until(self, true: Callable[[], object], what: str) -> None:
        await self._log.until(true, what, STEP_S)

    def _logged(self, kind: str, event: str = "") -> int:
        return sum(event in ("", line.keys.get("proposed")) for line in self._log.of(self.call_id, kind))

    def _at_rest(self) -> bool:
        """As many desks entered as were sent for; a call's first one was not."""
        return self._logged("handoff.started") + 1 == self._logged("handoff.entered")

    def _heard_lines(self) -> list[str]:
        return [line.text for line in self._caller.lines if line.final and line.who.startswith("agent")]

    def _listened_to(self) -> bool:
        states = [each.what for each in self._caller.seen if each.kind == "state"]
        return states[-1:] == ["listening"]

    def _begun(self) -> bool:
        states = [each.what for each in self._caller.seen if each.kind == "state"]
        return states[-1:] == ["speaking"]

    def _records(self) -> list[AuditRecord]:
        with open_reader(self._store) as record:
            return record.records(self.call_id)

    def _told(self) -> list[AuditRecord]:
        return [e for e in self._records() if e.kind == "line.told" and e.audit["line"] == self.moment.scene.line]

    def _acted(self) -> list[AuditRecord]:
        act = self.moment.scene.act
        done = (e for e in self._records() if e.kind == "transition.accepted")
        return [e for e in done if act is not None and e.audit["event"] == act.name]

    def _with_a_person(self) -> bool:
        with open_reader(self._store) as record:
            snapshot = record.snapshot(self.call_id)
        return snapshot is not None and snapshot.state == "person"

    def _judge(self) -> None:
        """Told to its end, whatever was said meanwhile; nothing done before; what nobody may talk over in one piece."""
        told, acted, scene = self._told(), self._acted(), self.moment.scene
        if not told and not self._with_a_person():
            self.wrong.append(f"{scene.line} was never told")
        if told and (left := told[0].audit["untold"]):
            self.wrong.append(f"{scene.line} counts as told, and {left} of its sentences are not")
        if told and not any(scene.ends in line.text for line in self._caller.lines):
            self.wrong.append(f"{scene.line} counts as told, and nobody heard {scene.ends!r}")
        if len(acted) > 1 or (acted and not told) or any(e.seq < told[0].seq for e in acted):
            self.wrong.append(f"{scene.act} was done at {[e.seq for e in acted]}, told at {[e.seq for e in told]}")
        if scene is GAS:
            self._judge_whole(told)

    def _judge_whole(self, told: list[AuditRecord]) -> None:
        if [e.audit["cuts"] for e in told] != [0] or not told[0].audit["unbroken"]:
            self.wrong.append(f"not in one piece, by the record: {[dict(e.audit) for e in told]}")
        whole = [line for line in self._heard_lines() if "leave the house" in line and self.moment.scene.ends in line]
        if len(whole) != 1:
            self.wrong.append(f"not in one piece, by its words: {self._heard_lines()}")
            return
        agent = self._caller.happened("joined")[0].who
        longest = max(part.end - part.begin for part in self._caller.voices(agent, VOICES))
        if longest < (wanted := WHOLE * len(whole[0]) * MS_PER_CHARACTER / 1000):
            self.wrong.append(f"not in one piece, by ear: {longest:.1f} s, expected {wanted:.1f}")
