"""`interlock new` writes a whole project or nothing; `interlock upgrade-project` never overwrites what was edited."""

import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from email.message import Message
from importlib.metadata import Distribution
from pathlib import Path

import pytest

from interlock.app.new import begin, writing
from interlock.app.new.answers import Answers, asked
from interlock.app.new.engine import Engine, engine_of
from interlock.app.new.errors import NewError
from interlock.app.new.providers import BASE, MODELS, USUAL
from interlock.app.new.record import record_of
from interlock.app.new.sources import starts
from interlock.app.new.upgrading import upgrade
from interlock.app.project import FLOWS
from interlock.app.providers.naming import BASE_INSTALL, PROVIDERS_OF
from tests.long import here_or_long

ROOT = Path(__file__).parents[2]
ENGINE = Engine("0.1.0", "interlock>=0.1,<0.2")
SHIPPED = (
    "install.py",
    "requirements-dev.txt",
    "tests/calls/support/callback.yaml",
    "tests/machines/tables/support.py",
)


def answers(folder, start="starter", flow="returns", providers=USUAL):
    return Answers.of(folder, start, flow, providers)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("My-Desk", "small letters"),
        ("my desk", "small letters"),
        ("", "small letters"),
        ("2nd", "small letters"),
        ("class", "a word of Python's"),
        ("json", "a module of Python's own"),
        ("agents", "a package that every project has"),
        ("interlock", "a package that every project has"),
        ("a" * 31, "expected at most 30"),
    ],
)
def test_a_bad_name_is_told_and_nothing_is_written(tmp_path, name, said):
    """
    Whatever is wrong with it.
    """
    with pytest.raises(NewError, match=said):
        answers(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path):
    """
    A folder with something in it, and a file; an empty folder is as good as none.
    """
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine.txt").write_text("mine")
    (tmp_path / "file").touch()
    for name in ("full", "file"):
        with pytest.raises(NewError, match="nothing was written"):
            answers(tmp_path / name)
    (tmp_path / "empty").mkdir()
    assert (begin(answers(tmp_path / "empty")) / "Makefile").is_file()
    assert (tmp_path / "full/mine.txt").read_text() == "mine"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_a_project_that_could_not_be_finished_is_not_there(tmp_path, monkeypatch, error):
    """
    Ctrl-C, a full disk; the error names the project, not the folder it was written in meanwhile.
    """
    write, written = writing.write, []

    def fails(path, data):
        written.append(path)
        if len(written) == 5:
            raise error
        write(path, data)

    monkeypatch.setattr(writing, "write", fails)
    with pytest.raises(type(error)):
        begin(answers(tmp_path / "desk"))
    assert getattr(error, "filename", str(tmp_path / "desk")) == str(tmp_path / "desk")
    assert len(written) == 5
    assert list(tmp_path.iterdir()) == []


def test_nobody_is_asked_where_nobody_can_be(tmp_path):
    """
    What was not said is as it usually is; a project without a name is told.
    """
    folder = tmp_path / "desk"
    assert asked(folder, "starter", None, None, None) == (folder, "starter", "returns", USUAL)
    with pytest.raises(NewError, match="interlock new my-desk"):
        asked(None, "starter", None, None, None)


def test_what_was_not_said_is_asked_and_what_was_said_is_not(tmp_path):
    """
    On a terminal.
    """
    questions = []

    def ask(question, default):
        questions.append(question)
        return default

    asked(tmp_path / "desk", "starter", "lost", None, ask)
    assert questions == ["Providers of model, ears and voice"]
    asked(None, "support", None, USUAL, ask)
    assert questions[1:] == ["Name of the project"]


@pytest.mark.parametrize("providers", ["openai", "nobody,assemblyai,elevenlabs", "openai,elevenlabs,elevenlabs"])
def test_providers_that_there_are_not_are_told(tmp_path, providers):
    """
    And which there are.
    """
    with pytest.raises(NewError, match="expected"):
        answers(tmp_path / "desk", providers=providers)


def test_the_providers_are_those_of_the_engine():
    """
    The table is written twice, so that a new project does not wait for LiveKit.
    """
    assert {kind: set(models) for kind, models in MODELS.items()} == {k: set(v) for k, v in PROVIDERS_OF.items()}
    assert BASE == BASE_INSTALL
    assert set(starts()) == {"starter", *FLOWS}


