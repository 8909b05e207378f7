"""Which tone a sound is: each voice of the stand-in TTS has its own, so that a test hears who speaks."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from interlock.app.offline.sound import Sound

HZ = 24_000
WINDOW_S = 0.1  # one look, and so 10 Hz between the frequencies told apart
QUIET = 100  # root mean square of 16-bit samples under which nobody speaks
NEAR_HZ = 15.0
PAUSE_S = 0.4  # a shorter gap does not end what a voice says


@dataclass(frozen=True, slots=True)
class Spoken:
    """One voice without a pause, in seconds of the listener's clock."""

    voice: str
    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch of sound and when it arrived, in seconds of the listener's clock."""

    at: float
    sound: Sound


def loudness(sound: Sound) -> float:
    """Root mean square of 16-bit samples; 0 for no sound."""
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) if sound.size else 0.0


def tone_of(sound: Sound) -> float | None:
    """The strongest frequency in Hz, or None when it is quiet."""
    if loudness(sound) < QUIET:
        return None
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(sound.size)))
    return float(np.argmax(spectrum) * HZ / sound.size)


def tone(hz: float, seconds: float, level: float = 8000.0) -> Sound:
    """A sine to send."""
    return (level * np.sin(2 * np.pi * hz * np.arange(int(seconds * HZ)) / HZ)).astype(np.int16)


def spoken(heard: list[Heard], voices: Mapping[str, float]) -> list[Spoken]:
    """Who spoke when, in order: `voices` gives each one's tone in Hz; other sounds are left out."""
    found: list[Spoken] = []
    for at, window in _windows(heard):
        voice = _nearest(tone_of(window), voices)
        if voice is None:
            continue
        last = found[-1] if found else None
        if last and last.voice == voice and at - last.end < PAUSE_S:
            found[-1] = Spoken(voice, last.begin, at + WINDOW_S)
        else:
            found.append(Spoken(voice, at, at + WINDOW_S))
    return found


def _nearest(hz: float | None, voices: Mapping[str, float]) -> str | None:
    if hz is None or not voices:
        return None
    voice = min(voices, key=lambda name: abs(voices[name] - hz))
    return voice if abs(voices[voice] - hz) <= NEAR_HZ else None


def _windows(heard: list[Heard]) -> list[tuple[float, Sound]]:
    size = int(WINDOW_S * HZ)
    windows: list[tuple[float, Sound]] = []
    parts: list[Sound] = []
    held, began = 0, 0.0
    for part in heard:
        began = part.at if not parts else began
        parts.append(part.sound)
        held += part.sound.size
        if held >= size:
            windows.append((began, np.concatenate(parts)[:size]))
            parts, held = [], 0
    return windows
