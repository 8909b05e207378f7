"""All files of a new project, with its own names filled in."""

from interlock.app.new.answers import Answers
from interlock.app.new.engine import FILE, Engine
from interlock.app.new.locks import locks
from interlock.app.new.own_flow import flow_files
from interlock.app.new.record import record_of
from interlock.app.new.sources import STARTER, ours, template

INSTALL = "install.py"
"""The engine's own: what it installs, and how, is the same in every project."""


def files_of(answers: Answers, engine: Engine) -> dict[str, bytes]:
    """Each file by its path, and in `.interlock` what was written, for a later upgrade."""
    files = template_files(answers, engine) | engine.files
    return files | record_of(answers, engine.version, files)


def template_files(answers: Answers, engine: Engine) -> dict[str, bytes]:
    """What the template of today gives for these answers."""
    words = _words(answers, engine)
    if answers.start == STARTER:
        own = {_filled(path, words): _bytes(data, words) for path, data in template(STARTER).items()}
    else:
        own = flow_files(ours(), answers.flow)
    common = {path: _bytes(data, words) for path, data in template("common").items()}
    lock = locks(ours() / "requirements-dev.txt", engine.version, answers.providers.extras)
    return {**common, **own, **lock, **_set_up(engine)}


def _set_up(engine: Engine) -> dict[str, bytes]:
    return {FILE: f"{engine.line}\n".encode(), INSTALL: (ours() / INSTALL).read_bytes()}


def _words(answers: Answers, engine: Engine) -> dict[str, str]:
    parts, extras = answers.flow.split("_"), answers.providers.extras
    joined = ",".join(extras)
    return {
        "__project__": answers.name,
        "__flow__": answers.flow,
        "__Flow__": "".join(part.capitalize() for part in parts),
        "__FLOW__": answers.flow.upper(),
        "__Title__": " ".join(parts).capitalize(),
        "__dependency__": f"interlock{f'[{joined}]' if extras else ''}{engine.range}",
        "__engine__": engine.least,
        "__settings__": answers.providers.settings,
    }


def _bytes(data: bytes, words: dict[str, str]) -> bytes:
    return _filled(data.decode(), words).encode()


def _filled(text: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(word, value)
    return text
