"""Installs what the locks name and nothing else. `make` and the Dockerfile come here; any Python 3.11 or newer runs it.

    python3 install.py                 everything, with this project, into .venv; nothing to do where that was done
    python3 install.py --this-python   the same; made anew where .venv is of another Python than this one
    PYTHON install.py --lock FILE      what the file locks, into that Python's own environment
        --only NAME,NAME               of it these alone
        --target FOLDER                into a folder instead

A lock is complete, so nothing is resolved: each package in it is installed by its hash, and what it depends on is not
asked for, whatever was uploaded since. A project on an engine of another's names that in requirements-engine.txt: it is
installed after the lock, instead of the project itself and likewise without what it depends on. `pip check` then says
whether the lock was complete. Where packages come from is as pip is set up on this machine (its files, PIP_INDEX_URL
and the like); what would change what is installed, or where, is left out: PIP_USER, PIP_TARGET, PIP_NO_BINARY,
PYTHONPATH.
"""

# Pythons that are too old read this as well, and tell so: no newer syntax here, and types they do not know in quotes.
import argparse
import ast
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements-dev.txt"
ENGINE = ROOT / "requirements-engine.txt"  # where a project gets its engine from; this one is its own
DONE = VENV / ".ready"  # what was installed
BEGUN = VENV / ".begun"  # something is being installed, or somebody stopped it

LOCKED = ["install", "--require-hashes", "--no-deps", "--only-binary", ":all:"]
OURSELVES = ["install", "--no-index", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
ITS_ENGINE = ["install", "--no-deps", "--no-build-isolation", "--force-reinstall", "-r", str(ENGINE)]

WHERE_FROM = {
    *("index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "proxy", "cert", "client-cert"),
    *("keyring-provider", "timeout", "default-timeout", "retries", "cache-dir", "no-cache-dir", "use-feature"),
}


def main() -> None:
    """Do what the arguments say; exit code 2 and what to do about it when it cannot be done."""
    asked = arguments()
    for each in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(each) is signal.SIG_DFL:
            signal.signal(each, signal.default_int_handler)
    try:
        if asked.lock:
            need_python()
            install(sys.executable, asked.lock, asked.only, asked.target)
        else:
            make_ready(asked.this_python)
    except KeyboardInterrupt:
        print("\nInterrupted: the next try begins anew.", file=sys.stderr)
        sys.exit(130)
    except OSError as error:
        stop(f"{error.filename or ROOT}: {error.strerror}")


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description="Install what the locks name.")
    parser.add_argument("--this-python", action="store_true")
    parser.add_argument("--lock", type=Path)
    parser.add_argument("--only", type=lambda names: set(names.split(",")))
    parser.add_argument("--target", type=Path)
    return parser.parse_args()


def make_ready(this_python: bool) -> None:
    """Bring .venv to what the lock and pyproject.toml say, unless it is there already."""
    if is_ready(this_python):
        return
    need_python()
    os.chdir(str(ROOT))  # a wheel is named from here
    with one_at_a_time():
        if is_ready(this_python):
            return
        if BEGUN.exists() or not works(this_python):
            make_venv()
        print(f"Installing into {VENV.name}: about a gigabyte, some minutes the first time.", flush=True)
        left = sorted(before() - locked())  # they may ask for what is no longer there
        ours = not ENGINE.exists()
        what, named = (OURSELVES, "this project itself") if ours else (ITS_ENGINE, f"what {ENGINE.name} names")
        with begun():
            install(str(PYTHON), LOCK)
            pip(str(PYTHON), *what, failed=f"{named} could not be installed; pip says why above")
            if left:
                pip(str(PYTHON), "uninstall", "--yes", *left, failed=f"{', '.join(left)} could not be removed")
        pip(str(PYTHON), "check", failed=f"{LOCK.name} lacks what pyproject.toml asks for, named above: make lock")
        DONE.write_text(state(version_of_venv()), encoding="utf-8")


def is_ready(this_python: bool) -> bool:
    """Whether .venv stands, is of this place, and holds what is asked for."""
    if BEGUN.exists() or not all(each.exists() for each in (DONE, PYTHON, VENV / "pyvenv.cfg")):
        return False
    version = this_version() if this_python else version_of_venv()
    return DONE.read_text(encoding="utf-8") == state(version)


def state(version: str) -> str:
    """What an environment of this Python, in this place, was made of."""
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in asked_by()}
    return json.dumps({"python": version, "place": str(VENV), **digests, "locked": sorted(locked())}, indent=1) + "\n"


