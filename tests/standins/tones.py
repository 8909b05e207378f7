"""Each voice its own tone, and who speaks by listening to it."""

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

Sound = np.ndarray[Any, np.dtype[np.int16]]

LOWEST_HZ, STEP_HZ, TONES = 400.0, 60.0, 40
"""The tones are 400, 460, ... 2740 Hz: each survives a telephone codec, and no two are close."""
LOUDNESS = 8_000
FADE_S = 0.005
QUIET = 200
"""Root mean square below which nobody speaks (full scale 32768)."""
NEAR_HZ = 20.0
PURE = 0.6
"""The part of the energy near the strongest tone from which one voice is heard, and not a mixture or noise."""


class Voices(dict[str, float]):
    """Voice id -> Hz; a voice that is new gets a tone of its own, the same in every process unless two collide."""

    def __missing__(self, voice: str) -> float:
        taken = set(self.values())
        start = zlib.crc32(voice.encode())
        for turn in range(TONES):
            hz = LOWEST_HZ + STEP_HZ * ((start + turn) % TONES)
            if hz not in taken:
                self[voice] = hz
                return hz
        raise ValueError(f"{len(self)} voices, expected at most {TONES}: name the new one's tone yourself")


def tone(frequency: float, seconds: float, hz: int) -> Sound:
    """One utterance of a voice: a pure tone, faded in and out."""
    count = round(seconds * hz)
    wave = LOUDNESS * np.sin(2 * np.pi * frequency * np.arange(count) / hz)
    fade = np.minimum(np.arange(count), np.arange(count)[::-1]) / (FADE_S * hz)
    return np.asarray(wave * np.clip(fade, 0, 1), dtype=np.int16)


def voice_of(samples: Sound, hz: int, voices: Mapping[str, float]) -> str | None:
    """Who speaks through most of this sound; None for silence, noise, or a voice that is not listed."""
    wave = samples.astype(np.float64)
    if not wave.size or np.sqrt(np.mean(wave**2)) < QUIET:
        return None
    power = np.abs(np.fft.rfft(wave * np.hanning(wave.size))) ** 2
    frequencies = np.fft.rfftfreq(wave.size, 1 / hz)
    peak = float(frequencies[np.argmax(power)])
    width = max(NEAR_HZ, 3 * hz / wave.size)
    if power[np.abs(frequencies - peak) <= width].sum() < PURE * power.sum():
        return None
    voice = min(voices, key=lambda voice: abs(voices[voice] - peak), default=None)
    return voice if voice is not None and abs(voices[voice] - peak) <= NEAR_HZ else None


def voices_in(samples: Sound, hz: int, voices: Mapping[str, float], window_s: float = 0.1) -> list[str]:
    """Who speaks, in order, each voice once per turn; windows without one clear voice are passed over."""
    size = round(window_s * hz)
    heard: list[str] = []
    for at in range(0, samples.size - size + 1, size):
        voice = voice_of(samples[at : at + size], hz, voices)
        if voice is not None and heard[-1:] != [voice]:
            heard.append(voice)
    return heard
