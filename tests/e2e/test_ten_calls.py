"""Ten calls at once in one worker on two cores; and what one costs beside LiveKit alone (a bench)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from agents.support import SUPPORT
from interlock.app.livekit_server import Server
from interlock.app.offline.scripted import Asks
from interlock.app.replay import replay
from interlock.app.store import open_reader
from tests.e2e.cost import Cost
from tests.e2e.crowd import TURNS, Told, crowd
from tests.e2e.figures import FIGURES, switch_ms, table
from tests.e2e.room import Room
from tests.e2e.utterances import Utterances
from tests.e2e.worker import worker
from tests.standins.assemblyai import AssemblyAI
from tests.standins.elevenlabs import ElevenLabs
from tests.standins.openai import OpenAI
from tests.standins.rules import Rule, by_rules

pytestmark = [pytest.mark.e2e, pytest.mark.alone]

CALLS = 10
QUIET_MS = 900
"""Longer than the stand-in's own: on a busy machine sound arrives with gaps."""
BRAIN = by_rules(
    [
        Rule("Anna", calls=(Asks("note_name", {"name": "Anna"}), Asks("begin_triage"))),
        Rule(
            "charged",
            calls=(
                Asks("note_issue", {"category": "billing"}),
                Asks("verify_caller", {"account_number": "4471", "postcode": "80331"}),
                Asks("route_to_billing"),
            ),
        ),
        Rule("connect", calls=(Asks("route_to_technical"),)),
        Rule("goodbye", calls=(Asks("say_goodbye"),)),
        # said again by one who did not hear the opening: on a busy machine an utterance arrives in two, and cuts it off
        Rule("Anna", "What can we help you with?"),
        Rule("charged", "This is the billing desk."),
        Rule("connect", "This is the Technical desk."),
    ]
)
VOICES = {"front": 500.0, "money": 900.0, "tech": 1400.0}


async def test_ten_calls_at_once_all_reach_their_last_state(
    livekit: Server, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """
    Each says goodbye and is closed, and each record replays.
    """
    ours = await _ten(livekit, tmp_path, "interlock.app.command")
    with open_reader(ours.store) as record:
        calls = record.calls()
        entries = {call.call_id: record.records(call.call_id) for call in calls}
        different = [each for call in entries for each in replay(record, call, SUPPORT.machine, SUPPORT.facts)]
    switched = [took for its in entries.values() for took in switch_ms(its)]
    waits = table("Ten calls at once: verdict -> next agent there", {"nothing being said": switched})
    record_property(FIGURES, [*waits, *costs({"with Interlock": ours})])
    assert [(call.snapshot.state, call.end_reason) for call in calls] == [("closed", "agent_closed")] * CALLS
    assert different == []


@pytest.mark.bench
async def test_what_ten_calls_cost_beside_livekit_alone(
    livekit: Server, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """
    The same ten calls with Interlock and without, one after the other.
    """
    for name in ("ours", "bare"):
        (tmp_path / name).mkdir()
    ours = await _ten(livekit, tmp_path / "ours", "interlock.app.command")
    bare = await _ten(livekit, tmp_path / "bare", "tests.e2e.bare_worker")
    record_property(FIGURES, costs({"with Interlock": ours, "LiveKit alone": bare}))


@dataclass(frozen=True)
class Ten:
    """
    Ten calls that went well, and what they cost.
    """

    told: list[Told]
    cost: Cost
    store: Path

    @property
    def together(self) -> tuple[float, float]:
        """
        From the last caller greeted to the first one out, less the goodbye: all ten talk.
        """
        return max(one.greeted for one in self.told), min(one.out for one in self.told) - 2


async def _ten(livekit: Server, folder: Path, program: str) -> Ten:
    said = Utterances(TURNS)
    async with (
        OpenAI(brain=BRAIN) as thinks,
        AssemblyAI(said, silence_ms=QUIET_MS) as hears,
        ElevenLabs(VOICES) as speaks,
    ):
        given = {
            "INTERLOCK_LLM_BASE_URL": thinks.base_url,
            "INTERLOCK_STT_BASE_URL": hears.base_url,
            "INTERLOCK_TTS_BASE_URL": speaks.base_url,
            "INTERLOCK_TTS": "elevenlabs/front",
            "INTERLOCK_VOICES": '{"billing": "elevenlabs/money", "technical": "elevenlabs/tech"}',
            "INTERLOCK_SILENCE_S": "120",
        }
        async with worker(livekit, folder, given, program=program) as its, Cost(its.process.pid) as cost:
            told = await crowd(livekit.url, [Room(livekit).token(agent_name="interlock") for _ in range(CALLS)])
            await its.stop()
    wrong = [one.wrong for one in told if one.wrong]
    assert (len(told), wrong) == (CALLS, []), "\n".join(wrong)
    return Ten(told, cost, its.store)


def costs(ten: dict[str, Ten]) -> list[str]:
    """
    The lines of a table: of each call, and of the worker they share.
    """
    names = ("a core", "CPU s to begin", "own MB", "RSS MB", "worker MB")
    lines = [f"{'Ten calls at once, each call':<34}" + "".join(f"{name:>15}" for name in names)]
    for name, its in ten.items():
        since, until = its.together
        cost, again = its.cost, sum(one.again for one in its.told)
        lines.append(
            f"  {name:<32}{cost.cpu_per_call(since, until):>15.1%}{cost.cpu_to_begin(since):>15.2f}"
            f"{cost.own_mb():>15.0f}{cost.resident_mb():>15.0f}{cost.rest_mb():>15.0f}"
        )
        lines.append(
            f"    over {until - since:.0f} s in which all of them talked; said again {again} times; {greeted(its.told)}"
        )
    return lines


def greeted(told: list[Told]) -> str:
    """
    How long the callers waited for the first words, as all ten called within five seconds.
    """
    waited = sorted(one.greeted - one.joined for one in told)
    return f"greeted after {waited[0]:.1f} to {waited[-1]:.1f} s"
