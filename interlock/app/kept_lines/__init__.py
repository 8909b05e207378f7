"""Fixed lines as sound: synthesised once for each voice and text, kept on disk, played without a provider."""

from interlock.app.kept_lines.from_settings import kept_sound, lines_for
from interlock.app.kept_lines.lines import NOT_SET_UP
from interlock.app.kept_lines.making import lines_in_the_making

__all__ = ["NOT_SET_UP", "kept_sound", "lines_for", "lines_in_the_making"]
