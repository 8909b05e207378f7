"""Numbers and spans of a real call: counted in the call's own process, read when that process is gone."""

import asyncio
import os
import re
import sys
from pathlib import Path

import aiohttp
import psutil
import pytest

from interlock.app.livekit_server import Server
from interlock.app.offline.scripted import Asks, Says
from interlock.app.store import open_reader
from tests.e2e.collector import attributes_of, collector, free_port
from tests.e2e.desk import GREETING, TRIAGE, hears, says
from tests.e2e.room import Room
from tests.e2e.utterances import QUIET_MS, Recordings
from tests.e2e.worker import Worker, worker
from tests.standins.assemblyai import AssemblyAI
from tests.standins.elevenlabs import ElevenLabs
from tests.standins.openai import Message, OpenAI, Tool
from tests.standins.rules import last_words

pytestmark = pytest.mark.e2e

SAID = {
    "Hello my name is Anna Kowalski.": "01-name",
    "My router does not connect to the internet either.": "07-technical",
}
MADE_UP = Says(calls=(Asks("Kowalski_lives_at_80331", {"where": "Anna's router"}),))
BEGIN = Says(calls=(Asks("note_name", {"name": "Anna Kowalski"}), Asks("begin_triage")))


def brain(messages: list[Message], tools: list[Tool]) -> Says | str:
    """
    Moves the call on once, and then makes up a tool whose name says too much.
    """
    if messages[-1]["role"] == "tool":
        return "All right."
    return MADE_UP if "router" in last_words(messages) else BEGIN


WORDS = (b"Kowalski", b"Anna", b"80331", b"router", b"May I have your name", b"+15550100")
SECONDS = re.compile(r"turn measured: answered after (\d+) ms")


async def test_numbers_of_a_call_that_is_over(livekit: Server, room: Room, tmp_path: Path) -> None:
    """
    Prometheus shows them after the call's process ended, the audit prints them, the trace has ours in LiveKit's.
    """
    port = free_port()
    async with (
        OpenAI(brain=brain) as model,
        AssemblyAI(Recordings(SAID), silence_ms=QUIET_MS) as speech,
        ElevenLabs() as voice,
        collector() as traces,
    ):
        given = {
            "INTERLOCK_LLM_BASE_URL": model.base_url,
            "INTERLOCK_STT_BASE_URL": speech.base_url,
            "INTERLOCK_TTS_BASE_URL": voice.base_url,
            "INTERLOCK_METRICS_PORT": str(port),
            "OTEL_EXPORTER_OTLP_ENDPOINT": traces.url,
            "TMPDIR": str(tmp_path),
        }
        async with worker(livekit, tmp_path, given) as ours:
            async with room.caller(agent_name="interlock") as caller:
                await hears(caller, GREETING)
                during = await _scrape(port)
                await says(caller, "01-name", TRIAGE)
                await says(caller, "07-technical", "All right")
            await _until(lambda: _recorded(ours, "call.ended"))
            await _until(lambda: traces.named("job_entrypoint"))
            numbers = await _scrape(port)
            await _until(lambda: not any(psutil.pid_exists(process) for process in _counted(tmp_path)))
            again = await _scrape(port)
            assert _counted(tmp_path) == set()
            shown = await _audit(ours)
            assert await ours.stop() == 0, ours.lines[-10:]
    _the_numbers(during, numbers, again)
    _the_audit(shown)
    _the_trace(traces)


