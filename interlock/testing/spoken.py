"""A spoken call on a stage: ears, mouth and loudspeaker under the test's control, and points where it can break in."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from livekit.agents import llm

from interlock.agents.call.journal import Entry
from interlock.agents.flow import Flow
from interlock.agents.speech.parting import GRACE_S
from interlock.app.calls.session import open_call, start_call
from interlock.app.offline.clock import ManualClock
from interlock.testing.points import LIMIT_S, ROUNDS, Points, rounds
from interlock.testing.props import Ears, Loudspeaker, Model, Mouth, PointedJournal


class SpokenStage:
    """One spoken call: say something with `ears.hears`, wait with `quiet`, then look.

    `cast` puts other agents into states of the flow. `points` names what the call passes; a test breaks in there.
    """

    def __init__(self, flow: Flow, journal: Any, systems: Any, **cast: type[Any]) -> None:
        self.points = Points()
        self.journal = journal
        self.clock = ManualClock()
        self.ears = Ears()
        self.mouth = Mouth(self.points)
        self.speaker = Loudspeaker(self.points, self.mouth)
        self.model = Model(self.points)
        self.flow = replace(flow, cast={**flow.cast, **cast})
        self.entries: list[Entry] = []
        self.speeches: list[Any] = []
        self.session, self.call = open_call(
            self.flow,
            llm=self.model,
            stt=self.ears,
            tts=self.mouth,
            journal=PointedJournal(journal, self.points),
            services=systems,
            clock=self.clock,
            watch=self._told,
        )
        self.session.update_options(endpointing_opts={"min_delay": 0.0, "max_delay": 0.0})
        self.session.output.audio = self.speaker
        self._closed = asyncio.Event()
        self.for_good = asyncio.Event()
        self.session.on("close", lambda _: self._closed.set())
        self._listen()

    async def start(self, *, quiet: bool = True) -> None:
        """Let the first agent greet."""
        await start_call(self.session, self.call)
        if quiet:
            await self.quiet()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(LIMIT_S):
            while not true():  # noqa: ASYNC110 - what is waited for has no event
                await asyncio.sleep(0.0005)

    async def rounds(self) -> None:
        """Let what is ready run, and threads write what they have."""
        for _ in range(20):
            await rounds(10)
            if self.session._closing_task is not None:
                self.ears.hears_nothing()
            await asyncio.sleep(0.0005)

    def is_quiet(self) -> bool:
        """Whether nobody speaks, works or switches just now."""
        return not self._busy()

    @property
    def is_closed(self) -> bool:
        """Whether the session is over."""
        return self._closed.is_set()

    async def closed(self) -> None:
        """Wait until the session is over and the record complete."""
        async with asyncio.timeout(LIMIT_S):
            while not self.is_closed:
                if self.call.parting.in_grace:
                    self.clock.advance(GRACE_S)
                self.ears.hears_nothing()
                await asyncio.sleep(0.0005)
            await self.call.wait_until_idle()

    def heard_by_caller(self, words: str) -> bool:
        """Whether the loudspeaker played all of these words."""
        return all(any(part.strip() in line for line in self.speaker.lines) for part in words.split(". "))

    async def quiet(self) -> None:
        """Wait until nobody speaks, works, switches or is about to; after a goodbye nobody comes back."""
        async with asyncio.timeout(LIMIT_S):
            calm = 0
            while calm < ROUNDS:
                await asyncio.sleep(0)
                calm = 0 if self._busy() else calm + 1
                if not self.call.at_rest and not self.call.switching:
                    await self.call.wait_until_idle()
                elif calm == 0:
                    await asyncio.sleep(0.0005)  # threads write the journal: give them the processor
                elif calm == ROUNDS and self.call.parting.in_grace:
                    self.clock.advance(GRACE_S)
                    calm = 0

    def cough(self) -> None:
        """A sound that is no word: LiveKit stops the agent and hears nothing."""
        with suppress(RuntimeError):
            self.session.interrupt(force=True)

    async def close(self) -> None:
        """Hang up. LiveKit waits two seconds for last words: it is told at once that there are none."""
        self.for_good.set()
        closing = asyncio.create_task(self.session.aclose())
        while not closing.done():
            self.ears.hears_nothing()
            await asyncio.sleep(0.001)
        await closing
        await self.call.wait_until_idle()

    @property
    def said(self) -> list[str]:
        """All the agents said, in order, after the disclosure."""
        said = [item.text_content or "" for item in self.messages if item.role == "assistant"]
        return [words for words in said if words != self.call.disclosure.text]

    @property
    def messages(self) -> list[llm.ChatMessage]:
        """Everything said in the conversation, by either side, in order."""
        return [item for item in self.session.history.items if item.type == "message"]

    def kinds(self) -> list[str]:
        """The kinds of the journal's entries, in order."""
        return [entry.kind for entry in self.entries]

    def verdicts(self) -> list[str]:
        """What each proposal came to, in order: accepted, or the kind of refusal."""
        return [entry.audit["kind"] for entry in self.entries if entry.kind.startswith("transition.")]

    def last_accepted(self) -> str:
        """The event that moved the call last."""
        return next((e.audit["event"] for e in reversed(self.entries) if e.kind == "transition.accepted"), "")

    def assert_agrees(self) -> None:
        """Machine, record and the agent that speaks are in the same state (I3)."""
        call, last = self.call, self.journal.snapshot(self.call.id)
        assert call.at_rest, "the call is not at rest"
        assert last == call.snapshot, f"the record says {last}, the call is at {call.snapshot}"
        assert type(self.session.current_agent) is self.flow.cast[call.state]
        activity = self.session._activity
        assert activity is not None, "nobody is listening to the caller"
        assert activity.agent is self.session.current_agent, "LiveKit's activity is another agent's"
        assert not activity.scheduling_paused, "the agent that should speak cannot"

    def answers_to(self, words: str) -> int:
        """How many lines answered these words; 0 too when the words are not in the conversation exactly once."""
        heard = [at for at, m in enumerate(self.messages) if m.role == "user" and words in (m.text_content or "")]
        if len(heard) != 1:
            return 0
        return sum(m.role == "assistant" and words in (m.text_content or "") for m in self.messages[heard[0] :])

    def transcript(self) -> str:
        """The conversation, for a failing test."""
        return "\n".join(f"{m.role}: {m.text_content}" for m in self.messages if m.role != "system")

    def _told(self, entry: Entry) -> None:
        self.entries.append(entry)
        if entry.kind == "transition.accepted":
            self.points.at("the verdict is told")

    def _busy(self) -> bool:
        session, activity = self.session, self.session._activity
        tasks = [session._update_activity_atask, session._closing_task]
        if activity is not None:
            tasks += [activity._user_turn_completed_atask, activity._on_enter_task]
            recognition = activity._audio_recognition
            tasks += [recognition._end_of_turn_task] if recognition is not None else []
        return (
            not self.call.at_rest
            or not self.ears.words.empty()
            or any(task is not None and not task.done() for task in tasks)
            or any(not speech.done() for speech in self.speeches)
        )

    def _listen(self) -> None:
        points, session = self.points, self.session

        names: dict[str, str] = {}

        def tool_moved(event: Any) -> None:
            update = event.update
            if update.type == "tool_call_started":
                names[update.function_call.call_id] = update.function_call.name
                points.at(f"{update.function_call.name}: started")
            elif update.type == "tool_call_ended":
                points.at(f"{names.get(update.call_id, '?')}: ended")

        def added(event: Any) -> None:
            if event.item.type == "agent_handoff":
                points.at(f"between the agents {sum(p.startswith('between') for p in points.passed)}")

        update_agent = session.update_agent

        def pointed(agent: Any) -> None:
            points.at(f"{type(agent).__name__}: before update_agent")
            update_agent(agent)
            points.at(f"{type(agent).__name__}: after update_agent")

        session.update_agent = pointed  # type: ignore[method-assign]
        session.on("speech_created", lambda event: self.speeches.append(event.speech_handle))
        session.on("tool_execution_updated", tool_moved)
        session.on("conversation_item_added", added)
        session.on("function_tools_executed", lambda _: points.at("tool results in"))
