"""The ElevenLabs stand-in, asked by the real plugin, and listened to."""

import asyncio

import aiohttp
import numpy as np
import pytest

from tests.standins.clients import HZ, ONCE, speak, synthesize, voice
from tests.standins.elevenlabs import ElevenLabs
from tests.standins.tones import Voices, tone, voice_of, voices_in

TEXT = "Good morning. How can I help you?"


async def test_speech_lasts_as_long_as_its_text_and_its_words_are_timed(http: aiohttp.ClientSession):
    """
    Fifty milliseconds a character, and every word with the time it is spoken at.
    """
    async with ElevenLabs() as elevenlabs:
        speaker = voice(elevenlabs.base_url, http)
        came = await speak(speaker, TEXT)
        await speaker.aclose()
        spoken = "".join(heard.what["text"] + " " for heard in elevenlabs.log.of("speak"))
    assert came.error is None
    assert spoken == f"{TEXT} "
    assert came.seconds == pytest.approx(0.05 * len(spoken))
    assert "".join(map(str, came.parts)) == spoken
    starts = [word.start_time for word in came.parts]
    assert starts == sorted(starts)
    assert came.parts[-1].end_time == pytest.approx(came.seconds)


async def test_who_speaks_can_be_heard(http: aiohttp.ClientSession):
    """
    Three voices one after the other, over the WebSocket and over HTTP, are told apart by their tones.
    """
    async with ElevenLabs({"anna": 500.0}) as elevenlabs:
        heard = []
        for name, way in (("anna", speak), ("bert", speak), ("anna", synthesize), ("carla", synthesize)):
            speaker = voice(elevenlabs.base_url, http, name)
            heard += (await way(speaker)).sound
            await speaker.aclose()
    assert voices_in(np.concatenate(heard), HZ, elevenlabs.voices) == ["anna", "bert", "anna", "carla"]


async def test_utterances_at_the_same_time_share_a_connection(http: aiohttp.ClientSession):
    """
    Each context gets its own sound, and all of it.
    """
    async with ElevenLabs() as elevenlabs:
        speaker = voice(elevenlabs.base_url, http)
        await speak(speaker, "First.")
        came = await asyncio.gather(*(speak(speaker, text) for text in ("One.", "Twenty-two.")))
        await speaker.aclose()
    assert [each.seconds for each in came] == [0.25, 0.6]
    assert len(elevenlabs.log.of("socket")) == 1


async def test_an_utterance_broken_off_is_closed(http: aiohttp.ClientSession):
    """
    A caller who interrupts ends the context, and the next utterance is whole.
    """
    async with ElevenLabs() as elevenlabs:
        speaker = voice(elevenlabs.base_url, http)
        async with speaker.stream(conn_options=ONCE) as stream:
            stream.push_text("This goes on. And on.")
            stream.flush()
            await elevenlabs.log.wait("speak")
        await elevenlabs.log.wait("closed")
        came = await speak(speaker, "Yes?")
        await speaker.aclose()
    assert came.seconds == 0.25


@pytest.mark.parametrize(("encoding", "status"), [("mp3_22050_32", 400), ("pcm_22050", 404)])
async def test_what_the_provider_would_not_say_is_refused(http: aiohttp.ClientSession, encoding, status):
    """
    An encoding that is not PCM, and a voice that is not in the account.
    """
    async with ElevenLabs({"anna": 500.0}, strict=True) as elevenlabs:
        speaker = voice(elevenlabs.base_url, http, "nobody")
        speaker._opts.encoding = encoding
        came = await speak(speaker)
        await speaker.aclose()
    assert came.error.status_code == status


def test_voices_without_a_tone_get_one_each():
    """
    The same one in every process, and none twice.
    """
    voices = Voices(anna=500.0)
    tones = [voices[f"voice-{at}"] for at in range(30)]
    assert len(set(tones)) == 30
    assert tones[0] == 940.0


def test_too_many_voices():
    """
    More voices than tones is an error, not a voice that sounds like another.
    """
    voices = Voices()
    with pytest.raises(ValueError, match="40 voices, expected at most 40"):
        [voices[str(at)] for at in range(41)]


def noise(seconds: float) -> np.ndarray:
    return np.random.default_rng(7).normal(0, 3000, round(seconds * HZ)).astype(np.int16)


@pytest.mark.parametrize(
    ("sound", "heard"),
    [
        (tone(500, 0.2, HZ), "anna"),
        (tone(508, 0.2, HZ), "anna"),
        (tone(560, 0.2, HZ) + noise(0.2) // 10, "bert"),
        (tone(900, 0.2, HZ), None),
        (tone(500, 0.2, HZ) // 2 + tone(560, 0.2, HZ) // 2, None),
        (noise(0.2), None),
        (np.zeros(HZ, dtype=np.int16), None),
        (np.zeros(0, dtype=np.int16), None),
    ],
    ids=["hers", "nearly", "his with noise", "nobody's", "both at once", "noise", "silence", "nothing"],
)
def test_a_voice_is_heard_only_where_it_is_clear(sound, heard):
    """
    One clear tone of the table is a voice; a mixture, noise and silence are none.
    """
    assert voice_of(sound, HZ, {"anna": 500.0, "bert": 560.0}) == heard
