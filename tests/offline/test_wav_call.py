"""The line without a room: what the agent's loudspeaker reports, and when the caller speaks."""

import asyncio
from types import SimpleNamespace

import numpy as np
import pytest
from livekit import rtc
from livekit.agents import AgentStateChangedEvent

from interlock.app.offline.sound import framed
from interlock.app.offline.speaker import Speaker
from interlock.app.offline.wav import CALL_HZ, Wav, read_wav
from interlock.app.offline.wav_call import FRAME, CallerTiming, WavCall

FRAMES_A_SECOND = CALL_HZ // FRAME
SECOND = np.full(CALL_HZ, 1000, dtype=np.int16)


class Time:
    """Line time as a test sets it."""

    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


class Ears(list):
    """What a loudspeaker reported, in order."""

    def __init__(self, speaker: Speaker) -> None:
        super().__init__()
        speaker.on("playback_started", lambda _: self.append("started"))
        speaker.on("playback_finished", lambda e: self.append((round(e.playback_position, 3), e.interrupted)))


async def test_an_interrupted_segment_reports_how_far_it_came():
    """
    And only that much is on the recording.
    """
    time = Time()
    speaker = Speaker(time)
    ears = Ears(speaker)
    time.s = 5.0
    await speaker.capture_frame(framed(SECOND, CALL_HZ))
    await speaker.capture_frame(framed(SECOND, CALL_HZ))
    time.s = 6.25

    speaker.clear_buffer()

    assert ears == ["started", (1.25, True)]
    assert [(at, sound.size) for at, sound in speaker.track] == [(5.0, CALL_HZ), (6.0, CALL_HZ // 4)]
    assert not speaker.playing


async def test_a_segment_that_played_out_reports_all_of_it():
    """
    Once, after the last sample; the session waits for that.
    """
    time = Time()
    speaker = Speaker(time)
    ears = Ears(speaker)
    await speaker.capture_frame(framed(SECOND, CALL_HZ))
    time.s = 1.0
    speaker.flush()

    await speaker.wait_for_playout()

    assert ears == ["started", (1.0, False)]


async def test_frames_after_an_interruption_belong_to_nobody():
    """
    Until the flush that ends the segment: else a cut-off sentence would go on.
    """
    speaker = Speaker(Time())
    ears = Ears(speaker)
    await speaker.capture_frame(framed(SECOND, CALL_HZ))
    speaker.clear_buffer()
    await speaker.capture_frame(framed(SECOND, CALL_HZ))
    speaker.flush()
    assert ears == ["started", (0.0, True)]

    await speaker.capture_frame(framed(SECOND, CALL_HZ))

    assert ears == ["started", (0.0, True), "started"]


async def test_an_interruption_after_the_flush_is_reported_once():
    """
    The wait for the end is over then.
    """
    time = Time()
    speaker = Speaker(time)
    ears = Ears(speaker)
    await speaker.capture_frame(framed(SECOND, CALL_HZ))
    speaker.flush()
    time.s = 0.5
    speaker.clear_buffer()

    await speaker.wait_for_playout()
    await speaker.aclose()

    assert ears == ["started", (0.5, True)]


async def test_what_was_not_heard_before_a_pause_plays_after_it():
    """
    And is on the recording where it was heard.
    """
    time = Time()
    speaker = Speaker(time)
    ears = Ears(speaker)
    await speaker.capture_frame(framed(SECOND, CALL_HZ))
    time.s = 0.25
    speaker.pause()
    time.s = 3.0
    speaker.resume()
    time.s = 3.75
    speaker.flush()
    await speaker.wait_for_playout()

    assert ears == ["started", (1.0, False)]
    assert [(at, sound.size) for at, sound in speaker.track] == [(0.0, CALL_HZ // 4), (3.0, CALL_HZ * 3 // 4)]


async def test_nothing_is_heard_of_a_segment_that_never_left_a_pause():
    """
    Nobody heard it begin either.
    """
    time = Time()
    speaker = Speaker(time)
    ears = Ears(speaker)
    speaker.pause()
    await speaker.capture_frame(framed(SECOND, CALL_HZ))
    time.s = 2.0
    speaker.clear_buffer()

    assert ears == [(0.0, True)]
    assert speaker.started == 0


class Agent(rtc.EventEmitter):
    """A session's four ends that a line touches, and an agent that answers every caller with a second of sound."""

    def __init__(self) -> None:
        super().__init__()
        self.input, self.output = SimpleNamespace(audio=None), SimpleNamespace(audio=None)

    def becomes(self, old: str, new: str) -> None:
        self.emit("agent_state_changed", AgentStateChangedEvent(old_state=old, new_state=new))

    async def say(self) -> None:
        self.becomes("listening", "speaking")
        await self.output.audio.capture_frame(framed(SECOND, CALL_HZ))
        self.output.audio.flush()
        await self.output.audio.wait_for_playout()
        self.becomes("speaking", "listening")

    async def talk(self, answers: int) -> None:
        """Greet, then answer that many times, each a second after the caller has fallen silent: longer than a pause."""
        self.answer = asyncio.create_task(self.say())
        silent = -1
        async for frame in self.input.audio:
            if np.any(frame.data):
                silent = 0
            elif silent >= 0:
                silent += 1
            if silent == FRAMES_A_SECOND and answers:
                answers, silent = answers - 1, -1
                self.answer = asyncio.create_task(self.say())


def caller(tmp_path, seconds: float) -> Wav:
    return Wav(tmp_path / "caller.wav", np.full(int(seconds * CALL_HZ), 500, dtype=np.int16))


async def test_the_caller_waits_for_each_answer_and_the_call_ends_after_the_last(tmp_path):
    """
    The recording has both voices, each on its side, never at the same time.
    """
    begun: list[int] = []
    line = WavCall([caller(tmp_path, 0.5)] * 3, timing=CallerTiming(speed=10), on_turn=begun.append)
    agent = Agent()
    line.attach(agent)

    talk = asyncio.create_task(agent.talk(answers=3))
    await asyncio.wait_for(line.finished(), 10)
    await line.aclose()
    await talk

    left, right = line.tracks()
    assert begun == [0, 1, 2]
    assert left.size == right.size
    assert (left != 0).sum() == 3 * CALL_HZ // 2
    assert (right != 0).sum() == 4 * CALL_HZ
    assert not np.any((left != 0) & (right != 0))


async def test_a_caller_who_gets_no_answer_goes_on_when_patience_ends(tmp_path):
    """
    A line never hangs on an agent that stays silent.
    """
    begun: list[int] = []
    line = WavCall([caller(tmp_path, 0.1)] * 2, timing=CallerTiming(patience=1.0, speed=10), on_turn=begun.append)
    agent = Agent()
    line.attach(agent)
    agent.becomes("initializing", "listening")

    frames = [frame async for frame in agent.input.audio]

    assert begun == [0, 1]
    assert {frame.samples_per_channel for frame in frames} == {FRAME}


async def test_a_caller_cuts_in_on_the_answer_where_told_to(tmp_path):
    """
    So many seconds into it, and on no other.
    """
    line = WavCall([caller(tmp_path, 0.2)], timing=CallerTiming(speed=20), barge_in={0: 0.5})
    agent = Agent()
    line.attach(agent)

    greeting = asyncio.create_task(agent.say())
    frame = await anext(agent.input.audio)
    while not np.any(frame.data):
        frame = await anext(agent.input.audio)

    assert line.speaker.playing
    assert line.speaker.playing_for >= 0.5
    await line.aclose()
    greeting.cancel()


async def test_a_caller_does_not_cut_into_the_same_words_twice(tmp_path):
    """
    The second time is for the answer to the first.
    """
    begun: list[int] = []
    wavs = [caller(tmp_path, 0.1)] * 2
    line = WavCall(wavs, timing=CallerTiming(speed=10, patience=60.0), barge_in={0: 0.1, 1: 0.1}, on_turn=begun.append)
    agent = Agent()
    line.attach(agent)
    greeting = asyncio.create_task(agent.say())

    async for _ in agent.input.audio:
        if greeting.done():
            break

    assert begun == [0]
    await line.aclose()


async def test_a_call_at_work_is_not_talked_into(tmp_path):
    """
    While an effect runs the agent listens, but the call is not at rest.
    """
    begun: list[int] = []
    line = WavCall(
        [caller(tmp_path, 0.1)],
        timing=CallerTiming(patience=4.0, speed=10),
        at_rest=lambda: False,
        on_turn=begun.append,
    )
    agent = Agent()
    line.attach(agent)
    talk = asyncio.create_task(agent.talk(answers=0))

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(line.finished(), 0.3)

    assert line.now() > CallerTiming.pause + 1.0
    assert begun == []
    await line.aclose()
    await talk


async def test_the_agent_hanging_up_ends_the_line(tmp_path):
    """
    Even with words left to say.
    """
    line = WavCall([caller(tmp_path, 0.1)])
    agent = Agent()
    line.attach(agent)

    agent.emit("close", SimpleNamespace())

    await asyncio.wait_for(line.finished(), 1)
    with pytest.raises(StopAsyncIteration):
        await anext(agent.input.audio)


async def test_the_call_is_written_caller_left_agent_right(tmp_path):
    """
    As a WAV that any player opens.
    """
    line = WavCall([])
    line.speaker.track.append((0.5, SECOND))

    line.write(tmp_path / "call.wav")

    read = read_wav(tmp_path / "call.wav")
    assert read.seconds == pytest.approx(1.5)
    assert read.sound[: CALL_HZ // 2].max() == 0
    assert read.sound[CALL_HZ // 2 :].min() == 500
