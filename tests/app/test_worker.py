"""The worker: what it checks before it serves, how it gives up, and that no process of it logs what was said."""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import structlog
from livekit.agents import JobExecutorType, JobProcess

from interlock.agents.answers.pieces import _phrases
from interlock.agents.answers.question import ACTED_ON
from interlock.app.settings import Settings, SettingsError, load_settings
from interlock.app.worker import worker

ROOT = Path(__file__).parents[2]
LIVE = {
    "LIVEKIT_URL": "ws://127.0.0.1:1",
    "LIVEKIT_API_KEY": "key",
    "LIVEKIT_API_SECRET": "s" * 32,
    "OPENAI_API_KEY": "k",
    "ASSEMBLYAI_API_KEY": "k",
    "ELEVEN_API_KEY": "k",
}

pytestmark = pytest.mark.slow  # commands and servers as processes of their own

JOB = """
import asyncio
import logging

from livekit.agents import AgentServer

from interlock.app.worker.worker import prepare_process

async def take(context):
    logging.getLogger("livekit.agents").warning("the caller said %s", "canary")
    logging.getLogger("interlock.test").warning("done")
    context.shutdown()


async def main():
    server = AgentServer(setup_fnc=prepare_process)
    server.rtc_session(take, agent_name="test")
    started = asyncio.Event()
    server.once("worker_started", started.set)
    serving = asyncio.create_task(server.run(devmode=True, unregistered=True))
    await started.wait()
    await server.simulate_job("room", fake_job=True)
    await server.drain()
    await server.aclose()
    await serving


if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def _clean_surroundings(monkeypatch, tmp_path):
    """A folder of its own, settings with which calls could be served, and the logs as they were before."""
    for name in [n for n in os.environ if n.startswith("INTERLOCK_") and n != "INTERLOCK_PROJECT"]:
        monkeypatch.delenv(name)
    for name, value in LIVE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_process_has_the_tables_of_answers_before_its_first_call(monkeypatch):
    """
    Nobody waits for them with a yes on their lips.
    """
    monkeypatch.setenv("INTERLOCK_PROJECT", str(ROOT))
    _phrases.cache_clear()
    worker.prepare_process(JobProcess(executor_type=JobExecutorType.PROCESS, user_arguments=None, http_proxy=None))
    assert _phrases.cache_info().currsize == len(ACTED_ON)


@pytest.mark.slow
def test_settings_with_which_a_call_can_be_served_are_no_complaint():
    """
    The record is made on the way.
    """
    settings = load_settings()
    worker.require_ready(settings)
    assert Path(settings.store).is_file()


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("OPENAI_API_KEY", "", "OPENAI_API_KEY is missing, expected a key from OpenAI, without spaces, because "),
        ("INTERLOCK_TTS", "assemblyai/x", 'INTERLOCK_TTS is "assemblyai/x", expected elevenlabs, cartesia, deepgram '),
        ("INTERLOCK_VOICES", '{"billing": "a/b"}', 'INTERLOCK_VOICES for billing is "a/b", expected elevenlabs, '),
        ("INTERLOCK_FLOW", "none", "there is no flow 'none', expected one of: "),
        ("INTERLOCK_STORE", "/proc/none/x", "the store /proc/none/x cannot be made"),
    ],
)
def test_what_a_call_would_stumble_over_is_a_line(monkeypatch, name, value, line):
    """
    Each alone here; together in the tests of the command.
    """
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        worker.require_ready(load_settings())
    assert str(raised.value).startswith(line)
    assert "\n" not in str(raised.value)


def test_a_key_named_twice_is_one_line(monkeypatch):
    """
    LiveKit's check and the providers' find the same.
    """
    monkeypatch.setenv("INTERLOCK_TTS", "elevenlabs/eleven_flash_v2_5")
    monkeypatch.setenv("ELEVEN_API_KEY", "")
    with pytest.raises(SettingsError) as raised:
        worker.require_ready(load_settings())
    assert str(raised.value) == (
        "ELEVEN_API_KEY is missing, expected a key from ElevenLabs, without spaces,"
        " because INTERLOCK_TTS is elevenlabs/eleven_flash_v2_5"
    )


@pytest.mark.slow
async def test_a_server_that_is_not_there_is_given_up_with_a_line(monkeypatch):
    """
    After so many tries; with what to look at.
    """
    monkeypatch.setattr(worker, "RETRIES_DEV", 1)
    with pytest.raises(worker.WorkerError) as raised:
        await worker.run_worker(Settings(), dev=True)
    assert str(raised.value).startswith("LIVEKIT_URL is ws://127.0.0.1:1, and no LiveKit server took us there:")


def surroundings():
    """Those of this process, with the project importable from anywhere."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "INTERLOCK_PROJECT": str(ROOT)}


@pytest.mark.slow
def test_what_livekit_logs_in_a_calls_own_process_is_scrubbed(tmp_path):
    """
    A real job process: what ran through a library's message is not in any line.
    """
    (tmp_path / "job.py").write_text(JOB)
    env = {**surroundings(), "INTERLOCK_LOG_JSON": "true"}
    done = subprocess.run([sys.executable, "job.py"], env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line]
    assert any('"logger": "interlock.test"' in line for line in lines)
    assert "canary" not in done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_worker_that_waits_for_its_server_ends_when_told(sign):
    """
    In order: exit code 0, no traceback, whatever it was just waiting for.
    """
    serving = subprocess.Popen(
        [sys.executable, "-m", "interlock.app.command", "dev"], env=surroundings(), stderr=subprocess.PIPE, text=True
    )
    lines = []
    for line in serving.stderr:
        lines.append(line)
        if "retry_count" in line and sign not in lines:
            lines.append(sign)
            serving.send_signal(sign)
    assert serving.wait(60) == 0
    serving.stderr.close()
    said = "".join(line for line in lines if line is not sign)
    assert "worker.draining" in said
    assert "Traceback" not in said
