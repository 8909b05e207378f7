"""A job that cannot become a call: it has failed, its room is closed, and nothing stays open."""

import asyncio
import os
from types import SimpleNamespace

import pytest
from livekit.agents import AgentSession
from livekit.api import TwirpError
from livekit.protocol.models import ParticipantInfo
from sqlalchemy import select, update

from interlock.agents.call import farewell
from interlock.agents.call.journal import JournalDown
from interlock.app.settings import SettingsError
from interlock.app.store import open_journal, open_reader, tables
from interlock.app.store.rooms import Room, claim_room
from interlock.app.worker import job as worker_job
from interlock.app.worker import refusal
from interlock.app.worker.job import IDLE_LIMIT_S, take_call
from interlock.app.worker.refusal import NOTHING
from tests.store.entries import opened

KEYS = ("OPENAI_API_KEY", "ASSEMBLYAI_API_KEY", "ELEVEN_API_KEY")


class Job:
    """
    What LiveKit hands over with a job, as far as it is used before anybody speaks.
    """

    def __init__(self, broken: Exception | None = None) -> None:
        self.job = SimpleNamespace(id="job-1", metadata="", room=SimpleNamespace(name="room-1", sid="RM_1"))
        self.proc = SimpleNamespace(userdata={})
        self.room = None
        self.agents = 0
        self.unclosed = None
        self.api = SimpleNamespace(room=self)
        self._info = SimpleNamespace(received_at=None)
        self._broken = broken
        self._at_the_end = []
        self.did = []

    async def connect(self) -> None:
        self.did.append("connect")
        if self._broken is not None:
            raise self._broken

    async def list_participants(self, asked):
        assert asked.room == "room-1"
        kind = ParticipantInfo.Kind.AGENT
        return SimpleNamespace(participants=[SimpleNamespace(kind=kind)] * self.agents)

    async def delete_room(self, asked) -> None:
        self.did.append(f"close {asked.room}")
        if self.unclosed is not None:
            raise self.unclosed

    def shutdown(self, reason: str) -> None:
        self.did.append(f"shutdown {reason}")

    def init_recording(self, options) -> None:
        assert options == NOTHING

    def add_shutdown_callback(self, callback) -> None:
        self._at_the_end.append(callback)

    async def ends(self) -> None:
        """
        As LiveKit does it: all callbacks at once.
        """
        await asyncio.gather(*(each() for each in self._at_the_end))


@pytest.fixture(autouse=True)
def journals(monkeypatch, tmp_path):
    """
    Settings with which a call could be served, and the journals that are opened; nothing ends this process.
    """
    for name in [each for each in os.environ if each.startswith("INTERLOCK_") and each != "INTERLOCK_PROJECT"]:
        monkeypatch.delenv(name)
    for name in KEYS:
        monkeypatch.setenv(name, "k")
    monkeypatch.setenv("INTERLOCK_STORE", str(tmp_path / "calls.sqlite"))
    monkeypatch.chdir(tmp_path)
    opened, real = [], worker_job.journal_of

    def journal_of(settings):
        opened.append(real(settings))
        monkeypatch.setattr(opened[-1], "close", lambda its=opened[-1]: (type(its).close(its), opened.remove(its)))
        return opened[-1]

    monkeypatch.setattr(worker_job, "journal_of", journal_of)
    monkeypatch.setattr(refusal, "Finalize", lambda *_, **__: None)
    return opened


@pytest.fixture
def spoken(monkeypatch):
    """
    What is said to callers who cannot be served.
    """
    said = []

    async def say(context, settings, caller, words):
        said.append(words)

    async def the_caller(*_, **__):
        return SimpleNamespace(identity="anna", sid="PA_1")

    monkeypatch.setattr(refusal, "ON_ITS_WAY_S", 0)  # there is no way here
    monkeypatch.setattr(refusal, "_say", say)
    monkeypatch.setattr(refusal, "the_caller", the_caller)
    monkeypatch.setattr(worker_job, "the_caller", the_caller)
    monkeypatch.setattr(worker_job, "facts_of", lambda *_: {"room": "room-1"})
    return said


def no_models(_):
    raise SettingsError("OPENAI_API_KEY is missing")


async def no_start(*_, **__):
    raise RuntimeError("canary")


REFUSED = ["close room-1", "shutdown refused"]


async def test_settings_that_went_bad_meanwhile_fail_the_job(monkeypatch, spoken, journals, capsys):
    """
    Without settings there is no voice, but the room is closed.
    """
    monkeypatch.setenv("INTERLOCK_NO_SUCH", "1")
    job = Job()
    await take_call(job)
    assert (job.did, spoken) == (REFUSED, [])
    await job.ends()
    assert journals == []


async def test_a_model_that_cannot_be_made_is_apologised_for(monkeypatch, spoken, journals):
    """
    And the journal that was open by then is closed.
    """

    monkeypatch.setattr(worker_job, "models", no_models)
    job = Job()
    await take_call(job)
    assert (job.did, spoken) == (["connect", *REFUSED], [farewell.APOLOGY])
    assert len(journals) == 1
    await job.ends()
    assert journals == []


async def test_a_room_that_cannot_be_entered_is_closed(spoken, journals, caplog, capsys):
    """
    The log has the error's type and none of its text.
    """
    job = Job(ConnectionError("canary"))
    await take_call(job)
    assert (job.did, spoken) == (["connect", "connect", *REFUSED], [])
    await job.ends()
    assert journals == []
    logged = caplog.text + "".join(capsys.readouterr())
    assert "ConnectionError" in logged
    assert "canary" not in logged


