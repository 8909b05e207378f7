"""WAV files in and out: what callers say, and the record of a whole call."""

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from interlock.app.offline.sound import Sound, mixed, resampled
from interlock.app.private import opened

CALL_HZ = 24_000
"""The rate of the line, as LiveKit's rooms have it."""

LONGEST_S = 300
LOWEST_HZ, HIGHEST_HZ = 8_000, 192_000


class WavError(Exception):
    """A WAV file that cannot be played into a call; one line that says what was found and what was expected."""

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(f"{path}: {found}, expected a 16-bit PCM WAV, mono or stereo, up to {LONGEST_S // 60} minutes")


@dataclass(frozen=True)
class Wav:
    """One file's sound at the rate of the line."""

    path: Path
    sound: Sound

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return self.sound.size / CALL_HZ


def read_wav(path: Path) -> Wav:
    """A file of any rate, one or two channels, at the rate of the line. Raises `WavError`."""
    try:
        with path.open("rb") as file, wave.open(file) as wav:
            _check(path, wav)
            data = wav.readframes(wav.getnframes())
            hz, channels = wav.getframerate(), wav.getnchannels()
    except OSError as error:
        raise WavError(path, _why(error)) from None
    except (wave.Error, EOFError) as error:
        raise WavError(path, f"no WAV that can be read ({str(error) or 'cut short'})") from None
    whole = len(data) // (2 * channels) * 2 * channels
    if not whole:
        raise WavError(path, "no sound in it")
    return Wav(path, resampled(mixed(np.frombuffer(data[:whole], dtype=np.int16), channels), hz, CALL_HZ))


def write_stereo(path: Path, left: Sound, right: Sound) -> None:
    """Two tracks of equal length, 16 bit at the rate of the line."""
    with opened(path) as file, wave.open(file, "wb") as wav:
        wav.setnchannels(2)
        wav.setsampwidth(2)
        wav.setframerate(CALL_HZ)
        wav.writeframes(np.column_stack((left, right)).tobytes())


def write_mono(path: Path, sound: Sound, hz: int = CALL_HZ) -> None:
    """One track of 16-bit samples at `hz`, a call's own rate unless given."""
    with opened(path) as file, wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(hz)
        wav.writeframes(sound.tobytes())


def _check(path: Path, wav: wave.Wave_read) -> None:
    bits, channels, hz = wav.getsampwidth() * 8, wav.getnchannels(), wav.getframerate()
    if bits != 16:
        raise WavError(path, f"{bits} bits a sample")
    if channels not in (1, 2):
        raise WavError(path, f"{channels} channels")
    if not LOWEST_HZ <= hz <= HIGHEST_HZ:
        raise WavError(path, f"{hz} samples a second")
    held = min(wav.getnframes(), path.stat().st_size // (2 * channels))
    if held > LONGEST_S * hz:
        raise WavError(path, f"{held / hz / 60:.0f} minutes long")


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    return "a folder" if isinstance(error, IsADirectoryError) else f"cannot be opened ({error.strerror})"