def _the_numbers(during: dict[str, float], numbers: dict[str, float], again: dict[str, float]) -> None:
    flow = 'flow="support"'
    assert during[f"interlock_active_calls{{{flow}}}"] == 1
    assert numbers.get(f"interlock_active_calls{{{flow}}}", 0) == 0
    assert numbers[f"interlock_calls_opened_total{{{flow}}}"] == 1
    assert numbers[f'interlock_calls_ended_total{{{flow},reason="caller_left"}}'] == 1
    assert numbers[f'interlock_verdicts_total{{event="begin_triage",{flow},kind="accepted"}}'] == 1
    assert numbers[f'interlock_verdicts_total{{event="unknown",{flow},kind="unknown_event"}}'] == 1
    assert numbers[f'interlock_handoff_entered_seconds_count{{{flow},from="greeting",to="triage"}}'] == 1
    assert numbers[f'interlock_handoff_heard_seconds_count{{{flow},from="greeting",to="triage"}}'] == 1
    assert numbers[f"interlock_turn_latency_seconds_count{{{flow}}}"] >= 1
    assert 0 < numbers[f"interlock_turn_latency_seconds_sum{{{flow}}}"] < 30
    assert numbers[f"interlock_first_word_seconds_count{{{flow}}}"] == 1
    assert 0 < numbers[f"interlock_first_word_seconds_sum{{{flow}}}"] < 30
    assert numbers[f'interlock_tool_seconds_count{{{flow},tool="note_name"}}'] == 1
    assert numbers["interlock_journal_write_seconds_count"] >= 8
    assert numbers.get("interlock_journal_writes_pending", 0) == 0
    assert sum(value for name, value in numbers.items() if name.startswith("interlock_llm_tokens_total")) > 0
    assert sum(value for name, value in numbers.items() if name.startswith("interlock_tts_characters_total")) > 0
    assert sum(value for name, value in numbers.items() if name.startswith("interlock_stt_audio_seconds_total")) > 1
    ours = {name: value for name, value in numbers.items() if name.startswith("interlock_") and value}
    assert ours.items() <= again.items()
    text = "\n".join(numbers)
    assert not [word for word in WORDS if word.decode() in text]
    assert "call-" not in text


def _the_audit(shown: str) -> None:
    (answered,) = {int(each) for each in SECONDS.findall(shown)[:1]}
    assert 0 < answered < 30_000
    assert re.search(r"handoff heard: greeting -> triage: entered after \d+ ms, heard after \d+ ms", shown), shown


def _the_trace(traces) -> None:
    (root,) = traces.named("job_entrypoint")
    proposals, verdicts = traces.named("interlock.proposal"), traces.named("interlock.verdict")
    handoff = next(span for span in traces.named("interlock.handoff") if _of(span)["interlock.after"] == "triage")
    assert {span.trace_id for span in (*proposals, *verdicts, handoff)} == {root.trace_id}
    known = {span.span_id: span for span in traces.spans}
    triage = next(span for span in proposals if _of(span)["interlock.event"] == "begin_triage")
    assert known[triage.parent_span_id].name == "function_tool"
    assert handoff.parent_span_id == triage.span_id
    assert _of(handoff)["interlock.handoff"] == "entered"
    assert "(unknown)" in {_of(span)["interlock.event"] for span in proposals}
    assert not [word for word in WORDS if word in traces.raw]


_of = attributes_of


async def _until(true) -> None:
    async with asyncio.timeout(90):
        while not true():  # noqa: ASYNC110 - files and other processes have no event
            await asyncio.sleep(0.2)


def _recorded(its: Worker, kind: str) -> bool:
    with open_reader(str(its.store)) as record:
        return any(entry.kind == kind for call in record.calls() for entry in record.records(call.call_id))


def _counted(folder: Path) -> set[int]:
    """The processes whose numbers are in files of their own."""
    return {int(file.stem.rpartition("_")[2]) for file in folder.glob("interlock-metrics-*/*.db")} - {0}


async def _scrape(port: int) -> dict[str, float]:
    url = f"http://127.0.0.1:{port}/metrics"
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        assert answer.status == 200
        lines = (await answer.text()).splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")}


async def _audit(its: Worker) -> str:
    with open_reader(str(its.store)) as record:
        (call,) = record.calls()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "interlock.app.command", "audit", "show", call.call_id),
        env={**os.environ, "INTERLOCK_STORE": str(its.store)},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 90)
    return out.decode()
