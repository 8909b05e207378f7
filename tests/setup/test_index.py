"""What was locked is what is installed, whatever was uploaded since, by the oldest pip and the newest.

The trap is one that was met: `caller[phone]`, asked for with an extra, whose package has a newer version by now. A pip
before 24 looks for it anew, finds one that has no hash, and stops.
"""

import ensurepip
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import install
from tests.setup.index import Index, serving

pytestmark = pytest.mark.slow

PIPS = dict(re.findall(r"(?m)^pip==(\S+) --hash=(\S+)$", (Path(__file__).parent / "pips.txt").read_text()))
OLDEST, NEWEST = PIPS
BROUGHT = ensurepip.version()
CAN_RUN = [pip for pip in (OLDEST, BROUGHT, NEWEST) if pip != OLDEST or sys.version_info < (3, 12)]  # 22.3 breaks there
STOPS = [pip for pip in CAN_RUN if int(pip.partition(".")[0]) < 24]
WANTED = "desk==1.0\n"
MAKEFILE = (install.ROOT / "Makefile").read_text()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """
    A package that asks for another with an extra, and that extra's package, with a newer one uploaded after the lock.
    """
    with serving(tmp_path_factory.mktemp("index") / "simple") as made:
        yield made


@pytest.fixture(scope="module")
def lock(index: Index, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    Compiled as `make lock` does, before the newer versions were there.
    """
    folder = tmp_path_factory.mktemp("lock")
    index.upload("desk", "1.0", ["caller[phone]>=1"])
    index.upload("caller", "1.0", ["line>=1", 'tone>=1; extra == "phone"'], ["phone"])
    index.upload("line", "1.0")
    index.upload("tone", "1.0")
    (folder / "wanted.in").write_text(WANTED)
    recipe = re.search(r"(?m)^\t\$\(BIN\)/uv (pip compile) \S+ (.*) -o requirements\.txt$", MAKEFILE)
    assert recipe, "make lock compiles no requirements.txt"
    made = [*recipe[1].split(), "wanted.in", *recipe[2].split(), "--default-index", index.url, "--no-config"]
    uv = Path(sys.executable).parent / "uv"
    subprocess.run([uv, *made, "--no-cache", "-o", "lock.txt"], cwd=folder, env=install.clean(), check=True)
    for each in ("line", "tone"):
        index.upload(each, "2.0")
    index.upload("caller", "1.1", ["line>=2", 'tone>=2; extra == "phone"'], ["phone"])
    return folder / "lock.txt"


@pytest.fixture(scope="module")
def python_with(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """
    Makes an environment with that pip and nothing else; what no Python brings is fetched once, by its hash.
    """

    def make(pip: str) -> str:
        folder = tmp_path_factory.mktemp("pip") / "venv"
        subprocess.run([sys.executable, "-I", "-m", "venv", folder], env=install.clean(), check=True)
        python = str(folder / "bin" / "python")
        if pip != BROUGHT:
            subprocess.run([python, "-I", "-m", "pip", "-q", "install", "--no-index", wheel_of(pip)], check=True)
        return python

    return make


def wheel_of(pip: str) -> Path:
    """The wheel of that pip: from .venv, where it was put the first time."""
    kept = install.VENV / "pips" / f"pip-{pip}-py3-none-any.whl"
    if kept.is_file():
        return kept
    fetched = kept.parent / f"new-{os.getpid()}"
    fetched.mkdir(parents=True)
    (fetched / "pip.txt").write_text(f"pip=={pip} --hash={PIPS[pip]}\n")
    asked = [sys.executable, "-I", "-m", "pip", "-q", "download", *install.LOCKED[1:], "-d", fetched, "-r"]
    env = install.clean() | install.where_from(sys.executable)
    got = subprocess.run([*map(str, asked), str(fetched / "pip.txt")], env=env, capture_output=True, text=True)
    if got.returncode == 0:
        os.replace(fetched / kept.name, kept)
    shutil.rmtree(fetched)
    if got.returncode and "CI" not in os.environ:
        pytest.skip(f"pip {pip} is fetched once, by its hash, and could not be: {got.stderr.strip()[-200:]}")
    assert got.returncode == 0, got.stderr
    return kept


def freeze(python: str) -> list[str]:
    """What is installed in that environment."""
    asked = [python, "-I", "-m", "pip", "freeze"]
    return subprocess.run(asked, env=install.clean(), capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("pip", CAN_RUN)
def test_what_was_locked_is_what_is_installed(
    index: Index, lock: Path, python_with: Callable[[str], str], pip: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Whatever is newer, what it depends on, and whatever else pip is set up to do.
    """
    python = python_with(pip)
    for name, value in {"INDEX_URL": index.url, "FIND_LINKS": "", "USER": "1", "NO_BINARY": ":all:"}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    install.install(python, lock)
    assert freeze(python) == ["caller==1.0", "desk==1.0", "line==1.0", "tone==1.0"]


@pytest.mark.parametrize("pip", STOPS)
def test_that_pip_stops_where_it_is_left_to_look_for_what_depends_on_what(
    index: Index, lock: Path, python_with: Callable[[str], str], pip: str
) -> None:
    """
    So the index of this test does have the trap.
    """
    flags = [flag for flag in install.LOCKED if flag != "--no-deps"]
    env = install.clean() | {"PIP_INDEX_URL": index.url}
    looked = subprocess.run(
        [python_with(pip), "-I", "-m", "pip", *flags, "-r", str(lock)], env=env, capture_output=True, text=True
    )
    assert looked.returncode == 1
    assert "must have their versions pinned" in looked.stderr