def asked_by() -> "tuple[Path, ...]":
    """The files that say what is installed."""
    return (LOCK, ROOT / "pyproject.toml", *([ENGINE] if ENGINE.exists() else []))


def works(this_python: bool) -> bool:
    """Whether .venv is where it was made, and has the Python that is asked for, or any that is new enough, with pip."""
    code = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    try:
        if this_python and version_of_venv() != this_version():
            return False
        if str(VENV) not in (VENV / "bin" / "activate").read_text(encoding="utf-8"):
            return False  # moved: its commands name the old place
        return subprocess.run([str(PYTHON), "-I", "-c", code], stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def make_venv() -> None:
    """An empty .venv by the Python that runs this, instead of one that this made before."""
    if VENV.exists() and not BEGUN.exists() and not DONE.exists():
        stop(f"{VENV} was made by somebody else, expected a Python {this_version()} in it, with pip: make clean")
    lacking = [module for module in ("venv", "ensurepip") if importlib.util.find_spec(module) is None]
    if lacking:
        stop(
            f"{sys.executable} has no module {lacking[0]}, which makes environments: on Debian and Ubuntu"
            f" apt install python{this_version()}-venv, or take another Python, make PYTHON=python3.12"
        )
    VENV.mkdir(exist_ok=True)
    BEGUN.touch()
    for each in set(VENV.iterdir()) - {BEGUN}:
        shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()
    making = [sys.executable, "-I", "-m", "venv", str(VENV)]
    made = subprocess.run(making, env=clean(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode or not works(True):
        stop(f"{sys.executable} could not make {VENV}: {made.stdout.strip() or 'what it made does not run'}")


def install(python: str, lock: Path, only: "set[str] | None" = None, target: "Path | None" = None) -> None:
    """Install what is locked, or of it only these, as locked."""
    if not lock.is_file():
        stop(f"{lock} is not there, expected a file that `make lock` wrote")
    where = ["--target", str(target)] if target else []
    with tempfile.TemporaryDirectory() as folder:
        picked = picked_from(lock, only, Path(folder)) if only else lock
        failed = (
            f"not everything that {lock.name} locks could be had; pip says what above. Packages come from where pip is"
            f" set up to look (PIP_INDEX_URL, PIP_PROXY, PIP_CERT; PIP_FIND_LINKS for a folder of them), and each needs"
            f" a wheel for Python {this_version() if python == sys.executable else version_of_venv()} on this machine"
        )
        pip(python, *LOCKED, *where, "-r", str(picked), failed=failed)


def picked_from(lock: Path, only: "set[str]", folder: Path) -> Path:
    """A lock of these alone. A name that is not in it ends everything: it would be left out without a word."""
    entries = {entry.partition("==")[0]: entry for entry in entries_of(lock)}
    missing = sorted(only - set(entries))
    if missing:
        stop(f"{lock.name} locks no {', '.join(missing)}")
    (folder / lock.name).write_text("".join(entries[name] for name in sorted(only)), encoding="utf-8")
    return folder / lock.name


def entries_of(lock: Path) -> "list[str]":
    """A package each, with its hashes."""
    return [entry for entry in re.split(r"(?m)^(?=[A-Za-z0-9])", lock.read_text(encoding="utf-8")) if "==" in entry]


def locked() -> "set[str]":
    """The names of what is locked."""
    return {entry.partition("==")[0] for entry in entries_of(LOCK)}


def before() -> "set[str]":
    """The names of what was locked when .venv was made ready the last time."""
    try:
        return set(json.loads(DONE.read_text(encoding="utf-8"))["locked"])
    except (OSError, ValueError, KeyError):
        return set()


def pip(python: str, *arguments: str, failed: str) -> None:
    """Run pip, which says on the terminal what is wrong; `failed` is added to that."""
    with tempfile.TemporaryDirectory(dir=VENV if VENV.is_dir() else None) as folder:  # where there must be room anyway
        env = {**clean(), **where_from(python), "TMPDIR": folder}
        quietly = [] if arguments == ("check",) else ["-q"]  # which would not say what is wrong
        if subprocess.run([python, "-I", "-m", "pip", *quietly, *arguments], env=env).returncode:
            stop(failed)


def where_from(python: str) -> "dict[str, str]":
    """How pip is set up on this machine to find packages, as variables: nothing else of its settings is followed."""
    unhidden = {"PIP_USER": "0", "PIP_GLOBAL": "0", "PIP_SITE": "0"}  # else one of its files is all that is told of
    theirs = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    theirs.pop("PIP_PYTHON", None)
    env = {**clean(), **theirs, **unhidden}
    if "PIP_CONFIG_FILE" not in theirs:
        del env["PIP_CONFIG_FILE"]
    asked = subprocess.run([python, "-I", "-m", "pip", "config", "list"], env=env, stdout=subprocess.PIPE, text=True)
    if asked.returncode:
        stop("pip cannot read its own settings, as it says above")
    found = {}
    for section in ("global", "install", ":env:"):
        for key, value in re.findall(rf"(?m)^{section}\.([a-z-]+)=(.*)$", asked.stdout):
            if key in WHERE_FROM:
                found["PIP_" + key.upper().replace("-", "_")] = " ".join(ast.literal_eval(value).split())
    return found


def clean() -> "dict[str, str]":
    """The environment without what would change what is installed, or where."""
    ours = {
        "PIP_CONFIG_FILE": os.devnull,  # none of pip's files
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PYTHONNOUSERSITE": "1",
    }
    home = os.path.expanduser("~")
    if home == "/" or not os.path.isdir(home):
        ours["PIP_NO_CACHE_DIR"] = "1"  # it would be made in the folder at hand, or in /
    others = {
        name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON", "VIRTUAL_ENV"))
    }
    others.pop("SOURCE_DATE_EPOCH", None)
    return {**others, **ours}


@contextmanager
def begun() -> "Iterator[None]":
    """Leaves a mark behind if the process ends meanwhile: half a package cannot be told from a whole one afterwards."""
    BEGUN.touch()
    try:
        yield
    except SystemExit:  # pip said no, and put back what it had begun to replace
        BEGUN.unlink()
        raise
    BEGUN.unlink()


@contextmanager
def one_at_a_time() -> "Iterator[None]":
    """Waits while another process does the same here."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"Another process installs into {VENV} already; waiting for it.", flush=True)
        fcntl.flock(folder, fcntl.LOCK_EX)
    except OSError:
        pass  # a file system without locks
    try:
        yield
    finally:
        os.close(folder)


def need_python() -> None:
    """End where the Python that runs this is too old."""
    if sys.version_info < OLDEST:
        stop(f"{sys.executable} is Python {this_version()}, expected 3.11 or newer: make PYTHON=python3.12")


def this_version() -> str:
    """Of the Python that runs this, such as 3.11."""
    return "{}.{}".format(*sys.version_info)


def version_of_venv() -> str:
    """Of the Python that .venv was made by."""
    told = re.search(r"(?m)^version(?:_info)? *= *(\d+\.\d+)", (VENV / "pyvenv.cfg").read_text(encoding="utf-8"))
    return told.group(1) if told else "unknown"


def stop(why: str) -> NoReturn:
    """End with a line for people."""
    print(why, file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main()
