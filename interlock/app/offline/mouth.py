"""The offline mouth: a Piper voice behind LiveKit's TTS interface.

piper-tts is GPL-3 and stays an optional extra: nothing outside this file imports it, and a flow speaks through any
other TTS just as well.
"""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from livekit.agents import DEFAULT_API_CONNECT_OPTIONS, APIConnectOptions, tts, utils

from interlock.app.offline.models import need, piper_voice
from interlock.app.offline.sound import resampled


@dataclass(frozen=True, slots=True)
class Manner:
    """How the one packaged voice is made to sound like several: higher or lower, slower or faster."""

    pitch: float = 1.0
    pace: float = 1.0


MANNERS = {"joe": Manner(), "joan": Manner(pitch=1.14, pace=1.02), "jonas": Manner(pitch=0.9, pace=0.97)}
"""Voices by name; the pitch is the factor of the frequency, the pace that of the speed."""


class PiperTTS(tts.TTS[Any]):
    """Speaks sentence by sentence, at 0.07 of real time; the same text always gives the same sound.

    `voice` is a name in `MANNERS`, `speed` a factor on top of it, `model` a Piper voice file of your own. Loads when
    made; raises `OfflineModelError` when the extra is missing, `ValueError` for an unknown voice.
    """

    def __init__(self, *, voice: str = "joe", speed: float = 1.0, model: Path | None = None) -> None:
        if voice not in MANNERS:
            raise ValueError(f"there is no offline voice {voice!r}, expected one of {', '.join(MANNERS)}")
        piper = need("piper", "speech", "piper-tts")
        logging.getLogger("piper.voice").setLevel(logging.INFO)  # at DEBUG it writes down what is said
        self._voice: Any = piper.PiperVoice.load(piper_voice(model))
        self._manner = MANNERS[voice]
        self._style: Any = piper.SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0, volume=0.7)
        self.update_options(speed=speed)
        capabilities = tts.TTSCapabilities(streaming=False)
        super().__init__(capabilities=capabilities, sample_rate=self._voice.config.sample_rate, num_channels=1)

    @property
    def model(self) -> str:
        """The model's name, as LiveKit's metrics have it."""
        return "piper"

    @property
    def provider(self) -> str:
        """Who serves it: this process."""
        return "offline"

    def update_options(self, *, speed: float) -> None:
        """Speak at this speed from the next sentence on."""
        self._style.length_scale = self._manner.pitch / (speed * self._manner.pace)

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        """The sound of a text, its first sentence as soon as it is made."""
        return _Utterance(tts=self, input_text=text, conn_options=conn_options)

    def sentences(self, text: str) -> Iterator[bytes]:
        """16-bit mono sound at `sample_rate`, one piece a sentence; blocks while it is made."""
        for sentence in self._voice.synthesize(text, self._style):
            yield resampled(
                sentence.audio_int16_array, round(self.sample_rate * self._manner.pitch), self.sample_rate
            ).tobytes()


class _Utterance(tts.ChunkedStream):
    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        mouth = self._tts
        assert isinstance(mouth, PiperTTS)
        output_emitter.initialize(
            request_id=utils.shortuuid("offline_"),
            sample_rate=mouth.sample_rate,
            num_channels=1,
            mime_type="audio/pcm",
        )
        sentences = mouth.sentences(self._input_text)
        while (sound := await asyncio.to_thread(next, sentences, None)) is not None:
            output_emitter.push(sound)
        output_emitter.flush()
