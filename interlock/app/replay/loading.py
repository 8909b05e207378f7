"""A version of a flow from a file or a module: `machines/other.py`, `package.module`, either with `:Name`."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import isclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from interlock.agents.flow import Flow
from interlock.app.audit import AuditError
from interlock.app.audit.words import clean
from interlock.app.project import FLOWS
from interlock.app.replay.versions import Version
from interlock.guards.facts import Facts
from interlock.machines.base import Machine, states_of

EXPECTED = "expected a Flow, or a Machine with its Facts"
_Its = TypeVar("_Its")


def version_named(text: str) -> Version:
    """The version `--flow` means: a flow there is, or what a file or a module holds. Raises `AuditError`.

    The file or module is run. Beside its own imports it finds the folder the command was started in.
    """
    if text in FLOWS:
        return Version.of(FLOWS[text])
    target, colon, name = text.rpartition(":")
    if not colon:
        target, name = text, ""
    with _from_here():
        module = _run(text, Path(target)) if _is_file(target) else _imported(text, target)
    return _chosen(text, module, _named(text, module, name) if name else _only(text, module))


def _is_file(target: str) -> bool:
    return target.endswith(".py") or "/" in target or "\\" in target


def _run(text: str, path: Path) -> ModuleType:
    if not path.is_file():
        raise _bad(text, "a folder" if path.is_dir() else "no such file")
    module = ModuleType(f"replayed:{path.absolute()}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # pydantic looks a class's module up by its name
    with _told_what_is_wrong(text):
        exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)
    return module


def _imported(text: str, target: str) -> ModuleType:
    with _told_what_is_wrong(text):
        try:
            return importlib.import_module(target)
        except ModuleNotFoundError as error:
            if error.name and f"{target}.".startswith(f"{error.name}."):
                raise _bad(text, f"no module {error.name}, and no flow of that name ({', '.join(FLOWS)})") from None
            raise


@contextmanager
def _told_what_is_wrong(text: str) -> Iterator[None]:
    try:
        yield
    except AuditError:
        raise
    except (Exception, SystemExit) as error:  # whatever somebody's file does when it is run
        said = " ".join(str(error).split())
        raise _bad(text, f"it cannot be loaded: {type(error).__name__}" + (f": {said}" if said else "")) from None


@contextmanager
def _from_here() -> Iterator[None]:
    before = list(sys.path)
    sys.path.append(str(Path.cwd()))
    try:
        yield
    finally:
        sys.path[:] = before


def _named(text: str, module: ModuleType, name: str) -> Any:
    if not hasattr(module, name):
        there = [n for n, its in vars(module).items() if isinstance(its, Flow) or _is_chart(its)]
        raise _bad(text, f"no {name} in it" + (f", but {', '.join(there)}" if there else ""))
    return getattr(module, name)


def _only(text: str, module: ModuleType) -> Any:
    """The flow there is, else the machine, one that is written there before one that is imported there."""
    flows = _once(its for its in vars(module).values() if isinstance(its, Flow))
    charts = _once(its for its in vars(module).values() if _is_chart(its))
    own = [its for its in charts if its.__module__ == module.__name__]
    found = flows or own or charts
    if not found:
        raise _bad(text, "no Flow and no Machine in it")
    if len(found) > 1:
        names = [n for n, its in vars(module).items() if any(its is each for each in found)]
        raise _bad(text, f"{', '.join(names)} in it: say which, as in {text}:{names[0]}")
    return found[0]


def _chosen(text: str, module: ModuleType, its: Any) -> Version:
    if isinstance(its, Flow):
        return Version.of(its, text)
    if not _is_chart(its):
        raise _bad(text, f"a {type(its).__name__}")
    facts = _facts_of(module, its)
    if len(facts) != 1:
        found = ", ".join(f.__name__ for f in facts) or "none"
        raise _bad(text, f"machine {its.__name__}, but of facts {found}: call them {its.__name__}Facts")
    return Version(its, facts[0], source=text)


def _facts_of(module: ModuleType, machine: type[Machine]) -> list[type[Facts]]:
    """Those named after the machine, else those no others in the module are made from."""
    known = _once(v for v in vars(module).values() if isclass(v) and issubclass(v, Facts) and v is not Facts)
    named = [its for its in known if its.__name__ == f"{machine.__name__}Facts"]
    return named or [its for its in known if not any(o is not its and issubclass(o, its) for o in known)]


def _is_chart(its: Any) -> bool:
    return isclass(its) and issubclass(its, Machine) and its is not Machine and bool(states_of(its))


def _once(found: Iterator[_Its]) -> list[_Its]:
    return list({id(its): its for its in found}.values())


def _bad(text: str, found: str) -> AuditError:
    return AuditError(f"--flow {clean(text)}: {clean(found)}; {EXPECTED}")
