"""A support desk for a test: the stand-ins a worker is wired to, a caller who speaks, and the record to look at."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from agents.support import SUPPORT
from interlock.app.livekit_server import Server
from interlock.app.offline.scripted import Asks
from interlock.app.offline.wav import CALL_HZ, read_wav
from interlock.app.replay import replay
from interlock.app.store import CallRow, open_reader
from tests.e2e.caller import SPEECH, Caller
from tests.e2e.worker import Worker, worker
from tests.standins.assemblyai import AssemblyAI
from tests.standins.ears import KnownSounds
from tests.standins.elevenlabs import ElevenLabs
from tests.standins.openai import OpenAI
from tests.standins.rules import Rule, by_rules

VOICE = {"front": 500.0}
SAID = {
    "Hello my name is Anna Kowalski.": "01-name",
    "I was charged twice for my router.": "02-billing",
    "My router does not connect to the internet either.": "07-technical",
    "No, that is all. Goodbye.": "09-goodbye",
}
ACCOUNT = {"account_number": "4471", "postcode": "80331"}
RULES = (
    Rule("Anna", calls=(Asks("note_name", {"name": "Anna Kowalski"}), Asks("begin_triage"))),
    Rule(
        "charged",
        calls=(Asks("note_issue", {"category": "billing"}), Asks("verify_caller", ACCOUNT), Asks("route_to_billing")),
    ),
    Rule("connect", calls=(Asks("route_to_technical"),)),
    Rule("goodbye", calls=(Asks("say_goodbye"),)),
)
GREETING, TRIAGE, BILLING, TECHNICAL = "May I have your name", "What can we help", "billing desk", "Technical desk"


@dataclass
class Desk:
    """The three stand-ins, and the settings that lead a worker to them."""

    model: OpenAI
    speech: AssemblyAI
    voice: ElevenLabs

    @property
    def given(self) -> dict[str, str]:
        return {
            "INTERLOCK_LLM_BASE_URL": self.model.base_url,
            "INTERLOCK_STT_BASE_URL": self.speech.base_url,
            "INTERLOCK_TTS_BASE_URL": self.voice.base_url,
            "INTERLOCK_TTS": "elevenlabs/front",
        }


@asynccontextmanager
async def desk() -> AsyncIterator[Desk]:
    """One voice, at 500 Hz, and a model that knows what to do with each of the recorded sentences."""
    ears = KnownSounds({text: (read_wav(SPEECH / f"{name}.wav").sound, CALL_HZ) for text, name in SAID.items()})
    async with OpenAI(brain=by_rules(RULES)) as model, AssemblyAI(ears) as speech, ElevenLabs(VOICE) as voice:
        yield Desk(model, speech, voice)


@asynccontextmanager
async def staffed(
    server: Server, folder: Path, *, command: Sequence[str] = ("dev",), cwd: Path | None = None, **given: str
) -> AsyncIterator[tuple[Desk, Worker]]:
    """A desk and the worker wired to it; when the test fails it shows what the worker logged."""
    async with desk() as its, worker(server, folder, its.given | given, command=command, cwd=cwd) as ours:
        try:
            yield its, ours
        except BaseException:
            print(*ours.lines, sep="\n")
            raise


async def hears(caller: Caller, words: str, since: float = 0.0, seconds: float = 40.0) -> None:
    """The agent has said it, and listens again or is gone."""
    await caller.until(
        lambda: any(words in line.text for line in caller.lines if line.final and line.at >= since),
        f"told {words!r}",
        seconds,
    )
    await caller.until(lambda: caller.happened("out") or rests(caller), "listened to", seconds)


def rests(caller: Caller) -> bool:
    """Whether the agent listens."""
    states = [each.what for each in caller.seen if each.kind == "state"]
    return bool(states) and states[-1] == "listening"


async def to_billing(caller: Caller) -> None:
    """The caller is greeted, says who they are and what they want, and is at the billing desk."""
    await hears(caller, GREETING)
    for says, answer in (("01-name", TRIAGE), ("02-billing", BILLING)):
        await caller.say(says)
        await hears(caller, answer)


def the_call(store: Path) -> tuple[CallRow, list[str]]:
    """The only call on record and the kinds of its entries; the record is whole and the machine agrees with it."""
    with open_reader(store) as record:
        (call,) = record.calls()
        entries = record.records(call.call_id)
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        assert replay(record, call.call_id, SUPPORT.machine, SUPPORT.facts) == []
        return call, [entry.kind for entry in entries]