async def test_a_session_that_does_not_start_is_apologised_for(monkeypatch, spoken, journals, tmp_path):
    """
    And the call, on record by then, has ended there as well.
    """

    monkeypatch.setattr(AgentSession, "start", no_start)
    job = Job()
    await take_call(job)
    assert (job.did, spoken) == (["connect", "connect", *REFUSED], [farewell.APOLOGY])
    await job.ends()
    assert journals == []
    with open_reader(str(tmp_path / "calls.sqlite")) as record:
        (call,) = record.calls()
    assert call.end_reason == "error"


@pytest.mark.parametrize(("content", "given"), [("false", False), ("true", None)])
async def test_livekit_cloud_is_sent_nothing_unless_content_may_leave(monkeypatch, spoken, content, given):
    """
    Where it may, the LiveKit project decides.
    """
    asked = []

    async def start(*_, record=None, **__):
        asked.append(record if isinstance(record, bool) else None)
        raise RuntimeError

    monkeypatch.setattr(AgentSession, "start", start)
    monkeypatch.setenv("INTERLOCK_OTEL_CONTENT", content)
    job = Job()
    await take_call(job)
    await job.ends()
    assert asked == [given]


async def test_work_that_never_ends_keeps_no_journal_open(monkeypatch, spoken, journals):
    """
    After a minute models and journal are closed all the same.
    """
    limits, real = [], worker_job.within

    async def at_once(clock, seconds, work):
        limits.append(seconds)
        await real(clock, 0, work)

    class Stuck(worker_job.Call):
        async def wait_until_idle(self):
            await asyncio.Event().wait()

    monkeypatch.setattr("interlock.app.calls.session.Call", Stuck)
    monkeypatch.setattr(worker_job, "within", at_once)
    job = Job(ConnectionError())
    await take_call(job)
    await job.ends()
    assert (journals, limits) == ([], [IDLE_LIMIT_S])


@pytest.fixture
async def left(tmp_path):
    """
    A record in which the call of this room was left by its driver.
    """
    with open_journal(str(tmp_path / "calls.sqlite")) as journal:
        await journal.transact(lambda c: claim_room(c, journal.seal, Room("RM_1", "room-1", "support"), "c1", "gone"))
        await journal.append([opened()])
        ran_out = update(tables.calls).values(lease_until=0)
        await journal.transact(lambda connection: connection.execute(ran_out))
        yield journal


async def test_a_call_that_cannot_be_taken_over_is_left_to_another(monkeypatch, spoken, journals, left):
    """
    No apology and no closed room: its caller is spoken to by the next who takes it, at once.
    """

    monkeypatch.setattr(worker_job, "models", no_models)
    job = Job()
    await take_call(job)
    assert (job.did, spoken) == (["shutdown driven elsewhere"], [])
    free = await left.read(lambda connection: connection.execute(select(tables.calls.c.lease_until)).scalar_one())
    assert free is None
    await job.ends()
    assert journals == []


async def test_a_session_that_does_not_start_anew_is_left_to_another(monkeypatch, spoken, journals, left):
    """
    The call has not ended.
    """

    monkeypatch.setattr(AgentSession, "start", no_start)
    job = Job()
    await take_call(job)
    assert (job.did, spoken) == (["connect", "shutdown driven elsewhere", "shutdown driven elsewhere"], [])
    await job.ends()
    assert left.call("c1").ended_at is None


async def down(*_):
    raise JournalDown("nobody can tell who drives it")


@pytest.mark.parametrize(
    ("agents", "did", "words"),
    [(0, ["connect", *REFUSED], [farewell.APOLOGY]), (1, ["shutdown refused"], []), (None, ["shutdown refused"], [])],
)
async def test_a_room_in_which_another_agent_may_be_stays_open(monkeypatch, spoken, journals, agents, did, words):
    """
    Where nobody can tell who drives the call its caller may well be in the middle of a sentence.
    """
    monkeypatch.setattr(worker_job, "claim", down)
    job = Job()
    job.agents = agents
    await take_call(job)
    assert (job.did, spoken) == (did, words)
    await job.ends()


async def test_a_call_of_ours_that_cannot_begin_is_apologised_for_though_an_agent_is_there(
    monkeypatch, spoken, journals
):
    """
    It is we.
    """

    monkeypatch.setattr(AgentSession, "start", no_start)
    job = Job()
    job.agents = 1
    await take_call(job)
    assert (job.did, spoken) == (["connect", "connect", *REFUSED], [farewell.APOLOGY])
    await job.ends()


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (None, 0),
        (TwirpError("not_found", "", status=404), 0),
        (TwirpError("internal", "", status=500), 1),
        (OSError(), 1),
    ],
)
async def test_who_refuses_a_call_forgets_its_room_once_it_is_closed(
    monkeypatch, spoken, journals, tmp_path, error, kept
):
    """
    Nobody need look after it; where it stayed open, somebody has to.
    """

    monkeypatch.setattr(worker_job, "models", no_models)
    job = Job()
    job.unclosed = error
    await take_call(job)
    await job.ends()
    with open_journal(str(tmp_path / "calls.sqlite")) as journal:
        rooms = await journal.read(lambda connection: connection.execute(select(tables.rooms)).all())
    assert len(rooms) == kept
