"""A voice that is quick, and one that is dead: what the caller hears, what the record says, how the call goes on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from livekit import rtc
from livekit.agents import APIStatusError, tts

from agents.support import SUPPORT
from agents.support.desks import BillingDesk, Reception, WaitingDesk
from interlock.agents.call.failure_budget import FAILED_TURNS
from interlock.agents.call.farewell import APOLOGY
from interlock.agents.speech.reply import LAST_RESORT
from interlock.agents.speech.stall_watch import FIRST_AUDIO_LIMIT_S
from interlock.agents.speech.voice import UNHEARD, Voice
from interlock.app.kept_lines.folder import Folder
from interlock.app.kept_lines.lines import FlowLines, Speaker
from interlock.app.offline.scripted import Asks, Says
from interlock.app.providers.fallback import FallbackTTS
from interlock.testing.props import SAMPLE_RATE, Mouth, echo
from tests.agents.stage import Stage

SPEAKERS = {
    "": Speaker("test", "front", "m1", SAMPLE_RATE),
    "billing": Speaker("test", "money", "m1", SAMPLE_RATE),
}
SPOKEN, KEPT, KEPT_ELSEWHERE = 1, 2, 3
"""Samples by which a test tells where a sound came from."""


def _voice(call, kept_lines, slower=None):
    return Voice(call._context, call.providers, call.failures, call.voices, kept_lines, slower)


class Throat(Mouth):
    """A mouth, 50 ms a character, that can be dead: silent for ever, refused, or cut off after a beginning."""

    dead = ""

    def synthesize(self, text, *, conn_options):
        return _Spoken(tts=self, input_text=text, conn_options=conn_options)


class _Spoken(tts.ChunkedStream):
    async def _run(self, output_emitter):
        throat = self._tts
        throat._lines.append(self.input_text)
        if throat.dead == "refused":
            raise APIStatusError("no", status_code=429, retryable=False)
        if throat.dead == "silent":
            await asyncio.Event().wait()
        output_emitter.initialize(request_id="x", sample_rate=SAMPLE_RATE, num_channels=1, mime_type="audio/pcm")
        output_emitter.push(bytes([SPOKEN, 0]) * (SAMPLE_RATE // 20 * len(self.input_text)))
        output_emitter.flush()
        if throat.dead == "cut":
            await asyncio.sleep(0)
            raise APIStatusError("cut", status_code=1006, retryable=False)


@dataclass
class Spoken:
    """A spoken call whose fixed lines lie in a folder, and what its caller hears."""

    stage: Stage
    folder: Folder
    throat: Throat
    heard: list[int] = field(default_factory=list)

    def kept(self, *texts: str, role: str = "", sample: int = KEPT) -> None:
        """These lines are sound already."""
        for text in texts:
            assert self.folder.write(SPEAKERS[role].key(text), bytes([sample, 0]) * (SAMPLE_RATE // 2))

    async def greeted(self) -> None:
        """The first agent has greeted."""
        await self.stage.start()
        self.heard.clear()

    async def says(self, words: str, *, dead: str = "") -> list[int]:
        """The caller speaks; the sounds heard in answer."""
        self.heard.clear()
        self.throat.dead = dead
        self.stage.ears.hears(words)
        await self.stage.until(lambda: not self.stage.is_quiet())
        await self.stage.quiet()
        return self.heard

    def told(self, kind: str) -> list[dict[str, object]]:
        """What the record says of a kind."""
        return [entry.audit for entry in self.stage.entries if entry.kind == kind]


@pytest.fixture
async def spoken(journal, systems, tmp_path: Path) -> AsyncIterator[Spoken]:
    """
    A call that has not begun.
    """
    stage, folder = Stage(journal, systems), Folder(tmp_path / "lines")
    throat = Throat(stage.points)
    stage.session._tts = throat
    stage.call.voice = _voice(stage.call, FlowLines(SUPPORT, SPEAKERS, folder))
    its = Spoken(stage, folder, throat)
    take: Callable[[rtc.AudioFrame], object] = stage.speaker.capture_frame

    async def capture(frame: rtc.AudioFrame) -> None:
        sample = bytes(frame.data)[0]
        if sample and its.heard[-1:] != [sample]:  # LiveKit puts silence between sentences
            its.heard.append(sample)
        await take(frame)

    stage.speaker.capture_frame = capture
    yield its
    throat.dead = ""
    await stage.close()


async def test_a_kept_line_is_played_and_nobody_asked(spoken):
    """
    The conversation has its words all the same.
    """
    spoken.kept(SUPPORT.disclosure)
    spoken.kept(Reception.OPENING)
    spoken.throat.dead = "refused"
    await spoken.stage.start()
    assert spoken.heard == [KEPT]
    assert spoken.throat.take() == []
    assert spoken.stage.said == [Reception.OPENING]


async def test_a_line_spoken_for_the_first_time_is_kept(spoken):
    """
    Another answer is not.
    """
    await spoken.stage.start()
    assert spoken.heard == [SPOKEN]
    assert spoken.folder.read(SPEAKERS[""].key(Reception.OPENING)) is not None
    await spoken.says("Hello?")
    assert len(list(spoken.folder.path.iterdir())) == 2


async def test_an_answer_that_begins_as_a_line_does_is_spoken_whole(spoken):
    """
    What was waited for is not lost.
    """
    spoken.kept(UNHEARD)
    await spoken.greeted()
    spoken.throat.take()
    answer = f"{UNHEARD} Or write to us."
    spoken.stage.model.lines["Hello?"] = Says(answer)
    assert await spoken.says("Hello?") == [SPOKEN]
    assert spoken.stage.said[-1] == answer


async def test_a_line_kept_at_the_old_speed_is_spoken_anew_once_the_voice_is_slow(spoken):
    """
    And its slow sound is not kept: other callers have not asked for it.
    """
    stage = spoken.stage
    stage.call.voice._slower = lambda voice: True
    spoken.kept(UNHEARD)
    await spoken.greeted()
    lines = len(list(spoken.folder.path.iterdir()))
    assert stage.call.voice.slow_down(stage.session.current_agent)
    stage.model.lines |= {"Hello?": Says(UNHEARD), "Sorry?": Says(LAST_RESORT)}
    assert await spoken.says("Hello?") == [SPOKEN]
    assert await spoken.says("Sorry?") == [SPOKEN]
    assert len(list(spoken.folder.path.iterdir())) == lines


async def test_a_refused_voice_is_stood_in_for(spoken):
    """
    The record names it once, the turn counts as failed, and the conversation has what was heard.
    """
    spoken.kept(UNHEARD)
    await spoken.greeted()
    assert await spoken.says("Hello?", dead="refused") == [KEPT]
    failed = {"kind": "tts", "error": "APIStatusError", "recoverable": False, "provider": "Throat"}
    assert spoken.told("provider.failed") == [failed]
    assert spoken.told("provider.fell_back") == [{"kind": "tts", "to": "cached line"}]
    assert spoken.told("turn.failed") == [{"why": "APIStatusError", "state": "greeting"}]
    assert spoken.stage.said[-1] == UNHEARD
    assert await spoken.says("Hello again?") == [SPOKEN]
    assert spoken.stage.said[-1] == echo("Hello again?")


async def test_a_silent_voice_is_waited_for_so_long(spoken):
    """
    And then stood in for as any other.
    """
    spoken.kept(UNHEARD)
    await spoken.greeted()
    spoken.throat.dead = "silent"
    spoken.stage.ears.hears("Hello?")
    await spoken.stage.until(lambda: echo("Hello?") in spoken.throat._lines)
    await spoken.stage.rounds()
    spoken.stage.clock.advance(FIRST_AUDIO_LIMIT_S - 0.2)
    await spoken.stage.rounds()
    assert spoken.heard == []
    spoken.stage.clock.advance(0.2)
    await spoken.stage.until(lambda: bool(spoken.heard))
    await spoken.stage.quiet()
    assert spoken.heard == [KEPT]
    assert spoken.told("provider.failed")[0]["error"] == "TimeoutError"


async def test_a_voice_cut_off_is_followed_by_a_line(spoken):
    """
    The model is told that its answer broke off.
    """
    spoken.kept(UNHEARD)
    await spoken.greeted()
    assert await spoken.says("Hello?", dead="cut") == [SPOKEN, KEPT]
    last = spoken.stage.messages[-1]
    assert (last.text_content, last.interrupted) == (echo("Hello?"), True)
    assert len(spoken.told("provider.failed")) == len(spoken.told("turn.failed")) == 1


@pytest.mark.parametrize("streaming", [False, True], ids=["sentence by sentence", "streamed"])
async def test_a_voice_cut_off_is_followed_by_a_line_where_it_has_spares(spoken, streaming):
    """
    The spare is no use for half an answer: not said is what it stays. The one that broke off is named.
    """
    spoken.kept(UNHEARD)
    await spoken.greeted()
    spare = Throat(spoken.stage.points)
    voices = [tts.StreamAdapter(tts=its) if streaming else its for its in (spoken.throat, spare)]
    spoken.stage.session._tts = FallbackTTS({"one/anna": voices[0], "two/ben": voices[1]})
    assert await spoken.says("Hello?", dead="cut") == [SPOKEN, KEPT]
    last = spoken.stage.messages[-1]
    assert (last.text_content, last.interrupted) == (echo("Hello?"), True)
    assert spare.take() == []
    assert [told["provider"] for told in spoken.told("provider.failed")] == [voices[0].label.split(".")[-1]]
    assert len(spoken.told("turn.failed")) == 1


@pytest.mark.parametrize("streaming", [False, True], ids=["sentence by sentence", "streamed"])
async def test_a_spare_voice_says_all_of_what_the_first_did_not_begin(spoken, streaming):
    """
    That is an answer as any other.
    """
    spoken.kept(UNHEARD)
    await spoken.greeted()
    voices = [tts.StreamAdapter(tts=its) if streaming else its for its in (spoken.throat, Throat(spoken.stage.points))]
    spoken.stage.session._tts = FallbackTTS({"one/anna": voices[0], "two/ben": voices[1]})
    assert await spoken.says("Hello?", dead="refused") == [SPOKEN]
    assert (spoken.stage.said[-1], spoken.stage.messages[-1].interrupted) == (echo("Hello?"), False)
    assert spoken.told("turn.failed") == []


async def test_an_answer_without_a_word_leaves_the_next_one_as_it_was(spoken):
    """
    Whatever was heard instead of it.
    """
    spoken.kept(UNHEARD)
    await spoken.greeted()
    spoken.stage.model.lines["Hello?"] = Says("...")
    await spoken.says("Hello?", dead="refused")
    assert await spoken.says("Hello again?") == [SPOKEN]
    assert spoken.stage.said[-1] == echo("Hello again?")


async def test_another_voice_is_better_than_none(spoken):
    """
    A line that only another desk has spoken yet.
    """
    spoken.kept(UNHEARD, role="billing", sample=KEPT_ELSEWHERE)
    await spoken.greeted()
    assert await spoken.says("Hello?", dead="refused") == [KEPT_ELSEWHERE]


async def test_with_no_line_at_all_nothing_counts_as_said(spoken):
    """
    The record tells, and the conversation holds no words that nobody heard.
    """
    await spoken.greeted()
    said = list(spoken.stage.said)
    assert await spoken.says("Hello?", dead="refused") == []
    assert spoken.stage.said == said
    assert len(spoken.told("provider.failed")) == 1
    assert spoken.told("provider.fell_back") == []


async def test_a_voice_that_stays_dead_leads_to_a_person(spoken):
    """
    The model has an answer every time, which does not make the turns good ones; the person's desk is heard.
    """
    spoken.kept(UNHEARD, WaitingDesk.OPENING)
    await spoken.greeted()
    for n in range(FAILED_TURNS):
        assert spoken.stage.call.state == "greeting"
        heard = await spoken.says(f"Hello {n}?", dead="refused")
    assert heard == [KEPT]
    assert spoken.stage.call.state == "person"
    assert spoken.stage.said[-1] == WaitingDesk.OPENING


async def test_one_answer_that_is_heard_starts_the_count_again(spoken):
    """
    Only failures in a row count.
    """
    spoken.kept(UNHEARD)
    await spoken.greeted()
    for dead in ("refused", "refused", "", "refused", "refused"):
        await spoken.says(f"Hello {dead}?", dead=dead)
    assert spoken.stage.call.state == "greeting"
    assert len(spoken.told("turn.failed")) == 4


async def test_a_goodbye_that_cannot_be_said_is_an_apology(spoken):
    """
    Nobody is asked to say anything again by one who hangs up.
    """
    spoken.kept(APOLOGY, UNHEARD)
    await spoken.greeted()
    spoken.throat.dead = "refused"
    spoken.stage.model.lines["Bye."] = Says(calls=(Asks("say_goodbye"),))
    spoken.stage.ears.hears("Bye.")
    await spoken.stage.closed()
    assert spoken.heard == [KEPT]
    assert spoken.stage.said[-1] == APOLOGY


def test_the_role_without_a_voice_speaks_with_the_sessions(spoken):
    """
    So its lines are looked for there.
    """
    call = spoken.stage.call
    desk = BillingDesk(call, "")
    assert call.voice.role_of(desk) == ""
    call.voices["billing"] = spoken.throat
    assert call.voice.role_of(desk) == "billing"
