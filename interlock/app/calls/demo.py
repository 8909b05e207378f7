"""A spoken call without a network: WAV files in, a stereo WAV, a transcript and a record out."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from livekit.agents import AgentSession, ConversationItemAddedEvent, inference, llm, stt, tts
from rich.console import Console

from interlock.agents.call.call import Call
from interlock.agents.call.journal import Entry
from interlock.agents.flow import Flow
from interlock.app import private
from interlock.app.calls.caller import WRITTEN, recorded, spoken, written
from interlock.app.calls.journal import journal_of
from interlock.app.calls.one_line import describe
from interlock.app.calls.screen import Screen
from interlock.app.calls.session import open_call, start_call
from interlock.app.offline import embedded
from interlock.app.offline.wav import read_wav
from interlock.app.offline.wav_call import WavCall
from interlock.app.project import open_systems, project, stand_in
from interlock.app.providers import close_models
from interlock.app.settings import Settings
from interlock.app.store.elsewhere import require_elsewhere


class DemoError(Exception):
    """A demonstration that cannot be given; the text is one line."""


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """What a demonstration wrote, and the call's id in the record."""

    recording: Path
    transcript: Path
    call_id: str


async def demo(flow: Flow, settings: Settings, *, wavs: Sequence[Path], out: Path, console: Console) -> DemoFiles:
    """Hold a spoken call and return what it left in `out`; one that is cut short leaves what there is of it.

    Raises `WavError`, `DemoError`, `StoreError` or `OfflineModelError` before anything is said; then `StoreError`,
    `DemoError` for a call that does not end, `OutputError` and `BrokenPipeError`.
    """
    sounds = [read_wav(path) for path in wavs or shipped(flow)]
    lines = [] if sounds else written(flow)
    recording, transcript = _folder(out) / f"{flow.name}.wav", out / f"{flow.name}.txt"
    for file in (recording, transcript):
        require_elsewhere(file, settings.store, settings.checkpoints)
    screen = Screen(console, as_json=False)
    with closing(journal_of(settings)) as journal:
        ears, brain, mouth = await _load(settings, console, len(sounds or lines))
        sounds = sounds or await asyncio.to_thread(spoken, lines, settings)
        if stand_in_words := stand_in(flow):
            console.print(stand_in_words, style="dim")
        writer = _Writer(screen)
        session, call = open_call(
            flow,
            llm=brain,
            stt=ears,
            tts=mouth,
            vad=inference.VAD(),
            journal=journal,
            services=open_systems(flow),
            timezone=settings.timezone,
            watch=writer.watch,
            memory=journal,
            terms=replace(settings.terms, rehearsal=True),
        )
        line = WavCall(sounds, at_rest=lambda: _listens(session, call))
        made = DemoFiles(recording, transcript, call.id)
        try:
            await _hold(session, call, line, writer, sum(sound.seconds for sound in sounds))
        finally:
            await close_models(ears, brain, mouth)
            _keep(made, line, writer.transcript(call))
            _sum_up(made, writer, console, screen)
    screen.check()
    return made


def shipped(flow: Flow) -> list[Path]:
    """The recorded caller of a flow, a file a turn; none where one is only written. Raises `DemoError` without both."""
    found = recorded(flow)
    if not (found or written(flow)):
        raise DemoError(
            f"no caller comes with the flow {flow.name}, expected --wav FILE for each turn, or what a caller says, a"
            f" line a turn, in {project().callers / flow.name / WRITTEN}"
        )
    return found


async def _hold(session: "AgentSession[Call]", call: Call, line: WavCall, writer: "_Writer", seconds: float) -> None:
    line.attach(session)
    session.on("conversation_item_added", writer.added)
    try:
        await start_call(session, call)
        await asyncio.wait_for(line.finished(), timeout=120 + 6 * seconds)
        await call.wait_until_idle()
    except TimeoutError:
        raise DemoError("the call did not come to an end in time: is the machine busy? Try again") from None
    finally:
        await call.end("caller_left")
        await session.aclose()
        await line.aclose()
        await call.wait_until_idle()


def _listens(session: "AgentSession[Call]", call: Call) -> bool:
    """Whether the agent waits for the caller, and not for the end of a call that goodbye was said in."""
    return call.at_rest and not call.parting.under_way and session.current_speech is None


class _Writer:
    """Shows the call and keeps it for the transcript."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._lines: list[str] = []
        self.turns = 0
        self.handoffs = 0

    def added(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if not isinstance(item, llm.ChatMessage) or not item.text_content:
            return
        who = "agent" if item.role == "assistant" else "caller"
        self.turns += who == "caller"
        self._lines.append(f"{who:<8}{item.text_content}{' (interrupted)' if item.interrupted else ''}")
        if who == "agent":
            self._screen.said(who, item.text_content)
        else:
            self._screen.caller_said(item.text_content)

    def watch(self, entry: Entry) -> None:
        self.handoffs += entry.kind == "handoff.entered" and entry.epoch > 0
        if line := describe(entry):
            self._lines.append(f"{'':<8}[{line}]")
        self._screen.watch(entry)

    def transcript(self, call: Call) -> str:
        head = f"{call.flow.title}, {call.id}. In brackets: what was proposed, and what the machine said.\n"
        stands_in = [f"{stand_in_words}\n"] if (stand_in_words := stand_in(call.flow)) else []
        return "\n".join([head, *stands_in, *self._lines, ""])


async def _load(settings: Settings, console: Console, turns: int) -> tuple[stt.STT[Any], llm.LLM[Any], tts.TTS[Any]]:
    began = time.monotonic()
    with console.status("Loading the embedded models: ears, brain and mouth (a few seconds) ..."):
        parts = await asyncio.to_thread(
            lambda: (embedded.ears(settings), embedded.brain(settings), embedded.mouth(settings))
        )
    took = time.monotonic() - began
    console.print(f"Loaded in {took:.1f} s. A call of {turns} turns, in real time; Ctrl-C ends it.", style="dim")
    return parts


def _folder(out: Path) -> Path:
    try:
        private.keep_all_private()
        private.make_folder(out)
        private.write_text(out / ".writable", "")
        (out / ".writable").unlink()
    except FileExistsError:
        raise DemoError(f"--out {out}: a file, expected a folder") from None
    except OSError as error:
        raise DemoError(f"--out {out}: cannot be written ({error.strerror}), expected a folder of yours") from None
    return out


def _keep(made: DemoFiles, line: WavCall, words: str) -> None:
    try:
        private.write_text(made.transcript, words)
        line.write(made.recording)
    except OSError as error:
        where = error.filename or made.recording.parent
        raise DemoError(f"{where}: cannot be written ({error.strerror}), expected room and a folder of yours") from None


def _sum_up(made: DemoFiles, writer: "_Writer", console: Console, screen: Screen) -> None:
    console.print(f"\nTurns: {writer.turns}, handoffs: {writer.handoffs}.", markup=False)
    console.print(f"Recording   {made.recording}   (caller left, agent right)", markup=False, soft_wrap=True)
    console.print(f"Transcript  {made.transcript}", markup=False, soft_wrap=True)
    screen.record(made.call_id)
