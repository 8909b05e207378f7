"""A ZIP file that a stranger hands over, read within bounds: of its directory, of each file in it, of each line."""

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path

DIRECTORY_BYTES = 1 << 20
"""The longest directory of a ZIP file that is read: some ten thousand names."""
LINE_BYTES = 1 << 20
"""The longest line; a record's arguments are bounded, so no record comes near it."""
TIMES = 100
"""How many times the bytes of the whole file one file in it may have; chained records have about five times theirs."""
BLOCK = 1 << 16
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,  # a method there is not
    RuntimeError,  # encrypted
    OverflowError,
    ValueError,
)


class NotReadable(Exception):
    """What is wrong with the file, in a few words."""


class Zipped:
    """A ZIP file of exactly the files `named`. Raises `NotReadable`, also while it is read."""

    def __init__(self, path: Path, named: Collection[str]) -> None:
        self._file = _plain_file(path)
        self._most = max(LINE_BYTES, TIMES * os.fstat(self._file.fileno()).st_size)
        try:
            self._zip = zipfile.ZipFile(self._file)
            self._infos = {name: self._info(name) for name in named}
            self._require_no_more(named)
        except (*DAMAGED, OSError) as error:
            self._file.close()
            found = "not a ZIP file" if isinstance(error, zipfile.BadZipFile) else f"damaged ({_short(error)})"
            raise NotReadable(found) from None
        except NotReadable:
            self._file.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()
        self._file.close()

    def blocks(self, name: str) -> Iterator[bytes]:
        """A file's bytes, some at a time."""
        read = 0
        try:
            with self._zip.open(self._infos[name]) as file:
                while block := file.read(BLOCK):
                    read += len(block)
                    if read > self._most:
                        raise NotReadable(f"{name} has more than {TIMES} times the bytes of the whole file")
                    yield block
        except (*DAMAGED, OSError) as error:
            raise NotReadable(f"damaged ({name}: {_short(error)})") from None

    def lines(self, name: str) -> Iterator[str]:
        """A file's lines, without their ends; what is not UTF-8 is replaced."""
        rest = b""
        for block in self.blocks(name):
            *whole, rest = (rest + block).split(b"\n")
            if len(rest) > LINE_BYTES:
                raise NotReadable(f"{name} has a line of more than {LINE_BYTES >> 20} MiB")
            for line in whole:
                yield line.decode(errors="replace")
        if rest:
            yield rest.decode(errors="replace")

    def text(self, name: str, most: int) -> str:
        """A whole file of up to `most` bytes."""
        found = b""
        for block in self.blocks(name):
            found += block
            if len(found) > most:
                raise NotReadable(f"{name} has more than {most >> 10} KiB")
        return found.decode(errors="replace")

    def _info(self, name: str) -> zipfile.ZipInfo:
        try:
            its = self._zip.getinfo(name)
        except KeyError:
            raise NotReadable(f"no {name} in it") from None
        if its.flag_bits & 0x1:
            raise NotReadable(f"{name} is encrypted")
        if its.compress_type not in PACKINGS:
            raise NotReadable(f"{name} is packed in a way of its own")
        if stat.S_IFMT(its.external_attr >> 16) not in (0, stat.S_IFREG):
            raise NotReadable(f"{name} is no plain file")
        return its

    def _require_no_more(self, named: Collection[str]) -> None:
        if len(self._zip.infolist()) != len(named):
            raise NotReadable(f"{len(self._zip.infolist())} files in it instead of {len(named)}")


class _Bounded(io.FileIO):
    """A file of which nobody reads much at once: a ZIP file's directory is read in one piece."""

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > DIRECTORY_BYTES:
            raise zipfile.BadZipFile("its directory is too long")
        return super().read(size) or b""


def _plain_file(path: Path) -> _Bounded:
    """Opened, without waiting for anybody to write into it."""
    try:
        file = _Bounded(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))
    except OSError as error:
        raise NotReadable(error.strerror or "no file") from None
    except ValueError:  # a name with a NUL in it
        raise NotReadable("no file") from None
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise NotReadable("no plain file")
    return file


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:80] or type(error).__name__
