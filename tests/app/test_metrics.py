"""What operators count: a real call's numbers, labels without a word of anybody's, and sums that outlast a process."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from livekit.agents import metrics as livekit_metrics
from prometheus_client import CollectorRegistry, generate_latest

from agents.support import SUPPORT
from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.journal import JournalDown
from interlock.app.calls.session import open_call
from interlock.app.calls.typed import TypedCall
from interlock.app.offline.clock import ManualClock
from interlock.app.offline.scripted import Asks, Says, ScriptedModel
from interlock.app.settings import Settings, SettingsError
from interlock.app.telemetry.metrics import Collectors, Metrics, open_metrics, serve_metrics
from interlock.app.telemetry.metrics.labels import UNKNOWN, Labels, plain
from interlock.app.telemetry.metrics.serving import FOLDER, AllCalls
from interlock.app.telemetry.metrics.usage import Usage

pytestmark = pytest.mark.slow  # commands and servers as processes of their own

FLOW = 'flow="support"'
ROOT = Path(__file__).parents[2]


@pytest.fixture
def registry() -> CollectorRegistry:
    """
    Numbers of one test.
    """
    return CollectorRegistry()


@pytest.fixture
def collectors(registry: CollectorRegistry) -> Collectors:
    """
    All at zero.
    """
    return Collectors(registry)


def shown(registry) -> dict[str, float]:
    """What Prometheus would read."""
    lines = generate_latest(registry).decode().splitlines()
    rows = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in rows if "_created" not in name}


async def a_call(journal, systems, metrics: Metrics, *answers: Says) -> None:
    model = ScriptedModel()
    session, call = open_call(
        SUPPORT,
        llm=model,
        journal=metrics.journal(journal),
        services=systems,
        clock=ManualClock(),
        call_id="call-canary",
    )
    metrics.follow(session, call)
    typed = TypedCall(session, call)
    await typed.start()
    for answer in answers:
        model.add(answer)
        await typed.caller("My name is Canary.")
    await call.record(DraftEntry("provider.failed", {"kind": "stt", "provider": "a canary said so", "error": "X"}))
    await call.record(DraftEntry("provider.failed", {"kind": "llm", "provider": "openai", "error": "X"}))
    await call.record(DraftEntry("provider.fell_back", {"kind": "tts", "to": "elevenlabs"}))
    await call.record(DraftEntry("call.first_word", {"joined_ms": 250}))
    await call.record(DraftEntry("turn.measured", {"answer_ms": 1200, "llm_ttft_ms": 300}))
    await typed.hang_up()


async def test_a_call_is_counted(journal, systems, registry, collectors) -> None:
    """
    Opened and ended, each verdict, each handoff, each tool, what failed and what it took, in seconds.
    """
    begins = Says(calls=(Asks("note_name", {"name": "Ann"}), Asks("begin_triage")))
    await a_call(journal, systems, Metrics(collectors), begins, Says("Well?", calls=(Asks("route_to_billing"),)))
    found = shown(registry)
    assert found[f"interlock_calls_opened_total{{{FLOW}}}"] == 1
    assert found[f'interlock_calls_ended_total{{{FLOW},reason="caller_left"}}'] == 1
    assert found[f"interlock_active_calls{{{FLOW}}}"] == 0
    assert found[f'interlock_verdicts_total{{event="begin_triage",{FLOW},kind="accepted"}}'] == 1
    assert found[f'interlock_verdicts_total{{event="route_to_billing",{FLOW},kind="guard_false"}}'] == 1
    assert found[f'interlock_handoff_entered_seconds_count{{{FLOW},from="greeting",to="triage"}}'] == 1
    assert found[f'interlock_tool_seconds_count{{{FLOW},tool="note_name"}}'] == 1
    assert found['interlock_provider_errors_total{kind="llm",provider="openai"}'] == 1
    assert found['interlock_provider_fallbacks_total{kind="tts",provider="elevenlabs"}'] == 1
    assert found[f"interlock_first_word_seconds_sum{{{FLOW}}}"] == 0.25
    assert found[f"interlock_turn_latency_seconds_sum{{{FLOW}}}"] == 1.2
    assert found[f"interlock_llm_first_token_seconds_sum{{{FLOW}}}"] == 0.3
    assert f"interlock_tts_first_audio_seconds_count{{{FLOW}}}" not in found
    assert not [name for name in found if name.startswith("interlock_handoff_heard_seconds_count")]
    assert found["interlock_journal_write_seconds_count"] >= 8
    assert found["interlock_journal_writes_pending"] == 0


async def test_no_label_holds_a_word_of_a_caller_or_a_model(journal, systems, registry, collectors) -> None:
    """
    Names that a model made up are one value, however many they are; the call's id is nowhere.
    """
    made_up = [Says(calls=(Asks(f"canary_{each}", {"canary": "canary"}),)) for each in range(3)]
    await a_call(journal, systems, Metrics(collectors), *made_up)
    text = generate_latest(registry).decode()
    assert "canary" not in text.lower()
    found = shown(registry)
    assert found[f'interlock_verdicts_total{{event="unknown",{FLOW},kind="unknown_event"}}'] == 3
    assert found['interlock_provider_errors_total{kind="stt",provider="unknown"}'] == 1


def test_a_name_is_known_or_unknown() -> None:
    """
    Known are the chart's events and the agents' tools; names from settings must look like names.
    """
    labels = Labels(SUPPORT)
    assert (labels.event("begin_triage"), labels.event("(unknown name, 7 characters)")) == ("begin_triage", UNKNOWN)
    assert (labels.tool("note_name"), labels.tool("x"), labels.tool(["note_name"])) == ("note_name", UNKNOWN, UNKNOWN)
    assert [plain(each) for each in ("gpt-4.1-mini", "127.0.0.1:80", "a b", "", None, "é", "x" * 65)] == [
        "gpt-4.1-mini",
        "127.0.0.1:80",
        *[UNKNOWN] * 5,
    ]


def test_usage_is_counted_once(registry, collectors) -> None:
    """
    LiveKit tells sums; what was counted before is not counted again.
    """
    usage = Usage(collectors)
    for used in (10, 10, 25):
        llm = livekit_metrics.LLMModelUsage(provider="openai", model="m", input_tokens=used, output_tokens=1)
        tts = livekit_metrics.TTSModelUsage(provider="elevenlabs", model="v", characters_count=used)
        stt = livekit_metrics.STTModelUsage(provider="assemblyai", model="s", audio_duration=used / 2)
        usage.now(livekit_metrics.AgentSessionUsage(model_usage=[llm, tts, stt]))
    found = shown(registry)
    assert found['interlock_llm_tokens_total{direction="input",model="m",provider="openai"}'] == 25
    assert found['interlock_llm_tokens_total{direction="output",model="m",provider="openai"}'] == 1
    assert found['interlock_tts_characters_total{model="v",provider="elevenlabs"}'] == 25
    assert found['interlock_stt_audio_seconds_total{model="s",provider="assemblyai"}'] == 12.5


class _Down:
    async def append(self, entries) -> None:
        raise JournalDown("the disk is full")


async def test_a_write_that_fails_is_counted_and_fails(registry, collectors) -> None:
    """
    Nobody may take a measured journal for a safer one.
    """
    with pytest.raises(JournalDown):
        await Metrics(collectors).journal(_Down()).append([])
    found = shown(registry)
    assert (found["interlock_journal_write_failures_total"], found["interlock_journal_writes_pending"]) == (1, 0)
    assert found["interlock_journal_write_seconds_count"] == 0


COUNTING = """
import runpy, sys
from prometheus_client import CollectorRegistry

