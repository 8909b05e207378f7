"""Fixed lines as sound: synthesised once for each voice and text, kept on disk, played without a provider."""

from app.voiced.making import lines_in_the_making
from app.voiced.settled import lines_for

__all__ = ["lines_for", "lines_in_the_making"]
