"""How the AssemblyAI stand-in knows the words of what it heard: from a list, by comparing, or by listening."""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np
from livekit.agents import APIConnectOptions

from interlock.app.offline.sound import Sound, framed

ENVELOPE_S = 0.02
ALIKE = 0.6
"""The correlation of two loudness curves from which they are taken for the same utterance."""
LONGEST_SHIFT_S = 0.4


class Ears(Protocol):
    """What turns an utterance into words."""

    def guess(self) -> str | None:
        """What is probably being said, while it is; None when there is no telling."""

    async def words(self, utterance: Sound, hz: int) -> str:
        """What was said; "" when nothing was."""


class ScriptedEars:
    """The next text of a list for each utterance, whatever it sounds like; "" once the list is through."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.texts = deque(texts)

    def guess(self) -> str | None:
        """The next text."""
        return self.texts[0] if self.texts else None

    async def words(self, utterance: Sound, hz: int) -> str:
        """The next text, which is used up."""
        return self.texts.popleft() if self.texts else ""


class KnownSounds:
    """The text of the known utterance that sounds most alike, in any order and for any number of calls at once.

    Compares how loudness rises and falls, which survives a codec and a resampler; `unknown` when none is alike.
    """

    def __init__(self, sounds: Mapping[str, tuple[Sound, int]], unknown: str = "") -> None:
        self._curves = {text: loudness(sound, hz) for text, (sound, hz) in sounds.items()}
        self._unknown = unknown

    def guess(self) -> str | None:
        """Not before the end."""
        return None

    async def words(self, utterance: Sound, hz: int) -> str:
        """The text of the most alike."""
        heard = loudness(utterance, hz)
        alike = {text: likeness(heard, curve) for text, curve in self._curves.items()}
        best = max(alike, key=alike.__getitem__, default=None)
        return best if best is not None and alike[best] >= ALIKE else self._unknown


class WhisperEars:
    """Real recognition with the offline ears: half a second of two cores for each utterance."""

    def __init__(self) -> None:
        from interlock.app.offline.ears import WhisperSTT

        self._whisper: Any = WhisperSTT()

    def guess(self) -> str | None:
        """Not before the end."""
        return None

    async def words(self, utterance: Sound, hz: int) -> str:
        """What Whisper understands."""
        options = APIConnectOptions(max_retry=0, timeout=60)
        event = await self._whisper.recognize(framed(utterance, hz), conn_options=options)
        return str(event.alternatives[0].text)


def loudness(sound: Sound, hz: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The loudness of each 20 ms, without the quiet before and after."""
    size = round(ENVELOPE_S * hz)
    blocks = sound[: sound.size // size * size].reshape(-1, size).astype(np.float64)
    curve = np.sqrt(np.mean(blocks**2, axis=1)) if blocks.size else np.zeros(0)
    loud = np.flatnonzero(curve > 0.1 * curve.max(initial=0.0))
    return curve[loud[0] : loud[-1] + 1] if loud.size else curve[:0]


def likeness(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> float:
    """How alike two loudness curves are, -1 to 1, at the best shift."""
    if not one.size or not other.size:
        return -1.0
    most = round(LONGEST_SHIFT_S / ENVELOPE_S)
    return max(correlation(one, other, shift) for shift in range(-most, most + 1))


def correlation(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any], shift: int) -> float:
    """Of the two curves, the second begun `shift` blocks later, each padded with quiet."""
    one, other = np.pad(one, (max(0, -shift), 0)), np.pad(other, (max(0, shift), 0))
    length = max(one.size, other.size)
    one, other = np.pad(one, (0, length - one.size)), np.pad(other, (0, length - other.size))
    one, other = one - one.mean(), other - other.mean()
    power = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / power if power else -1.0
