"""The offline ears: faster-whisper with tiny.en behind LiveKit's STT interface."""

import asyncio
import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from livekit import rtc
from livekit.agents import DEFAULT_API_CONNECT_OPTIONS, NOT_GIVEN, APIConnectOptions, stt, utils
from livekit.agents.language import LanguageCode
from livekit.agents.types import NotGivenOr
from livekit.agents.utils import AudioBuffer

from interlock.app.offline.models import need, whisper_folder
from interlock.app.offline.sound import mono, resampled

WHISPER_HZ = 16_000
BEAMS = 3
THREADS = 2

QUIET = 0.003
"""Loudness (root mean square, full scale 1) below which nobody spoke: whisper answers silence with "Thank you."."""
NO_SPEECH, DOUBTFUL = 0.6, 0.3
"""Whisper's own probability that a stretch holds no speech: dropped above the first, and above the second when what
it wrote is something it is known to write for noise."""
UNSURE, LOOPING = -1.2, 2.4
"""Mean log probability below which, and text compression ratio above which what it wrote is made up."""

_WRITTEN_FOR_NOISE = re.compile(
    r"\W*(?:thank you(?: very much| for watching)?|thanks for watching|you|bye|please subscribe|the end"
    r"|\[.*\]|\(.*\))?\W*",
    re.I,
)


class WhisperSTT(stt.STT[Any]):
    """Recognises whole utterances, 0.5 s each on two cores; LiveKit cuts the utterances with its voice detection.

    `model` is a CTranslate2 Whisper folder, tiny.en by default. Loads when made; raises `OfflineModelError` when the
    extra is missing. The same audio always gives the same words.
    """

    def __init__(self, *, model: Path | None = None) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=False, interim_results=False))
        whisper = need("faster_whisper", "speech recognition", "faster-whisper")
        folder = str(whisper_folder(model))
        self._whisper: Any = whisper.WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=THREADS)
        self._one_at_a_time = threading.Lock()

    @property
    def model(self) -> str:
        """The model's name, as LiveKit's metrics have it."""
        return "whisper-tiny.en"

    @property
    def provider(self) -> str:
        """Who serves it: this process."""
        return "offline"

    async def _recognize_impl(
        self,
        buffer: AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> stt.SpeechEvent:
        sound = samples(rtc.combine_audio_frames(buffer))
        text = await asyncio.to_thread(self._words, sound)
        said = stt.SpeechData(language=LanguageCode("en"), text=text, confidence=1.0 if text else 0.0)
        return stt.SpeechEvent(stt.SpeechEventType.FINAL_TRANSCRIPT, utils.shortuuid("offline_"), [said])

    def _words(self, sound: npt.NDArray[np.float32]) -> str:
        if sound.size == 0 or float(np.sqrt(np.mean(sound**2))) < QUIET:
            return ""
        # Whisper pads each window to the 30 s it was trained on; a shorter one makes it repeat itself.
        with self._one_at_a_time:
            stretches, _ = self._whisper.transcribe(
                sound,
                language="en",
                beam_size=BEAMS,
                temperature=0.0,
                condition_on_previous_text=False,
                without_timestamps=True,
            )
            return " ".join(s.text.strip() for s in stretches if was_said(s)).strip()


def was_said(stretch: Any) -> bool:
    """Whether a stretch of Whisper's text is what somebody said, and not what it writes for noise."""
    if stretch.no_speech_prob > NO_SPEECH or stretch.avg_logprob < UNSURE or stretch.compression_ratio > LOOPING:
        return False
    return not (stretch.no_speech_prob > DOUBTFUL and _WRITTEN_FOR_NOISE.fullmatch(stretch.text.strip()))


def samples(frame: rtc.AudioFrame) -> npt.NDArray[np.float32]:
    """A frame's sound as Whisper takes it: 16 kHz, full scale 1."""
    return np.asarray(resampled(mono(frame), frame.sample_rate, WHISPER_HZ) / 32768.0, dtype=np.float32)
