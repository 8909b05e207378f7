"""Lines on disk: one file each, whole or not at all, checked when read, and never more of them than fit."""

import hashlib
import json
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog

from interlock.app.livekit_server.finding import cache_folder
from interlock.app.private import make_folder

log = structlog.get_logger("interlock.voiced")

LIMIT_BYTES = 200 * 2**20
"""About an hour of sound; what was not used for longest goes first."""
LINE_LIMIT_BYTES = 8 * 2**20
FORMAT = "interlock line 1"
SUFFIX, PART = ".line", ".part"
PART_LIFE_S = 3600.0


@dataclass(frozen=True, slots=True)
class Key:
    """Whose voice says what: as the provider names them, at which address of it, and at which rate in Hz."""

    provider: str
    voice: str
    model: str
    text: str
    hz: int
    at: str = ""

    @property
    def file(self) -> str:
        """The name of its file: a digest of all that makes the sound what it is."""
        named = json.dumps(asdict(self), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(named.encode()).hexdigest()[:40] + SUFFIX


def lines_folder() -> Path:
    """Where lines are kept, per user: in the cache folder, as they can be made again."""
    return cache_folder() / "lines"


class Folder:
    """16-bit mono sound by key. What cannot be read or written is not there: nothing in here raises `OSError`."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or lines_folder()

    def read(self, key: Key) -> bytes | None:
        """The sound, or None; a file that is no line, another one, or not whole, is taken away."""
        path = self.path / key.file
        try:
            with path.open("rb") as file:
                found = file.read(LINE_LIMIT_BYTES)
        except OSError:
            return None
        with suppress(OSError):  # somebody else's file is as good, and only looks less used
            os.utime(path)
        if (sound := _checked(found, key)) is None:
            log.warning("line.unreadable", file=key.file)
            with suppress(OSError):
                path.unlink()
        return sound

    def write(self, key: Key, sound: bytes) -> bool:
        """Keep the sound, in one step for whoever reads; whether that could be done."""
        head = json.dumps({"format": FORMAT, "key": asdict(key), "sha256": hashlib.sha256(sound).hexdigest()})
        whole = head.encode() + b"\n" + sound
        if not sound or len(whole) >= LINE_LIMIT_BYTES:
            return False
        part = ""
        try:
            make_folder(self.path)
            descriptor, part = tempfile.mkstemp(suffix=PART, dir=self.path)
            with os.fdopen(descriptor, "wb") as file:
                file.write(whole)
            os.replace(part, self.path / key.file)
        except OSError as error:
            log.warning("line.unwritten", error=type(error).__name__, folder=str(self.path))
            with suppress(OSError):
                if part:
                    os.unlink(part)
            return False
        return True

    def tidy(self, limit_bytes: int = LIMIT_BYTES) -> None:
        """Take away what was not used for longest until the rest fits, and what somebody began and never ended."""
        kept = 0
        for used, size, path in sorted(self._files(), reverse=True):
            abandoned = path.suffix == PART and time.time() - used > PART_LIFE_S
            kept += size
            if abandoned or kept > limit_bytes:
                with suppress(OSError):
                    path.unlink()

    def _files(self) -> list[tuple[float, int, Path]]:
        found = []
        with suppress(OSError):
            for path in self.path.iterdir():
                if path.suffix in (SUFFIX, PART):
                    with suppress(OSError):
                        its = path.stat()
                        found.append((its.st_mtime, its.st_size, path))
        return found


def _checked(found: bytes, key: Key) -> bytes | None:
    head, _, sound = found.partition(b"\n")
    try:
        says = json.loads(head)
    except ValueError:
        return None
    expected = {"format": FORMAT, "key": asdict(key), "sha256": hashlib.sha256(sound).hexdigest()}
    return sound if sound and len(sound) % 2 == 0 and says == expected else None
