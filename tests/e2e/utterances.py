"""What callers say beyond the shipped recordings: the offline mouth speaks it, and ears know it again.

Each utterance has a faint whistle of its own under the speech. On a machine so busy that sound arrives with gaps,
comparing loudness curves fails, and a test would blame a call for what its recogniser did.
"""

from collections.abc import Iterable
from functools import cache

import numpy as np

from interlock.app.offline.mouth import PiperTTS
from interlock.app.offline.sound import Sound, resampled
from interlock.app.offline.wav import CALL_HZ
from tests.standins.ears import loudness

LOWEST_HZ, STEP_HZ = 3000.0, 90.0
FAINT = 400.0
"""The whistle's amplitude, of 32768; speech has a root mean square of some 3000."""
NEAR_HZ = 4.0
WHOLE = 0.6
"""The part of an utterance's loud time that must arrive: with less, its words are not taken as heard."""


class Utterances:
    """Sounds by their words, and the `Ears` that know them, in any order and for any number of calls at once."""

    def __init__(self, words: Iterable[str]) -> None:
        self._whistles = {text: LOWEST_HZ + STEP_HZ * nth for nth, text in enumerate(words)}
        self._loud = {text: loudness(self.sound(text), CALL_HZ).size for text in self._whistles}

    def sound(self, words: str) -> Sound:
        """Real speech at the rate of the line, whistle and all."""
        speech = _spoken(words)
        whistle = FAINT * np.sin(2 * np.pi * self._whistles[words] * np.arange(speech.size) / CALL_HZ)
        return np.clip(speech + whistle, -32768, 32767).astype(np.int16)

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


@cache
def _spoken(words: str) -> Sound:
    """Without the quiet around it; the same every time."""
    mouth = _mouth()
    made = np.frombuffer(b"".join(mouth.sentences(words)), np.int16)
    sound = resampled(made, mouth.sample_rate, CALL_HZ)
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    return sound[loud[0] : loud[-1] + 1]


@cache
def _mouth() -> PiperTTS:
    return PiperTTS()
