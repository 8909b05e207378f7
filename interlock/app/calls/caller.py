"""The caller's side that comes with a flow: recorded, a WAV file a turn, or written, a line a turn, and then spoken by
the embedded voice."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from interlock.agents.flow import Flow
from interlock.app.offline.sound import Sound, resampled
from interlock.app.offline.wav import CALL_HZ, Wav
from interlock.app.project import project
from interlock.app.settings import Settings

WRITTEN = "caller.txt"


def recorded(flow: Flow) -> list[Path]:
    """The WAV files of a flow's caller, in the order of their names."""
    return sorted((project().callers / flow.name).glob("*.wav"))


def written(flow: Flow) -> list[str]:
    """The lines of a flow's caller, without those that are empty or begin with `#`."""
    file = project().callers / flow.name / WRITTEN
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def spoken(lines: Sequence[str], settings: Settings) -> list[Wav]:
    """Each line's sound, in another voice than the agents have; takes 0.07 of the time it plays."""
    from interlock.app.offline.mouth import PiperTTS

    voice = PiperTTS(voice="joan", model=settings.piper_voice)
    return [Wav(Path(WRITTEN), _sound(voice.sentences(line), voice.sample_rate)) for line in lines]


def _sound(sentences: Iterable[bytes], hz: int) -> Sound:
    return resampled(np.frombuffer(b"".join(sentences), dtype=np.int16), hz, CALL_HZ)
