"""A support desk for a test: the stand-ins a worker is wired to, a caller who speaks, and the record to look at."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from agents.support import SUPPORT
from interlock.app.livekit_server import Server
from interlock.app.offline.scripted import Asks
from interlock.app.replay import replay
from interlock.app.store import CallRow, JournalReader, open_reader
from tests.e2e.caller import Caller
from tests.e2e.far_caller import FarCaller
from tests.e2e.utterances import QUIET_MS, Recordings
from tests.e2e.worker import Worker, worker
from tests.standins.assemblyai import AssemblyAI
from tests.standins.elevenlabs import ElevenLabs
from tests.standins.openai import OpenAI
from tests.standins.rules import Rule, by_rules

VOICES = {"front": 500.0, "money": 900.0, "tech": 1400.0}
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
GOODBYE = "Goodbye"
COMES_S = 60.0
"""How long a test waits for what is to come: many times what an idle machine takes."""
SAYINGS, PATIENCE_S = 5, 8.0
"""How often a caller says something, and how long they wait for the answer after being told something else."""


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
    """A voice at 500 Hz, others for those set to speak with them, and a model that knows the recorded sentences."""
    async with (
        OpenAI(brain=by_rules(RULES)) as model,
        AssemblyAI(Recordings(SAID), silence_ms=QUIET_MS) as speech,
        ElevenLabs(VOICES) as voice,
    ):
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


async def hears(caller: Caller, words: str, since: float = 0.0, seconds: float = COMES_S) -> None:
    """The agent has said it, and listens again or is gone."""
    await caller.until(lambda: was_told(caller, words, since), f"told {words!r}", seconds)
    await caller.until(lambda: gone(caller, since) or rests(caller), "listened to", seconds)


async def says(caller: Caller, name: str, answer: str, *, by: FarCaller | None = None) -> None:
    """The caller, or one whose call this one follows, says it and hears the answer.

    As one does who was not understood, they say it again when what they hear is something else.
    """
    for _ in range(SAYINGS):
        said = caller.now
        await (by or caller).say(name)
        if await answered(caller, answer, said):
            return
    raise AssertionError(f"said {name} {SAYINGS} times, and not told {answer!r}: {caller.lines[-SAYINGS:]}")


async def answered(caller: Caller, answer: str, since: float) -> bool:
    """Whether what the agent says since is this: after anything else it has a little longer to come to it."""
    await caller.until(lambda: was_told(caller, "", since) or gone(caller, since), "answered", COMES_S)
    try:
        await hears(caller, answer, since, PATIENCE_S)
    except AssertionError:
        return False
    return True


def was_told(caller: Caller, words: str, since: float) -> bool:
    """Whether an agent has said this, or with no words anything, to the end since."""
    lines = (line for line in caller.lines if line.final and line.at >= since and line.who.startswith("agent"))
    return any(words in line.text for line in lines)


def was_told_last(caller: Caller, words: str) -> bool:
    """Whether an agent's whole words have come, marked as final or not: a room that closes may overtake the mark."""
    return any(words in line.text for line in caller.lines if line.who.startswith("agent"))


def gone(caller: Caller, since: float) -> bool:
    """Whether the caller was put out since."""
    return any(out.at >= since for out in caller.happened("out"))


def rests(caller: Caller) -> bool:
    """Whether the agent listens."""
    states = [each.what for each in caller.seen if each.kind == "state"]
    return bool(states) and states[-1] == "listening"


async def to_billing(caller: Caller) -> None:
    """The caller is greeted, says who they are and what they want, and is at the billing desk."""
    await hears(caller, GREETING)
    await says(caller, "01-name", TRIAGE)
    await says(caller, "02-billing", BILLING)


async def says_goodbye(caller: Caller) -> None:
    """The caller ends the call, and the room closes."""
    for _ in range(SAYINGS):
        said = caller.now
        await caller.say("09-goodbye")
        await caller.until(lambda since=said: was_told(caller, "", since) or gone(caller, since), "answered", COMES_S)
        closes = COMES_S if was_told(caller, GOODBYE, said) else PATIENCE_S
        with suppress(AssertionError):
            await caller.until(lambda since=said: gone(caller, since), "put out of the closed room", closes)
            return
    raise AssertionError(f"said goodbye {SAYINGS} times, and not put out: {caller.lines[-SAYINGS:]}")


def the_call(store: Path) -> tuple[CallRow, list[str]]:
    """The only call on record and the kinds of its entries; the record is whole and the machine agrees with it."""
    with open_reader(store) as record:
        (call,) = record.calls()
        return call, whole(record, call.call_id)


def whole(record: JournalReader, call_id: str) -> list[str]:
    """The kinds of a call's entries, all of which are there; the machine agrees with them."""
    entries = record.records(call_id)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert replay(record, call_id, SUPPORT.machine, SUPPORT.facts) == []
    return [entry.kind for entry in entries]
