"""The command `interlock board`."""

import os
import sys
from contextlib import suppress

from rich.console import Console

from interlock.app.cli.run import run
from interlock.app.project import FLOWS, project

NICE = 10
"""Calls come first: the board steps back, with every thread of its own."""


def board() -> None:
    """Look at calls in a browser: as they run, and any past one step by step. Serves this machine only.

    It prints a link, which lets whoever opens it in for twelve hours. The record is opened read-only, and nothing that
    is sealed is read: no value of a fact, no argument, no word of a caller. Calls go on without it. Ctrl-C ends it.
    """
    from interlock.app.board.serving import serve_board
    from interlock.app.settings import load_settings
    from interlock.app.telemetry.logs import configure_logs

    settings = load_settings()
    configure_logs("WARNING", settings.log_json)
    console = Console(file=sys.stdout, highlight=False)

    def told(link: str) -> None:
        console.print(f"The board: {link}", markup=False, soft_wrap=True)

    with suppress(OSError):
        os.nice(NICE)
    run(serve_board(settings, FLOWS, told, project().root / "diagrams"))
