"""Playing a call script: the same call, the same machine, the same journal, with a model that reads its lines."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from livekit.agents import APIConnectionError, APITimeoutError

from interlock.agents.call.journal import Entry, Journal, Memory
from interlock.agents.call.terms import Terms
from interlock.agents.flow import Flow
from interlock.app.calls.callscript import CallScript, Event, Expect, Model, Step, listed
from interlock.app.calls.session import open_call
from interlock.app.calls.typed import REST_LIMIT_S, TypedCall
from interlock.app.offline.clock import ManualClock
from interlock.app.offline.scripted import Asks, Says, ScriptedModel
from interlock.guards.base import ProposalError, Proposer
from interlock.guards.facts import FactsError

VERDICTS = ("transition.accepted", "transition.refused")


@dataclass
class PlayResult:
    """How a script went; `failures` are one line each, with file and line."""

    entries: list[Entry] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


async def play(
    flow: Flow,
    script: CallScript,
    *,
    journal: Journal,
    services: Any,
    watch: Callable[[Entry], None] = lambda entry: None,
    on_said: Callable[[str, str], None] = lambda who, words: None,
    spare: Any = None,
    memory: Memory | None = None,
) -> PlayResult:
    """Play `script` to its end and return what came of it; `on_said` hears who said what, as it happens.

    With a `memory` the conversation is kept.
    """
    played = PlayResult()

    def note(entry: Entry) -> None:
        played.entries.append(entry)
        watch(entry)

    model, clock = ScriptedModel(), ManualClock()
    session, call = open_call(
        flow,
        llm=model,
        journal=journal,
        services=services,
        clock=clock,
        watch=note,
        spare=spare,
        memory=memory,
        terms=Terms(rehearsal=True),
    )
    typed = TypedCall(session, call, on_said=on_said)
    stage = _Stage(typed, model, clock, script, played)
    steps = deque(script.steps)
    try:
        await typed.start()
        while steps and await stage.took(steps.popleft(), steps):
            pass
    finally:
        if not typed.over.is_set():
            await typed.hang_up()
    return played


class _Stage:
    def __init__(
        self, typed: TypedCall, model: ScriptedModel, clock: ManualClock, script: CallScript, played: PlayResult
    ) -> None:
        self._typed = typed
        self._model = model
        self._clock = clock
        self._script = script
        self._played = played

    async def took(self, step: Step, rest: deque[Step]) -> bool:
        """Take one step; whether the next one still makes sense."""
        if self._typed.over.is_set() and step.expect is None:
            self._fail(step, "the call is over: nothing but expect can follow")
            return False
        try:
            await self._take(step, rest)
        except TimeoutError:
            self._fail(step, f"the call did not come to rest within {REST_LIMIT_S:.0f} s")
            return False
        except (FactsError, ProposalError) as error:
            self._fail(step, str(error))
        return True

    async def _take(self, step: Step, rest: deque[Step]) -> None:
        if step.caller is not None:
            await self._caller(step.caller, rest)
        elif step.expect is not None:
            if all(later.expect is not None for later in rest):
                await self._typed.let_grace_pass(self._clock)
            self._expect(step, step.expect)
        elif step.advance is not None:
            self._load(rest)
            self._clock.advance(step.advance)
            await self._typed.rest()
        elif step.establish is not None:
            await self._typed.call.establish(**step.establish)
        elif step.hangs_up is not None:
            await self._typed.hang_up()
        elif step.system is not None:
            await self._proposed(step.system, "system", rest)
        elif step.operator is not None:
            await self._proposed(step.operator, "operator", rest)
        else:
            self._fail(step, "stands alone: a model or interrupt step follows a caller step")

    async def _caller(self, words: str, rest: deque[Step]) -> None:
        held = self._load(rest)
        if held is None:
            await self._typed.caller(words)
            return
        self._typed.say(words)
        await self._typed.agent_began()
        self._typed.barge_in()
        held.set()
        await self._typed.rest()

    async def _proposed(self, event: Event, by: Proposer, rest: deque[Step]) -> None:
        self._load(rest)
        await self._typed.call.propose(event.event, event.args, by=by)
        await self._typed.rest()

    def _load(self, rest: deque[Step]) -> asyncio.Event | None:
        """Give the model its answers up to the next other step; the gate that holds the interrupted one, if any."""
        held: asyncio.Event | None = None
        while rest and (rest[0].model is not None or rest[0].interrupt):
            step = rest.popleft()
            if step.interrupt:
                held = asyncio.Event()
            elif step.model is not None:
                first = held is not None and not any(says.hold for says in self._model.script)
                self._model.add(_says(step.model, held if first else None))
        return held

    def _expect(self, step: Step, wanted: Expect) -> None:
        call = self._typed.call
        last = next((e.audit for e in reversed(self._played.entries) if e.kind in VERDICTS), {})
        found: dict[str, Any] = {
            "configuration": list(call.configuration),
            "state": call.state,
            "agent": type(self._typed.session.current_agent).__name__ if not self._typed.over.is_set() else "",
            "verdict": last.get("kind"),
            "refused_by": last.get("refused_by"),
            "over": self._typed.over.is_set(),
            **_last_question(self._played.entries),
        }
        for name, value in found.items():
            expected = getattr(wanted, name)
            if expected is not None and expected != value:
                self._fail(step, f"{name} is {value!r}, expected {expected!r}")
        self._expect_words(step, "said", wanted.said, self._typed.said)
        self._expect_words(step, "heard", wanted.heard, self._typed.heard)
        self._expect_no_words(step, listed(wanted.not_said))
        self._expect_told(step, listed(wanted.told))
        facts = call.facts.model_dump(mode="json")
        for name, expected in (wanted.facts or {}).items():
            if facts.get(name) != expected:
                self._fail(step, f"the fact {name} is not {expected!r}")

    def _expect_words(self, step: Step, name: str, wanted: list[str] | str | None, found: list[str]) -> None:
        together = " ".join(found).lower()
        for part in listed(wanted):
            if part.lower() not in together:
                self._fail(step, f"{name} lacks {part!r}; it is {found!r}")

    def _expect_no_words(self, step: Step, unwanted: list[str]) -> None:
        together = " ".join(self._typed.said).lower()
        for part in unwanted:
            if part.lower() in together:
                self._fail(step, f"said has {part!r}, which must not be said; it is {self._typed.said!r}")

    def _expect_told(self, step: Step, wanted: list[str]) -> None:
        told = list(dict.fromkeys(e.audit["line"] for e in self._played.entries if e.kind == "line.told"))
        for name in wanted:
            if name not in told:
                self._fail(step, f"told lacks {name!r}; the lines told to their end are {told!r}")

    def _fail(self, step: Step, why: str) -> None:
        self._played.failures.append(f"{self._script.path}:{step.line}: {why}")


def _last_question(entries: list[Entry]) -> dict[str, str]:
    """What the last question told to its end was about, and how it was answered last."""
    found = {"asked": "", "answered": ""}
    for entry in entries:
        if entry.kind == "question.asked":
            found = {"asked": str(entry.audit["event"]), "answered": ""}
        elif entry.kind == "question.answered":
            found["answered"] = str(entry.audit["answer"])
    return found


def _says(model: Model, hold: asyncio.Event | None) -> Says:
    calls = tuple(Asks(c.name, c.args, c.raw, c.id) for c in model.calls)
    errors = {"error": APIConnectionError("scripted", retryable=False), "timeout": APITimeoutError(retryable=False)}
    text = model.text
    return Says(text, calls, error=errors.get(model.fails or ""), hold=hold)
