"""What callers say, and ears that know it again: shipped recordings, and whatever the offline mouth speaks.

Each utterance has a faint whistle of its own under the speech. On a machine so busy that sound arrives with gaps,
comparing loudness curves fails, and a test would blame a call for what its recogniser did.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import numpy as np

from interlock.app.offline.mouth import PiperTTS
from interlock.app.offline.sound import Sound, resampled
from interlock.app.offline.wav import CALL_HZ, read_wav
from tests.standins.ears import loudness

SPEECH = Path(__file__).parents[2] / "app/callers/support"
QUIET_MS = 700
"""What ends a turn to ears that know utterances: longer than the stand-in's own, for sound that arrives with gaps."""
LOWEST_HZ, STEP_HZ = 3000.0, 90.0
FAINT = 400.0
"""The whistle's amplitude, of 32768; speech has a root mean square of some 3000."""
NEAR_HZ = 4.0
WHOLE = 0.6
"""The part of an utterance's loud time that must arrive: with less, its words are not taken as heard."""


class Whistles:
    """`Ears` that know utterances by their whistles, in any order and for any number of calls at once."""

    def __init__(self, sounds: Mapping[str, Sound], whistles: Mapping[str, float]) -> None:
        self._whistles = dict(whistles)
        self._loud = {words: loudness(sound, CALL_HZ).size for words, sound in sounds.items()}

    def guess(self) -> str | None:
        """Not before the end."""
        return None

    async def words(self, utterance: Sound, hz: int) -> str:
        """The words of the loudest whistle; in brackets when most of the speech is missing."""
        spectrum = np.abs(np.fft.rfft(utterance * np.hanning(utterance.size))) ** 2
        frequencies = np.fft.rfftfreq(utterance.size, 1 / hz)

        def power(whistle: float) -> float:
            return float(spectrum[np.abs(frequencies - whistle) <= NEAR_HZ].sum())

        words = max(self._whistles, key=lambda text: power(self._whistles[text]))
        share = loudness(utterance, hz).size / self._loud[words]
        return words if share >= WHOLE else f"(only {share:.0%} of what was said)"


class Utterances(Whistles):
    """Any words, spoken by the offline mouth, and the ears that know them."""

    def __init__(self, words: Iterable[str]) -> None:
        whistles = {text: _whistle(nth) for nth, text in enumerate(words)}
        self._sounds = {text: whistled(_spoken(text), whistle) for text, whistle in whistles.items()}
        super().__init__(self._sounds, whistles)

    def sound(self, words: str) -> Sound:
        """Real speech at the rate of the line, whistle and all."""
        return self._sounds[words]


class Recordings(Whistles):
    """The ears that know shipped recordings: the words of each, and its name."""

    def __init__(self, names: Mapping[str, str]) -> None:
        sounds = {words: recording(name) for words, name in names.items()}
        super().__init__(sounds, {words: _whistle(int(name[:2])) for words, name in names.items()})


@cache
def recording(name: str) -> Sound:
    """A file shipped with the support flow ("02-billing"), whistle and all."""
    return whistled(_loud_part(read_wav(SPEECH / f"{name}.wav").sound), _whistle(int(name[:2])))


def whistled(speech: Sound, hz: float) -> Sound:
    """The speech with a whistle under it."""
    whistle = FAINT * np.sin(2 * np.pi * hz * np.arange(speech.size) / CALL_HZ)
    return np.clip(speech + whistle, -32768, 32767).astype(np.int16)


def _whistle(nth: int) -> float:
    return LOWEST_HZ + STEP_HZ * nth


@cache
def _spoken(words: str) -> Sound:
    """Without the quiet around it; the same every time."""
    mouth = _mouth()
    made = np.frombuffer(b"".join(mouth.sentences(words)), np.int16)
    return _loud_part(resampled(made, mouth.sample_rate, CALL_HZ))


def _loud_part(sound: Sound) -> Sound:
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    return sound[loud[0] : loud[-1] + 1]


@cache
def _mouth() -> PiperTTS:
    return PiperTTS()
