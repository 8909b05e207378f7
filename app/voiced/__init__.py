"""Fixed lines as sound: synthesised once for each voice and text, kept on disk, played without a provider."""

from app.voiced.lines import NOT_SET_UP
from app.voiced.making import lines_in_the_making
from app.voiced.settled import kept_sound, lines_for

__all__ = ["NOT_SET_UP", "kept_sound", "lines_for", "lines_in_the_making"]
