"""Bringing a project what its template has gained since: three texts a file, as git merges them; edits always stay."""

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from interlock.app.new.engine import Engine, engine_here
from interlock.app.new.errors import NewError
from interlock.app.new.project import template_files
from interlock.app.new.record import Written, hash_of, read_record, record_of
from interlock.app.new.writing import write
from interlock.app.project_file import numbers

Tell = Callable[[str], object]


def upgrade(root: Path, tell: Tell, engine: Engine | None = None) -> list[str]:
    """Bring the project up to the template of today; the files left to a person. Raises `NewError`."""
    engine, was = engine or engine_here(), read_record(root)
    if numbers(was.version) > numbers(engine.version):
        raise NewError(
            f"the template was last of Interlock {was.version}, and this is {engine.version}: install that one"
        )
    now = template_files(was.answers, engine) | engine.files
    left = [path for path in sorted(now) if not _brought(root, path, was, now[path], tell)]
    gone = sorted(path for path in was.hashes.keys() - now.keys() if (root / path).is_file())
    for path in gone:
        _gone(root / path, path, was.hashes[path], tell)
    for path, data in record_of(was.answers, engine.version, now).items():
        write(root / path, data)
    tell(f"Template {was.version} -> {engine.version}. {_sum(left)}")
    return left


def _brought(root: Path, path: str, was: Written, new: bytes, tell: Tell) -> bool:
    """Whether the file is as the template has it now, with what was edited here."""
    file, before = root / path, was.hashes.get(path)
    here = file.read_bytes() if file.is_file() else None
    if here == new or (before == hash_of(new) and path in was.hashes):
        return True
    if here is None and before is not None:
        tell(f"{path}: deleted here, changed in the template; left away")
        return True
    if here is None or before == hash_of(here):
        write(file, new)
        tell(f"{path}: {'new' if here is None else 'brought up to date'}")
        return True
    return _merged(root, path, (here, was.texts.get(path), new), tell)


def _gone(file: Path, path: str, before: str, tell: Tell) -> None:
    """A wheel as it was written is the engine before, and an image cannot have both; all else is left to a person."""
    if path.startswith("wheels/") and path.endswith(".whl") and hash_of(file.read_bytes()) == before:
        file.unlink()
        tell(f"{path}: removed, the engine is another now")
    else:
        tell(f"{path}: no longer in the template; delete it if you do not need it")


def _merged(root: Path, path: str, texts: tuple[bytes, bytes | None, bytes], tell: Tell) -> bool:
    here, base, new = texts
    merged = None if base is None else _merge(here, base, new)
    if merged is not None:
        write(root / path, merged)
        tell(f"{path}: merged with what was edited here")
        return True
    write(root / f"{path}.new", new)
    tell(f"{path}: edited here and changed in the template; left as it is, see {path}.new")
    return False


def _merge(here: bytes, base: bytes, new: bytes) -> bytes | None:
    """The three as `git merge-file` has them; None where both changed the same lines, or there is no git."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("here", "base", "new")]
        for file, text in zip(files, (here, base, new), strict=True):
            file.write_bytes(text)
        try:
            done = subprocess.run(["git", "merge-file", "-p", *map(str, files)], capture_output=True)
        except FileNotFoundError:
            return None
    return done.stdout if done.returncode == 0 else None


def _sum(left: list[str]) -> str:
    if not left:
        return "Nothing is left to you: make check test."
    return f"Left to you: {', '.join(left)}. Take over what you want from each .new, delete it, then make check test."
