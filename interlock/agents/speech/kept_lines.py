"""Fixed lines that are sound already, as a call knows them."""

from collections.abc import Sequence
from typing import Protocol

from livekit import rtc


class KeptLines(Protocol):
    """Lines that are sound already, by text and the role of the voice; "" is the session's own."""

    def could_be(self, beginning: str) -> bool:
        """Whether a line begins so, or is that."""
        ...

    def find(self, text: str, role: str) -> Sequence[rtc.AudioFrame] | None:
        """The line's sound in that voice, in frames ready to play; None where there is none yet."""
        ...

    def find_in_any(self, text: str) -> Sequence[rtc.AudioFrame] | None:
        """The line's sound in whatever voice there is: for when no voice can speak."""
        ...

    def keep(self, text: str, role: str, frames: Sequence[rtc.AudioFrame]) -> None:
        """Remember a line as it was just spoken, whole; what is no line is not kept. Never raises, never waits."""
        ...


class NoKeptLines(KeptLines):
    """No line is sound yet: everything is spoken by a provider."""

    def could_be(self, beginning: str) -> bool:
        return False

    def find(self, text: str, role: str) -> None:
        return None

    def find_in_any(self, text: str) -> None:
        return None

    def keep(self, text: str, role: str, frames: Sequence[rtc.AudioFrame]) -> None:
        return None
