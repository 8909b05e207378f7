"""Ears and mouth with the real models, together: what is spoken is understood."""

import re
from itertools import cycle, product
from types import SimpleNamespace

import numpy as np
import pytest
from livekit import rtc

from interlock.app.calls.slower import SLOWER, slow_down
from interlock.app.offline.ears import WhisperSTT, was_said
from interlock.app.offline.mouth import MANNERS, PiperTTS
from interlock.app.offline.parsers import read
from interlock.app.offline.sound import framed
from tests.long import here_or_long
from tests.offline.hotel import NOW

SENTENCES = [
    "I would like a refund of ten euros, please.",
    "My router does not connect to the internet.",
    "Please call me back on Monday at ten.",
    "I was charged twice for my order.",
]
SPOKEN = here_or_long(list(zip(cycle(MANNERS), SENTENCES, strict=False)), list(product(MANNERS, SENTENCES)))
"""Each sentence once and each voice once; or all of them by all."""


@pytest.fixture(scope="module")
def ears() -> WhisperSTT:
    return WhisperSTT()


async def heard(ears: WhisperSTT, sound: rtc.AudioFrame | list[rtc.AudioFrame]) -> str:
    return (await ears.recognize(sound)).alternatives[0].text


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower().replace("ten", "10"))


@pytest.mark.slow
@pytest.mark.parametrize(("voice", "sentence"), SPOKEN)
async def test_what_each_voice_says_is_understood(ears, voice, sentence):
    """
    Word for word, on everyday sentences.
    """
    said = await PiperTTS(voice=voice).synthesize(sentence).collect()
    assert words(await heard(ears, said)) == words(sentence)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "sentence", "value"),
    [
        ("digits", "Four four seven one.", "4471"),
        ("digits", "My account number is one zero four two.", "1042"),
        ("phone", "You can reach me on oh two oh seven nine four six double oh one eight.", "02079460018"),
        ("datetime", "Tomorrow at three p m.", "2026-03-12T15:00:00+00:00"),
        ("yes_no", "Yes, please.", True),
        ("money", "Nineteen euros ninety.", 1990),
        ("name", "My name is Peter Smith.", "Peter Smith"),
    ],
)
async def test_values_survive_the_way_through_the_air(ears, kind, sentence, value):
    """
    Spoken, recognised, and read as the kind that was asked for.
    """
    said = await heard(ears, await PiperTTS().synthesize(sentence).collect())
    assert read(kind, said, NOW) == value, said


@pytest.mark.slow
async def test_the_same_text_gives_the_same_sound_and_the_same_words(ears):
    """
    So that a recorded call can be made again.
    """
    mouth = PiperTTS()
    one, two = [await mouth.synthesize(SENTENCES[0]).collect() for _ in range(2)]

    assert bytes(one.data) == bytes(two.data)
    assert await heard(ears, one) == await heard(ears, two)


@pytest.mark.slow
async def test_voices_and_speeds_differ():
    """
    So that the caller hears when another agent speaks.
    """
    lengths = {name: (await PiperTTS(voice=name).synthesize("Good afternoon.").collect()).duration for name in MANNERS}
    fast = await PiperTTS(speed=1.5).synthesize("Good afternoon.").collect()

    assert len({round(length, 3) for length in lengths.values()}) == len(MANNERS)
    assert fast.duration < 0.8 * lengths["joe"]


NOISES = {
    "silence": np.zeros(32_000),
    "hiss": np.random.default_rng(1).normal(0, 0.02, 32_000),
    "loud hiss": np.random.default_rng(2).normal(0, 0.1, 32_000),
    "hum": 0.1 * np.sin(np.arange(32_000) * 2 * np.pi * 50 / 16_000),
    "a click": np.eye(1, 32_000, 8_000)[0],
}


@pytest.mark.slow
@pytest.mark.parametrize("noise", NOISES)
async def test_nothing_is_made_up_where_nobody_spoke(ears, noise):
    """
    Whisper answers silence with "you" and "Thank you.".
    """
    assert await heard(ears, framed((NOISES[noise] * 32767).astype(np.int16), 16_000)) == ""


@pytest.mark.slow
async def test_any_rate_any_channels_and_many_frames_are_heard(ears):
    """
    As rooms and files deliver them.
    """
    said = await PiperTTS().synthesize(SENTENCES[1]).collect()
    mono = np.frombuffer(said.data, dtype=np.int16)
    stereo = np.repeat(mono, 2)
    whole = rtc.AudioFrame(stereo.tobytes(), said.sample_rate, 2, mono.size)
    pieces = [framed(mono[i : i + 441], said.sample_rate) for i in range(0, mono.size, 441)]

    assert words(await heard(ears, whole)) == words(SENTENCES[1])
    assert words(await heard(ears, pieces)) == words(SENTENCES[1])


@pytest.mark.parametrize(
    ("text", "no_speech", "sure", "looping", "said"),
    [
        ("Thank you.", 0.1, -0.3, 0.8, True),
        ("Thank you.", 0.5, -0.3, 0.8, False),
        ("My router is broken.", 0.5, -0.3, 0.8, True),
        ("My router is broken.", 0.7, -0.3, 0.8, False),
        ("you", 0.2, -1.3, 0.8, False),
        ("go go go go go go", 0.1, -0.3, 3.0, False),
        ("[BLANK_AUDIO]", 0.4, -0.3, 0.8, False),
        (" . .", 0.4, -0.3, 0.8, False),
    ],
)
def test_what_whisper_doubts_itself_is_not_taken_for_words(text, no_speech, sure, looping, said):
    """
    A polite phrase is kept when somebody clearly said it.
    """
    stretch = SimpleNamespace(text=text, no_speech_prob=no_speech, avg_logprob=sure, compression_ratio=looping)
    assert was_said(stretch) is said


@pytest.mark.slow
async def test_the_embedded_voice_speaks_slower_when_asked():
    """
    From the next sentence on, by the factor all voices are slowed by, and no lower.
    """
    mouth = PiperTTS()
    before = (await mouth.synthesize(SENTENCES[0]).collect()).duration
    assert slow_down(mouth)
    assert (await mouth.synthesize(SENTENCES[0]).collect()).duration == pytest.approx(before / SLOWER, rel=0.1)
