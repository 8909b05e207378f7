"""What holds callers' data is its owner's alone, whatever the umask: every file that the commands leave."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from agents.support import SUPPORT
from interlock.app import private
from interlock.app.kept_lines.folder import Folder, Key
from interlock.app.offline.wav import write_mono, write_stereo
from interlock.app.project import FLOWS, open_systems
from interlock.app.proof.folder import append, make_folder
from interlock.app.proof.keys import new_key
from interlock.app.store import BUSY_TIMEOUT_MS, open_journal
from interlock.app.store.opening import database_for_writing
from tests.app.test_cli import sound
from tests.store.entries import opened

UMASKS = [0o000, 0o022, 0o077]
SAID = "My name is Anna Kowalski.\nMy order has not come.\n"


def open_to_others(folder: Path) -> list[str]:
    """Whatever below a folder is not its owner's alone; the folder itself is the test's."""
    found = [(stat.S_IMODE(path.stat().st_mode), path) for path in sorted(folder.rglob("*"))]
    wanted = {path: private.FOLDER if path.is_dir() else private.FILE for _, path in found}
    return [f"{mode:04o} {path.relative_to(folder)}" for mode, path in found if mode != wanted[path]]


@pytest.fixture(params=UMASKS, ids=lambda mask: f"{mask:04o}")
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """
    What everybody else's files are made with.
    """
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.usefixtures("umask")
async def test_whatever_keeps_data_makes_it_private(tmp_path: Path) -> None:
    """
    The record with what SQLite keeps beside it, the businesses, checkpoints, recordings, texts and kept lines.
    """
    store = tmp_path / "data" / "deep" / "calls.sqlite"
    with open_journal(store) as journal:
        await journal.append([opened()])
        systems = [open_systems(flow, str(store)) for flow in FLOWS.values()]
        assert {path.name for path in store.parent.glob("calls.sqlite-*")} == {"calls.sqlite-wal", "calls.sqlite-shm"}
        make_folder(tmp_path / "checkpoints")
        append(tmp_path / "checkpoints", "2026-01-01", ["x"])
        private.make_folder(tmp_path / "out" / "of")
        private.write_text(tmp_path / "out" / "of" / "text.txt", "what Anna said")
        write_stereo(tmp_path / "out" / "stereo.wav", np.zeros(9, np.int16), np.zeros(9, np.int16))
        write_mono(tmp_path / "out" / "mono.wav", np.zeros(9, np.int16))
        assert Folder(tmp_path / "lines").write(Key("a", "b", "c", "Hello Anna.", 8000), b"12")
        assert open_to_others(tmp_path) == []
        assert len(systems) == len(FLOWS)


def test_files_that_were_open_to_others_are_closed(tmp_path: Path) -> None:
    """
    With those beside them; those of other programs stay as they are.
    """
    made = [
        tmp_path / name for name in ("calls.sqlite", "calls-support.sqlite", "calls-support.sqlite-journal", "other")
    ]
    for path in made:
        path.touch()
        path.chmod(0o644)
    with open_journal(made[0]):
        open_systems(SUPPORT, str(made[0]))
    private.opened(made[0].with_name("new")).close()
    assert open_to_others(tmp_path) == ["0644 other"]
    made[3].chmod(0o600)
    assert open_to_others(tmp_path) == []


def test_a_folder_that_is_there_stays_as_somebody_made_it(tmp_path: Path) -> None:
    """
    Others may have business in it.
    """
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o755)
    database_for_writing(tmp_path / "shared" / "ours" / "calls.sqlite", BUSY_TIMEOUT_MS).close()
    assert open_to_others(tmp_path) == ["0755 shared"]


def test_a_folder_that_is_a_file_is_not_made(tmp_path: Path) -> None:
    """
    And that is said, as for any other.
    """
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        private.make_folder(tmp_path / "file")
    with pytest.raises(NotADirectoryError):
        private.make_folder(tmp_path / "file" / "below")


@pytest.mark.slow
@pytest.mark.parametrize("umask", UMASKS[:2], ids=lambda mask: f"{mask:04o}")
def test_no_command_leaves_anything_to_others(tmp_path: Path, umask: int) -> None:
    """
    From a typed call to a spoken one, with everything that is set beside it.
    """
    folders = {name: tmp_path / name for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "TMPDIR")}
    for folder in folders.values():
        folder.mkdir(mode=0o700)
    key = new_key()
    wav = sound(tmp_path / "hello.wav", seconds=1.0)
    wav.chmod(0o600)
    ours = {
        "INTERLOCK_CHECKPOINTS": tmp_path / "checkpoints",
        "INTERLOCK_CHECKPOINT_KEY": key.text,
        "INTERLOCK_RETENTION_DAYS": "1",
        **folders,
    }
    env = {k: v for k, v in os.environ.items() if not k.startswith(("INTERLOCK_", "LIVEKIT_"))}
    env |= {name: str(value) for name, value in ours.items()}

    def run(*command: object, typed: str = "") -> None:
        done = subprocess.run(
            [sys.executable, "-m", "interlock.app.command", *map(str, command)],
            input=typed,
            env=env,
            umask=umask,
            capture_output=True,
            text=True,
            timeout=100,
        )
        assert done.returncode == 0, done.stderr

    run("chat", typed=SAID)
    if not umask:  # once is enough: it is spoken, and takes as long as it takes
        run("demo", "--wav", wav, "--out", tmp_path / "out" / "demo")
        assert (tmp_path / "out" / "demo" / "support.wav").exists()
    run("audit", "export", "--all", "--out", tmp_path / "bundle.zip")
    run("audit", "verify")
    run("store", "prune")
    run("store", "compact")
    assert open_to_others(tmp_path) == []
