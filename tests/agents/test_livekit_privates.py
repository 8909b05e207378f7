"""What we rely on in LiveKit that nobody promised us: each test says what to look at when a version changes it."""

import asyncio
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from livekit.agents import Agent, AgentSession, AgentTask, JobContext, function_tool
from livekit.agents.job import RunningJobInfo
from livekit.agents.llm import ToolResult
from livekit.agents.voice import SpeechHandle

import interlock
from interlock.agents.call.switch import Switch
from interlock.agents.desk import Desk
from interlock.agents.tool_calls import ToolCalls
from interlock.app.offline.scripted import ScriptedModel
from interlock.app.project import FLOWS

ROOT = Path(interlock.__file__).parent
USED = {"context._info", "handle._mark_done", "session._update_activity_atask"}
"""The private attributes of LiveKit's objects that agents/ and app/ touch: each has a test below."""
ON_STAGE = {
    "activity._audio_recognition",
    "activity._on_enter_task",
    "activity._user_turn_completed_atask",
    "session._activity",
    "session._closing_task",
    "session._update_activity_atask",
}
"""What a test looks at to see that nobody speaks or is about to: `SpokenStage` fails loudly where one is gone."""


@pytest.fixture
async def session():
    """
    A bare LiveKit session with one agent, and no code of ours.
    """
    made = AgentSession(llm=ScriptedModel(), vad=None)
    await made.start(Agent(instructions="first"))
    yield made
    await made.aclose()


def test_no_other_private_attribute_is_used():
    """
    A new dependency on LiveKit's insides gets a test here before it is used.
    """
    stage = ROOT / "testing"
    found = privates(path for path in ROOT.rglob("*.py") if not path.is_relative_to(stage))
    assert found == USED, f"expected exactly {USED}: test the new ones in {Path(__file__).name}"
    assert privates(stage.rglob("*.py")) == ON_STAGE


def privates(paths):
    """What files touch of LiveKit's insides."""
    named = re.compile(r"\b((?:session|activity|speech|handle|context)\._[a-z]\w*)")
    return {found for path in paths for found in named.findall(path.read_text())}


def test_a_job_knows_when_its_worker_was_asked():
    """
    interlock/agents/telemetry/first_word.py measures from `JobContext._info.received_at`, in unix seconds.
    """
    assert "self._info = info" in inspect.getsource(JobContext.__init__), "JobContext keeps its info elsewhere"
    assert RunningJobInfo.__dataclass_fields__["received_at"].default == 0.0, "received_at is gone, or has no unknown"


async def test_a_speech_can_be_done_before_it_is_spoken():
    """
    interlock/app/worker/job_session.py answers with one where nobody is there to speak yet.
    """
    handle = SpeechHandle.create()
    handle._mark_done()
    await handle
    assert handle.done()


async def test_the_switch_runs_in_the_task_we_watch(session):
    """
    interlock/agents/call/switch.py learns from `_update_activity_atask` that a switch failed.
    """
    assert hasattr(session, "_update_activity_atask"), "Switch cannot see LiveKit's switch any more"
    second = Agent(instructions="second")
    session.update_agent(second)
    task = session._update_activity_atask
    assert isinstance(task, asyncio.Task), "update_agent no longer leaves its task in _update_activity_atask"
    await task
    assert session._activity.agent is second, "the switch no longer happens in _update_activity_atask"


async def test_a_switch_that_raises_poisons_those_after_it(session):
    """
    P3: why Switch clears the track. When this fails, LiveKit recovers by itself, and clearing can go.
    """
    await _fails(session, Agent(instructions="bad", tools=[_tool()]))
    session.update_agent(Agent(instructions="good"))
    with pytest.raises(ValueError, match="duplicate"):
        await session._update_activity_atask
    session._update_activity_atask = None


async def test_a_cleared_track_lets_the_next_switch_through(session):
    """
    What Switch does after a failure is enough.
    """
    await _fails(session, Agent(instructions="bad", tools=[_tool()]))
    session._update_activity_atask = None
    good = Agent(instructions="good")
    session.update_agent(good)
    await session._update_activity_atask
    assert session._activity.agent is good, "setting _update_activity_atask to None no longer clears a failed switch"


async def test_a_hanging_switch_can_be_cancelled_and_left_behind(session):
    """
    What Switch does after a stall is enough: the agent that hangs on its way in does not stop the one after the next.
    """

    left = asyncio.Event()

    class Hanging(Agent):
        async def on_enter(self) -> None:
            await left.wait()

    session.update_agent(Hanging(instructions="hanging"))
    await session._update_activity_atask
    session.update_agent(Agent(instructions="never"))
    hanging = session._update_activity_atask
    for _ in range(20):
        await asyncio.sleep(0)
    assert not hanging.done(), "LiveKit no longer waits for what an old agent has begun"
    hanging.cancel()
    session._update_activity_atask = None
    await asyncio.wait([hanging])
    assert hanging.cancelled(), "a hanging switch can no longer be cancelled through _update_activity_atask"
    after = Agent(instructions="after")
    session.update_agent(after)
    await session._update_activity_atask
    assert session._activity.agent is after, "a cancelled switch stands in the way of the next one"
    left.set()


async def test_the_handoff_item_comes_between_the_old_ears_and_the_new_entry(session):
    """
    interlock/agents/caller/hearing.py takes the `AgentHandoff` item for the moment after which the new agent hears the
    caller.
    """
    order: list[str] = []

    class Leaving(Agent):
        async def on_exit(self) -> None:
            order.append("old agent leaves")

    class Coming(Agent):
        async def on_enter(self) -> None:
            order.append("new agent enters")

    session.update_agent(Leaving(instructions="old"))
    await session._update_activity_atask
    session.on("conversation_item_added", lambda event: order.append(event.item.type))
    session.update_agent(Coming(instructions="new"))
    await session._update_activity_atask
    await session._activity._on_enter_task
    assert order == ["old agent leaves", "agent_handoff", "new agent enters"]


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_no_agent_is_a_task_and_no_tool_returns_an_agent(flow):
    """
    P1, P2, P5, P14: each of LiveKit's own ways of handing over loses handoffs or deadlocks.
    """
    for desk in flow.cast.values():
        assert issubclass(desk, Desk)
        assert not issubclass(desk, AgentTask)
        assert desk.on_exit is Agent.on_exit, "LiveKit cannot get past an on_exit that hangs: see test_switch.py"
    assert inspect.signature(ToolCalls._propose).return_annotation is ToolResult


def test_only_the_switch_updates_the_agent():
    """
    One place switches, so that each switch is watched; the other is the apology when that place gave up.
    """
    found = {path.name for path in ROOT.glob("agents/**/*.py") if ".update_agent(" in path.read_text()}
    assert found == {"switch.py", "farewell.py"}
    assert "update_agent" in inspect.getsource(Switch)


def _tool() -> Any:
    """
    A tool whose name the failing agent has twice.
    """

    async def twice(raw_arguments: dict[str, object]) -> str:
        return ""

    return function_tool(twice, raw_schema={"name": "twice", "parameters": {"type": "object", "properties": {}}})


async def _fails(session: AgentSession[Any], agent: Agent) -> None:
    agent._tools = [_tool(), _tool()]
    session.update_agent(agent)
    with pytest.raises(ValueError, match="duplicate"):
        await session._update_activity_atask
