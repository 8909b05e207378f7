"""The fixed lines of a flow, in memory: what its agents say word for word, each in the voice that says it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from livekit import rtc

from interlock.agents.call.farewell import APOLOGY, WE_CLOSE
from interlock.agents.caller.missing_transcript import CANNOT_HEAR
from interlock.agents.caller.silence import STILL_THERE
from interlock.agents.flow import Flow
from interlock.agents.speech.reply import LAST_RESORT
from interlock.agents.speech.voice import UNHEARD
from interlock.app.kept_lines.folder import Folder, Key
from interlock.machines.base import guards_of, transitions_of
from interlock.machines.events import CALLER_SILENT

log = structlog.get_logger("interlock.voiced")

NOT_SET_UP = "I am sorry, this line is not set up. Please call us another time. Goodbye."
"""Said by nobody's agent, where a call cannot begin: see `interlock.app.worker.refusal`."""
ANYBODYS = (UNHEARD, LAST_RESORT, CANNOT_HEAR, STILL_THERE, APOLOGY, WE_CLOSE)
"""Said by whichever agent is there, the most needed first."""
FRAME_S = 0.05
CHARACTER_S = 0.025
"""What no voice is faster than: with less sound for each character of its text a line is not whole."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """One role's voice: as the provider names it, at which rate in Hz."""

    provider: str
    voice: str
    model: str
    hz: int
    at: str = ""

    def key(self, text: str) -> Key:
        """What the line is filed under in the folder."""
        return Key(self.provider, self.voice, self.model, text, self.hz, self.at)


def fixed_lines(flow: Flow, roles: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Text and role of every line, a call's first words first; roles without a voice speak with "", the session's."""
    own = set(roles)
    speaks = [(desk, desk.VOICE if desk.VOICE in own else "") for desk in flow.cast.values()]
    openings = [(text, role) for desk, role in speaks for text in (desk.OPENING, *desk.OPENINGS.values())]
    goodbyes = [desk.OPENING for desk in flow.cast.values() if desk.PARTS]  # said by the desk before
    every_role = dict.fromkeys(role for _, role in speaks)
    common = [(text, role) for role in every_role for text in (*ANYBODYS, *_asked_in_silence(flow), *goodbyes)]
    ordered = ((flow.disclosure, speaks[0][1]), *openings[:1], *common, *openings, (NOT_SET_UP, ""))
    return tuple(dict.fromkeys((text, role) for text, role in ordered if text.strip()))


def _asked_in_silence(flow: Flow) -> list[str]:
    """What a guard has asked when the caller says nothing."""
    arrows = [arrow for arrow in transitions_of(flow.machine) if CALLER_SILENT in {str(e) for e in arrow.events}]
    return [guard.say for arrow in arrows for guard in guards_of(arrow)]


class FlowLines:
    """`interlock.agents.speech.kept_lines.KeptLines` for one flow; finds what the folder has, keeps there what was
    spoken for the first time."""

    def __init__(self, flow: Flow, speakers: Mapping[str, Speaker], folder: Folder) -> None:
        self.flow = flow.name
        self.lines = fixed_lines(flow, speakers)
        self._speakers = dict(speakers)
        self._folder = folder
        self._texts = {text.strip() for text, _ in self.lines}
        self._sounds: dict[tuple[str, str], Sequence[rtc.AudioFrame]] = {}

    def load(self) -> int:
        """Read every line there is into memory; how many are missing."""
        return sum(self.find(text, role) is None for text, role in self.lines)

    def missing(self) -> list[tuple[str, str]]:
        """Text and role of the lines nobody has synthesised yet."""
        return [(text, role) for text, role in self.lines if self.find(text, role) is None]

    def could_be(self, beginning: str) -> bool:
        """Whether a line begins so, or is that."""
        return any(text.startswith(beginning) for text in self._texts)

    def find(self, text: str, role: str) -> Sequence[rtc.AudioFrame] | None:
        """The line's sound in that voice: from memory, or from the disk in about a millisecond."""
        if (text, role) not in self._sounds and text in self._texts and role in self._speakers:
            speaker = self._speakers[role]
            if (sound := self._folder.read(speaker.key(text))) is not None:
                self._sounds[text, role] = frames_of(sound, speaker.hz)
        return self._sounds.get((text, role))

    def find_in_any(self, text: str) -> Sequence[rtc.AudioFrame] | None:
        """The line's sound in whatever voice there is."""
        return next((found for role in self._speakers if (found := self.find(text, role)) is not None), None)

    def keep(self, text: str, role: str, frames: Sequence[rtc.AudioFrame]) -> None:
        """Remember a line as it was just spoken, whole; what is no line, or too short to be all of it, is not kept."""
        speaker = self._speakers.get(role)
        if text not in self._texts or speaker is None or self.find(text, role) is not None:
            return
        if any(frame.sample_rate != speaker.hz or frame.num_channels != 1 for frame in frames):
            return
        if sum(frame.duration for frame in frames) < CHARACTER_S * len(text):
            log.warning("line.cut_short", voice=role)
            return
        sound = b"".join(bytes(frame.data) for frame in frames)
        if self._folder.write(speaker.key(text), sound):
            self._sounds[text, role] = frames_of(sound, speaker.hz)


def frames_of(sound: bytes, hz: int) -> list[rtc.AudioFrame]:
    """16-bit mono sound in frames of 50 ms, the last one shorter."""
    size = 2 * round(hz * FRAME_S)
    pieces = [sound[at : at + size] for at in range(0, len(sound), size)]
    return [rtc.AudioFrame(piece, hz, 1, len(piece) // 2) for piece in pieces]