def test_the_locks_have_the_providers_and_every_hash_of_ours(tmp_path):
    """
    Cut out of our own lock: the same lines.
    """
    root = begin(answers(tmp_path / "desk", providers="anthropic,deepgram,elevenlabs"))
    lock = (root / "requirements.txt").read_text()
    assert "livekit-plugins-anthropic==" in lock
    assert "livekit-plugins-groq==" not in lock
    assert "pytest==" not in lock
    assert "pytest==" in (root / "requirements-dev.txt").read_text()
    ours = (ROOT / "requirements-dev.txt").read_text().splitlines()
    assert set(lock.splitlines()[1:]) <= set(ours)
    numpy = [line for line in ours if line.startswith("numpy==")]
    assert len(numpy) > 1, "expected a version for each Python"
    assert set(numpy) <= set(lock.splitlines())
    assert "# ANTHROPIC_API_KEY=" in (root / ".env.example").read_text()


def test_a_project_is_set_up_as_this_one_is(tmp_path):
    """
    By the same program, and the same target of the Makefile.
    """
    root = begin(answers(tmp_path / "desk"))
    assert (root / "install.py").read_bytes() == (ROOT / "install.py").read_bytes()
    ready = [(each / "Makefile").read_text().partition("\nready:")[2] for each in (root, ROOT)]
    assert ready[0] == ready[1] != ""


class Installed(Distribution):
    """An installation that says where it came from."""

    def __init__(self, told):
        self.told = told

    def read_text(self, filename):
        return {"direct_url.json": self.told}.get(filename)

    def locate_file(self, path):
        raise NotImplementedError

    @property
    def metadata(self):
        said = Message()
        said["Version"] = "0.1.0"
        return said


def test_the_engine_comes_from_where_this_one_came_from(tmp_path):
    """
    A checkout, a wheel, a commit, an index; a file that is gone is told.
    """
    wheel = tmp_path / "interlock-0.1.0-py3-none-any.whl"
    wheel.write_bytes(b"wheel")
    spaced = tmp_path / "with space"
    spaced.mkdir()
    assert engine_of(Installed(None)).line == "interlock>=0.1,<0.2"
    told = f'{{"url": "file://{tmp_path}", "dir_info": {{"editable": true}}}}'
    assert engine_of(Installed(told)).line == f"-e {tmp_path}"
    told = f'{{"url": "file://{tmp_path}/with%20space", "dir_info": {{}}}}'
    assert engine_of(Installed(told)).line == f'-e "{spaced}"'
    told = f'{{"url": "file://{wheel}", "archive_info": {{}}}}'
    assert engine_of(Installed(told)).line == f"./wheels/{wheel.name}"
    assert engine_of(Installed(told)).files == {f"wheels/{wheel.name}": b"wheel"}
    told = '{"url": "https://example.org/i.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}'
    assert engine_of(Installed(told)).line == "interlock @ git+https://example.org/i.git@abc"
    wheel.unlink()
    with pytest.raises(NewError, match="which is gone"):
        engine_of(Installed(f'{{"url": "file://{wheel}", "archive_info": {{}}}}'))


