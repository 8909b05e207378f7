"""No secret that is set is ever shown: in no complaint about a setting, and in no traceback of a bug."""

import os
import sys
from pathlib import Path

import pytest

from interlock.app import command
from interlock.app.secret_values import is_secret, redacted, secrets_in, without_secrets
from interlock.app.settings import LARGEST_BYTES, MOST_REFERENCES, Settings, SettingsError, load_settings

PW = "S3CR3TPW"
OURS = ("INTERLOCK_", "LIVEKIT_", "OPENAI_", "ASSEMBLYAI_", "ELEVEN_", "OTEL_")
NAMES = sorted(
    info.validation_alias if isinstance(info.validation_alias, str) else f"INTERLOCK_{field.upper()}"
    for field, info in Settings.model_fields.items()
)
ODD = {
    "user and password": f"ftp://u:{PW}@host/v1",
    "a password of its own": f"ftp://:{PW}@host",
    "a token for a user": f"ftp://{PW}@host",
    "a word": f"gopher://host/?key={PW}",
    "a fragment": f"gopher://host/#{PW}",
    "an at sign": f"https://u:x@{PW}@host",
    "a slash": f"https://u:x/{PW}@host",
    "a port": f"https://host:{PW}",
    "half an address": f"https://u:{PW}@[::1",
    "a space": f"https://u:{PW} @host",
    "no kind": f"u:{PW}@host",
    "percent": f"ftp://u:%53{PW}@host",
    "a line end": f"ftp://host\n{PW}",
    "JSON": '{"a": "' + PW + '"}',
    "half of JSON": '{"key": "' + PW,
    "a list": f'["{PW}"]',
    "a name and value": f"key={PW}",
    "a long text": PW * 20,
}


@pytest.fixture(autouse=True)
def _empty_surroundings(monkeypatch, tmp_path):
    for name in [n for n in os.environ if n.startswith(OURS)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def complaint() -> str:
    """All that is said of the settings; empty when they are fine."""
    try:
        load_settings()
    except SettingsError as error:
        return str(error)
    return ""


@pytest.mark.slow
@pytest.mark.parametrize("what", ODD)
def test_no_setting_repeats_what_may_be_a_secret(monkeypatch, what):
    """
    Of an address, its kind and its host are as much as is shown, and nothing of what is cut at the wrong place.
    """
    for name in NAMES:
        with monkeypatch.context() as here:
            here.setenv(name, ODD[what])
            said = complaint()
        assert PW not in said, name
        assert "\n" not in said, name


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(("_URL", "_ENDPOINT"))])
@pytest.mark.parametrize(
    "value", ["ftp://h", "https://", "https:///x", "ws://[::1", "ws://h:99999", "ws://h:0", "x", "://h"]
)
def test_an_address_that_cannot_be_one_is_named(monkeypatch, name, value):
    """
    With what was expected, at the start.
    """
    monkeypatch.setenv(name, value)
    (line,) = complaint().splitlines()
    assert line.startswith(f"{name} is ")
    assert ", expected " in line


@pytest.mark.parametrize(
    "value", ["https://h", "http://127.0.0.1:8080/v1", "wss://[::1]:7880", "https://bücher.example/x?y=1"]
)
def test_an_address_is_taken(monkeypatch, value):
    """
    With a port, a path, of version 6, or in letters of another alphabet.
    """
    monkeypatch.setenv("INTERLOCK_LLM_BASE_URL", value)
    assert complaint() == ""


def test_livekits_address_has_no_user(monkeypatch):
    """
    Its keys have settings of their own.
    """
    monkeypatch.setenv("LIVEKIT_URL", f"wss://user:{PW}@host")
    assert complaint() == 'LIVEKIT_URL is "wss://host", expected ws:// or wss://'


FILES = {
    "too long": ("#" * (LARGEST_BYTES + 1), "has more than 64 KiB"),
    "no text": (b"INTERLOCK_FLOW=\xff\xfe", "is not UTF-8 text"),
    "a bomb": (
        "A=" + "x" * 1000 + "".join(f"\nA{n}=${{A{n - 1}}}${{A{n - 1}}}" for n in range(1, 40)),
        "more than 16 times",
    ),
}


