"""A spoken call from WAV files: what it leaves behind, also when it is cut short."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from agents.support import SUPPORT
from interlock.app.calls.demo import DemoError, demo, shipped
from interlock.app.offline.wav import read_wav
from interlock.app.project import Project
from interlock.app.settings import load_settings
from interlock.app.store import open_reader

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _clean_surroundings(monkeypatch, tmp_path):
    """A folder of its own, none of our settings."""
    for name in [n for n in os.environ if n.startswith(("INTERLOCK_", "LIVEKIT_")) and n != "INTERLOCK_PROJECT"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERLOCK_STORE", str(tmp_path / "calls.sqlite"))


def last_call():
    """The call in the record."""
    with open_reader("calls.sqlite") as record:
        (call,) = record.calls()
    return call


@pytest.mark.slow
async def test_a_call_leaves_a_recording_a_transcript_and_a_record(tmp_path):
    """
    Two turns of the shipped caller, through the real models.
    """
    out = tmp_path / "made" / "here"
    made = await demo(SUPPORT, load_settings(), wavs=shipped(SUPPORT)[:2], out=out, console=Console(quiet=True))
    transcript = made.transcript.read_text(encoding="utf-8")
    assert read_wav(made.recording).seconds > 10
    assert "caller  Hello, my name is Anna" in transcript
    assert "[begin_triage: accepted, greeting -> triage]" in transcript
    assert "[call over: caller_left]" in transcript
    assert (last_call().call_id, last_call().end_reason) == (made.call_id, "caller_left")
    with open_reader("calls.sqlite") as record:
        said = record.turns(made.call_id)
    assert "Anna" in " ".join(turn.text for turn in said if turn.role == "user")
    assert all(turn.began < turn.ended <= turn.at for turn in said)


@pytest.mark.slow
@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_call_that_is_cut_short_loses_nothing(tmp_path, sign, code):
    """
    What was said so far is on the recording and in the transcript, and the record says that the call ended.
    """
    env = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "INTERLOCK_PROJECT": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "COLUMNS": "200",
    }
    spoken = subprocess.Popen(
        [sys.executable, "-m", "interlock.app.command", "demo", "--out", "made"],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    shown = []
    for line in spoken.stdout:
        shown.append(line)
        if "charged twice" in line:
            spoken.send_signal(sign)
    assert spoken.wait(60) == code
    assert spoken.stderr.read() == ""
    spoken.stdout.close()
    spoken.stderr.close()
    transcript = Path("made/support.txt").read_text(encoding="utf-8")
    assert "What can we help you with?" in transcript
    assert "[call over: caller_left]" in transcript
    assert read_wav(Path("made/support.wav")).seconds > 5
    assert last_call().end_reason == "caller_left"
    assert any(last_call().call_id in line for line in shown)


@pytest.mark.slow
async def test_a_folder_that_goes_away_during_the_call_is_named(tmp_path, monkeypatch):
    """
    The call itself is in the record all the same.
    """
    out = tmp_path / "made"
    monkeypatch.setattr(
        "interlock.app.calls.demo.WavCall.attach", lambda line, session: out.rmdir() or line._over.set()
    )
    with pytest.raises(DemoError, match="cannot be written \\(No such file or directory\\)"):
        await demo(SUPPORT, load_settings(), wavs=shipped(SUPPORT)[:1], out=out, console=Console(quiet=True))
    assert last_call().end_reason == "caller_left"


def test_a_flow_without_a_recorded_caller_says_what_to_give(monkeypatch, tmp_path):
    """
    A WAV for each turn.
    """
    monkeypatch.setattr(Project, "callers", tmp_path)
    with pytest.raises(DemoError, match="expected --wav FILE for each turn"):
        shipped(SUPPORT)