def test_the_command_loads_nothing_that_a_call_is_made_of():
    """
    So that a project is there at once, and so is the help.
    """
    code = (
        "import sys; import interlock.app.cli.main, interlock.app.new, interlock.app.new.upgrading;"
        "print({'livekit', 'statemachine', 'sqlalchemy', 'pydantic'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


@pytest.fixture
def older(tmp_path):
    """A project of an older template, whose texts of four files were others."""
    root = begin(answers(tmp_path / "desk"))
    now = {path: (root / path).read_bytes() for path in ("Makefile", "README.md", "AGENTS.md")}
    return root, now


def as_of(root, files):
    """Write the record as if the template had given these files."""
    for path, data in record_of(answers(root.parent / "other"), "0.0.9", files).items():
        (root / path).write_bytes(data.replace(b'"other"', b'"desk"'))


def test_an_upgrade_brings_what_is_new_and_leaves_what_was_edited(older):
    """
    One file each: untouched, edited where the template did not change, edited elsewhere, deleted, new.
    """
    root, now = older
    lines = now["Makefile"].splitlines(keepends=True)
    base = b"".join([*lines[:-1], b"# an older last line\n"])
    (root / "README.md").write_bytes(b"an older text\n")
    (root / "AGENTS.md").unlink()
    (root / "Makefile").write_bytes(b"# mine\n" + base)
    (root / "compose.yaml").write_bytes(b"mine\n")
    kept = {path: (root / path).read_bytes() for path in ("guards/returns.py", "requirements-engine.txt")}
    compose = (ROOT / "interlock/templates/common/compose.yaml").read_bytes().replace(b"__project__", b"desk")
    as_of(
        root, {**kept, "README.md": b"an older text\n", "AGENTS.md": b"a\n", "Makefile": base, "compose.yaml": compose}
    )
    (root / "Dockerfile").unlink()
    told = []
    assert upgrade(root, told.append, ENGINE) == []
    assert (root / "README.md").read_bytes() == now["README.md"]
    assert (root / "Makefile").read_bytes() == b"# mine\n" + now["Makefile"]
    assert not (root / "AGENTS.md").exists()
    assert (root / "compose.yaml").read_bytes() == b"mine\n"
    assert (root / "Dockerfile").is_file()
    assert "AGENTS.md: deleted here, changed in the template; left away" in told
    assert upgrade(root, told.append, ENGINE) == []


def test_what_both_changed_is_left_to_a_person(older):
    """
    The edited file stays, the template's is beside it, and it is named.
    """
    root, now = older
    (root / "README.md").write_bytes(b"mine\n")
    as_of(root, {"README.md": b"an older text\n"})
    told = []
    assert "README.md" in upgrade(root, told.append, ENGINE)
    assert (root / "README.md").read_bytes() == b"mine\n"
    assert (root / "README.md.new").read_bytes() == now["README.md"]


def test_an_upgrade_changes_no_file_where_nothing_is_new(tmp_path):
    """
    A project whose engine came as a wheel, too; the record of what was written included.
    """
    engine = replace(ENGINE, files={"wheels/interlock-0.1.0-py3-none-any.whl": b"old"})
    root = begin(answers(tmp_path / "desk"), engine)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert upgrade(root, print, engine) == []
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_an_upgrade_leaves_one_wheel_of_the_engine(tmp_path):
    """
    The one it is made by; a wheel that somebody put there themselves stays.
    """
    old, new = "wheels/interlock-0.1.0-py3-none-any.whl", "wheels/interlock-0.1.1-py3-none-any.whl"
    root = begin(answers(tmp_path / "desk"), replace(ENGINE, files={old: b"old"}))
    (root / "wheels/theirs.whl").write_bytes(b"theirs")
    told = []
    assert upgrade(root, told.append, replace(ENGINE, version="0.1.1", line=f"./{new}", files={new: b"new"})) == []
    assert sorted(path.name for path in root.glob("wheels/*.whl")) == ["interlock-0.1.1-py3-none-any.whl", "theirs.whl"]
    assert (root / "requirements-engine.txt").read_text() == f"./{new}\n"
    assert f"{old}: removed, the engine is another now" in told


def test_a_project_of_a_newer_template_is_left_alone(older):
    """
    An older engine does not know what it would take away.
    """
    root, _ = older
    with pytest.raises(NewError, match=r"was last of Interlock 0\.1\.0, and this is 0\.0\.1"):
        upgrade(root, print, replace(ENGINE, version="0.0.1"))


def test_the_wheel_holds_the_engine_alone(tmp_path):
    """
    Typed, with its templates, and no sound: below 1.8 megabytes, half a megabyte of it the layout.
    """
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"interlock"}
    assert {"interlock/third_party/elkjs/elk-worker.min.js", "interlock/app/draw/widths.json"} <= set(names)
    assert {"interlock/py.typed", *(f"interlock/templates/ours/{each}" for each in SHIPPED)} <= set(names)
    assert [name for name in names if name.endswith((".wav", ".pyc", ".sqlite"))] == []
    assert wheel.stat().st_size < 1_800_000


WHOLLY = here_or_long(("starter", "support"), ("starter", *FLOWS))


@pytest.mark.slow
@pytest.mark.parametrize("start", ["starter", *sorted(FLOWS)])
def test_a_new_project_holds_at_once(tmp_path, start):
    """
    Its promises, its drawings, its tests, its style: whatever it began with. Our own suites are those of a copied flow,
    so that but for one it is enough that they are found there.
    """
    flow = "lost_and_found_of_a_large_shop" if start == "starter" else start
    env = {name: value for name, value in os.environ.items() if name != "INTERLOCK_PROJECT"}
    root = begin(answers(tmp_path / "my-desk", start, flow))
    for line in (
        ["-m", "interlock.app.command", "--project", ".", "check"],
        ["-m", "interlock.app.command", "--project", ".", "diagrams", "--check"],
        ["-m", "pytest", "-q", "-p", "no:cacheprovider", *([] if start in WHOLLY else ["--collect-only"])],
        ["-m", "ruff", "check", "."],
        ["-m", "ruff", "format", "--check", "."],
    ):
        done = subprocess.run([sys.executable, *line], cwd=root, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
