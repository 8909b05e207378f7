"""Where the program livekit-server is on this machine."""

import os
import shutil
from pathlib import Path

VERSION = "1.13.5"
OVERRIDE = "INTERLOCK_LIVEKIT_SERVER"


class LiveKitServerError(Exception):
    """A local LiveKit server that cannot be had or does not run: what was found and what to do, in one line."""


def cache_folder() -> Path:
    """Where things are kept that can be made again, per user (XDG base directories)."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    cache = Path(given) if given.startswith("/") else Path.home() / ".cache"
    return cache / "interlock"


def cached_server() -> Path:
    """Where `install_server` puts the program, whether it is there or not."""
    return cache_folder() / f"livekit-server-v{VERSION}" / "livekit-server"


def find_server() -> Path | None:
    """The program to run: the one INTERLOCK_LIVEKIT_SERVER names, our own build, or one on the PATH.

    Raises `LiveKitServerError` when the variable names something that cannot be run.
    """
    if given := os.environ.get(OVERRIDE):
        if not _runs(Path(given)):
            raise LiveKitServerError(f'{OVERRIDE} is "{given}", expected the path of a program that can be run')
        return Path(given).absolute()
    if _runs(cached_server()):
        return cached_server()
    found = shutil.which("livekit-server")
    return Path(found) if found else None


def _runs(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)
