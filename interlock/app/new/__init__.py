"""`interlock new`: a project of a team's own, written in one go; and what it brings later from the template.

Nothing here imports what a call is made of, so that a project is there at once.
"""

from pathlib import Path

from interlock.app.new.answers import Answers
from interlock.app.new.engine import Engine, engine_here
from interlock.app.new.errors import NewError
from interlock.app.new.project import files_of
from interlock.app.new.writing import write_whole

__all__ = ["Answers", "NewError", "begin"]


def begin(answers: Answers, engine: Engine | None = None) -> Path:
    """Write the project and return its folder. Raises `NewError`, or `OSError`, and then nothing is there."""
    write_whole(answers.folder, files_of(answers, engine or engine_here()))
    return answers.folder
