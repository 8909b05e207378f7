"""WAV files that can be played into a call, and those that cannot."""

import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from interlock.app.offline.wav import CALL_HZ, WavError, read_wav, write_mono, write_stereo

TONE = (8000 * np.sin(np.arange(CALL_HZ) * 2 * np.pi * 440 / CALL_HZ)).astype(np.int16)


def wav(path: Path, *, hz: int = 16_000, channels: int = 1, width: int = 2, data: bytes = b"\1\0" * 320) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, hz, 0, "NONE", ""))
        file.writeframes(data)
    return path


def floats(path: Path) -> Path:
    fmt = struct.pack("<HHIIHH", 3, 1, 16_000, 64_000, 4, 32)
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", 4) + b"\0" * 4
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


BAD = {
    "missing": (lambda p: p, "no such file"),
    "a folder": (folder, "a folder"),
    "no bytes": (lambda p: written(p, b""), "no WAV that can be read"),
    "text": (lambda p: written(p, b"hello, this is no sound"), "no WAV that can be read"),
    "cut in the header": (lambda p: written(p, wav(p).read_bytes()[:20]), "no WAV that can be read"),
    "cut before the sound": (lambda p: written(p, wav(p).read_bytes()[:45]), "no sound in it"),
    "float samples": (floats, "no WAV that can be read"),
    "no samples": (lambda p: wav(p, data=b""), "no sound in it"),
    "8 bits": (lambda p: wav(p, width=1), "8 bits a sample"),
    "24 bits": (lambda p: wav(p, width=3, data=b"\0" * 300), "24 bits a sample"),
    "six channels": (lambda p: wav(p, channels=6, data=b"\0" * 120), "6 channels"),
    "too slow": (lambda p: wav(p, hz=100), "100 samples a second"),
    "hours": (lambda p: wav(p, hz=8_000, data=bytes(2 * 8_000 * 360)), "6 minutes long"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_cannot_be_played_is_refused_in_one_line(tmp_path, kind):
    """
    Which says what was found and what was expected.
    """
    make, found = BAD[kind]

    with pytest.raises(WavError) as raised:
        read_wav(make(tmp_path / "caller.wav"))

    assert "caller.wav: " in str(raised.value)
    assert found in str(raised.value)
    assert "expected a 16-bit PCM WAV" in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("hz", [8_000, 16_000, 22_050, 24_000, 44_100, 48_000])
def test_any_rate_is_brought_to_the_lines(tmp_path, hz):
    """
    Without becoming longer or shorter, give or take the resampler's edges.
    """
    read = read_wav(wav(tmp_path / "a.wav", hz=hz, data=b"\1\0" * hz))

    assert read.seconds == pytest.approx(1.0, abs=0.01)


def test_stereo_is_mixed_to_one_channel(tmp_path):
    """
    A caller on one side only is heard at half the loudness.
    """
    write_stereo(tmp_path / "s.wav", TONE, np.zeros_like(TONE))

    assert np.abs(read_wav(tmp_path / "s.wav").sound).max() == pytest.approx(4000, abs=2)


def test_what_was_written_is_read_again(tmp_path):
    """
    Sample by sample at the line's own rate.
    """
    write_mono(tmp_path / "m.wav", TONE)

    assert np.array_equal(read_wav(tmp_path / "m.wav").sound, TONE)