@pytest.mark.parametrize("file", [".env", ".env.local"])
@pytest.mark.parametrize("what", FILES)
def test_a_file_of_settings_is_read_within_bounds(tmp_path, file, what):
    """
    Before anybody unfolds what it refers to.
    """
    text, says = FILES[what]
    (tmp_path / file).write_bytes(text if isinstance(text, bytes) else text.encode())
    (line,) = complaint().splitlines()
    assert line.startswith(f"{file} ")
    assert says in line
    assert MOST_REFERENCES == 16


def test_a_file_of_settings_may_refer_to_itself(tmp_path):
    """
    Within reason.
    """
    (tmp_path / ".env").write_text("NAME=support\nINTERLOCK_FLOW=${NAME}\n")
    assert load_settings().flow == "support"


def test_a_bug_is_told_without_the_secrets_that_are_set(monkeypatch, capsys, tmp_path):
    """
    Wherever in the traceback they stand.
    """
    (tmp_path / ".env").write_text(f"OPENAI_API_KEY={PW}-openai\n")
    monkeypatch.setenv("INTERLOCK_STORE", f"postgresql://u:{PW}%21db@h/d?password={PW}-query")
    monkeypatch.setenv("LIVEKIT_API_SECRET", f"{PW}-livekit")

    def bug() -> int:
        raise ValueError(f"{PW}-openai {PW}-livekit {PW}!db {PW}%21db {PW}-query, and the rest")

    monkeypatch.setattr(command, "_loaded_and_run", bug)
    monkeypatch.setattr(sys, "argv", ["interlock"])
    with pytest.raises(SystemExit) as ended:
        command.main()
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert PW not in said
    assert "Traceback" in said
    assert "ValueError: ... ... ... ... ..., and the rest" in said


def test_what_is_secret_is_told_by_name_and_place():
    """
    Names of variables, and of an address everything that opens something.
    """
    assert [name for name in ("OPENAI_API_KEY", "X_TOKEN", "LIVEKIT_URL", "INTERLOCK_FLOW") if is_secret(name)] == [
        "OPENAI_API_KEY",
        "X_TOKEN",
    ]
    assert without_secrets("https://u:p@h:1/path?q") == "https://h:1/..."
    assert redacted("abcdefg", secrets_in({"A_KEY": "short", "B_KEY": "bcdefg"})) == "a..."


def test_a_file_that_is_no_project_is_one_line(tmp_path: Path, monkeypatch):
    """
    Whatever stands in it.
    """
    from interlock.app.project_file import ProjectError, find_project

    hostile = {
        "deep": "[tool.interlock]\nflows = " + "[" * 5000,
        "deep tables": "[" + "a." * 5000 + "a]",
        "a number": "[tool.interlock]\nflows = " + "9" * 5000,
        "a long text": f'[tool.interlock]\nflows = "{"x" * 100_000}"',
        "a list": "[tool.interlock]\nflows = [1, 2]",
        "a table": "[tool.interlock.flows]\na = 1",
        "a list of tables": "[[tool.interlock]]\nflows = 1",
        "a date": "[tool.interlock]\nrecord = 2026-01-01",
        "a way out": '[tool.interlock]\nflows = "a:B"\nrecord = "../../etc"',
        "no text": b"\xff\xfe[tool.interlock]",
        "a NUL": '[tool.interlock]\nflows = "a\\u0000:B"',
        "too long": "#" * (2 << 20),
        "another tool": "tool = 7",
        "an engine": '[tool.interlock]\nflows = "a:B"\nengine = "' + "9" * 5000 + '"',
    }
    for what, text in hostile.items():
        (tmp_path / "pyproject.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(ProjectError) as refused:
            find_project(str(tmp_path))
        assert "\n" not in str(refused.value), what
        assert len(str(refused.value)) < 500 + len(str(tmp_path)), what