# without all of LiveKit
numbers = runpy.run_path("interlock/app/telemetry/metrics/collectors.py")["Collectors"](CollectorRegistry())
numbers.opened.labels("support").inc()
numbers.active.labels("support").inc()
numbers.answer.labels("support").observe(1.0)
print("counted", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def counting(tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """
    Two processes that counted one call each and have not ended.
    """
    environment = {**os.environ, FOLDER: str(tmp_path)}
    made = [
        subprocess.Popen(
            [sys.executable, "-c", COUNTING],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for each in made:
        assert each.stdout is not None
        assert each.stdout.readline() == b"counted\n"
    yield made
    for each in made:
        each.kill()
        each.wait()
        with suppress(BrokenPipeError):
            each.communicate()


def test_sums_outlast_their_processes(counting, tmp_path: Path) -> None:
    """
    Also one that was killed; its calls are no longer under way, and asking again changes nothing.
    """
    registry = CollectorRegistry()
    registry.register(AllCalls(tmp_path))
    opened, active = f"interlock_calls_opened_total{{{FLOW}}}", f"interlock_active_calls{{{FLOW}}}"
    answers = f'interlock_turn_latency_seconds_bucket{{{FLOW},le="1.0"}}'
    for alive, killed in ((2, None), (1, counting[0]), (1, None), (0, counting[1]), (0, None)):
        if killed is not None:
            killed.kill()
            killed.wait()
        found = shown(registry)
        assert (found[opened], found.get(active, 0), found[answers]) == (2, alive, 2)
    assert {file.name for file in tmp_path.glob("*.db")} == {"counter_0.db", "histogram_0.db"}


def test_they_are_served_and_then_not_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    On the loopback, with what the worker's own process counts, and nothing stays behind.
    """
    monkeypatch.delenv(FOLDER, raising=False)
    port = _free_port()
    with serve_metrics(Settings(metrics_port=port)):
        folder = Path(os.environ[FOLDER])
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            assert b"lk_agents_proc_initialize" in answer.read()
        assert folder.is_dir()
        with (
            pytest.raises(SettingsError, match=f"INTERLOCK_METRICS_PORT is {port}, .* expected a free port"),
            serve_metrics(Settings(metrics_port=port)),
        ):
            pass
    assert not folder.exists()
    assert FOLDER not in os.environ
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10)


def test_a_file_of_somebody_elses_is_left_alone(counting, tmp_path: Path) -> None:
    """
    And costs no number.
    """
    foreign = [tmp_path / name for name in ("other.db", "notes_1.db", "counter_x.db", f"counter_{2**63}.db")]
    for each in foreign:
        each.write_bytes(b"x")
    registry = CollectorRegistry()
    registry.register(AllCalls(tmp_path))
    assert shown(registry)[f"interlock_calls_opened_total{{{FLOW}}}"] == 2
    assert [each.read_bytes() for each in foreign] == [b"x"] * len(foreign)


def test_what_an_earlier_worker_left_is_not_counted(counting, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """
    Its processes' numbers may be those of others by now, so each worker has a folder of its own in the one given.
    """
    monkeypatch.setenv(FOLDER, str(tmp_path))
    port = _free_port()
    with serve_metrics(Settings(metrics_port=port)):
        assert Path(os.environ[FOLDER]).parent == tmp_path
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            assert b"interlock_active_calls{" not in answer.read()
    assert os.environ[FOLDER] == str(tmp_path)
    assert [each.name for each in tmp_path.iterdir() if each.is_dir()] == []


async def test_without_a_port_nothing_is_counted(journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The journal is the journal itself, and no folder is made.
    """
    monkeypatch.delenv(FOLDER, raising=False)
    with serve_metrics(Settings(metrics_port=None)):
        assert FOLDER not in os.environ
    assert open_metrics(Settings(metrics_port=None)).journal(journal) is journal


def test_a_folder_that_is_gone_costs_no_call(tmp_path: Path) -> None:
    """
    The process goes on without counting, and says so.
    """
    code = (
        "from interlock.app.telemetry.metrics import open_metrics; from interlock.app.settings import Settings\n"
        "journal = object(); print(open_metrics(Settings(metrics_port=1)).journal(journal) is journal)"
    )
    environment = {**os.environ, FOLDER: str(tmp_path / "gone")}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, timeout=60)
    assert done.stdout.endswith(b"True\n"), done.stderr
    assert b"metrics.lost" in done.stdout + done.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
