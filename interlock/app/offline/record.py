"""Make a WAV of a sentence in the offline voice: `python -m interlock.app.offline.record "Hello." hello.wav`."""

import argparse
from pathlib import Path

import numpy as np

from interlock.app.offline.mouth import MANNERS, PiperTTS
from interlock.app.offline.sound import resampled
from interlock.app.offline.wav import write_mono

FILE_HZ = 16_000


def record(words: str, path: Path, *, voice: str = "joan") -> None:
    """Speak `words` into a 16-bit mono WAV at 16 kHz."""
    mouth = PiperTTS(voice=voice)
    sound = np.frombuffer(b"".join(mouth.sentences(words)), dtype=np.int16)
    write_mono(path, resampled(sound, mouth.sample_rate, FILE_HZ), FILE_HZ)


def main() -> None:
    """The command line: the words, the file, and `--voice`; exit code 2 where one is missing or unknown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words")
    parser.add_argument("path", type=Path)
    parser.add_argument("--voice", choices=sorted(MANNERS), default="joan")
    given = parser.parse_args()
    record(given.words, given.path, voice=given.voice)


if __name__ == "__main__":
    main()
