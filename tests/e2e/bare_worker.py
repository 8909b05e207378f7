"""The same support call without Interlock: LiveKit's own AgentSession, its agents handing over by themselves.

Nothing of ours is imported, so that what it costs is LiveKit's and the plugins' part alone.
"""

import asyncio
import logging
import os
import signal
from typing import Any

from livekit.agents import Agent, AgentServer, AgentSession, JobContext, function_tool, inference
from livekit.agents.voice.room_io import RoomOptions
from livekit.plugins import assemblyai, elevenlabs, openai


class Desk(Agent):
    """Says its opening."""

    def __init__(self, opening: str, voice: str = "front") -> None:
        self.opening = opening
        super().__init__(instructions="You are on the phone: answer in one or two short sentences.", tts=_voice(voice))

    async def on_enter(self) -> None:
        """The first words."""
        self.session.say(self.opening)

    @function_tool
    async def note_name(self, name: str) -> str:
        """Note the caller's name."""
        return "Thank you."

    @function_tool
    async def note_issue(self, category: str) -> str:
        """Note what the call is about, as soon as the caller said it."""
        return "Noted. How can I help you with that?"

    @function_tool
    async def verify_caller(self, account_number: str, postcode: str) -> str:
        """Check account number and postcode against the account. Ask for both before."""
        return "Thank you, I have found your account."

    @function_tool
    async def begin_triage(self) -> Agent:
        """Begin to find out what is wrong, once the name is noted."""
        return Desk("Thank you. What can we help you with?")

    @function_tool
    async def route_to_billing(self) -> Agent:
        """Pass the caller to the billing desk."""
        return Desk("You are through to the billing desk. What is your order number?", "money")

    @function_tool
    async def route_to_technical(self) -> Agent:
        """Pass the caller to the technical desk."""
        words = "Technical desk. Please unplug the device, wait ten seconds, and plug it in again. Does it work now?"
        return Desk(words, "tech")

    @function_tool
    async def say_goodbye(self) -> Agent:
        """End the call."""
        return Farewell("Thank you for calling. Goodbye.")


class Farewell(Desk):
    """Hangs up."""

    async def on_enter(self) -> None:
        """The last words."""
        self.session.say(self.opening).add_done_callback(lambda _: self.session.shutdown())


def _voice(name: str) -> Any:
    url = os.environ["INTERLOCK_TTS_BASE_URL"]
    return elevenlabs.TTS(voice_id=name, model="eleven_flash_v2_5", encoding="pcm_24000", base_url=url)


async def take_call(context: JobContext) -> None:
    """One call, as LiveKit's examples have it."""
    session: AgentSession[None] = AgentSession(
        llm=openai.LLM(model="gpt-4.1-mini", base_url=os.environ["INTERLOCK_LLM_BASE_URL"], parallel_tool_calls=False),
        stt=assemblyai.STT(model="universal-streaming-english", base_url=os.environ["INTERLOCK_STT_BASE_URL"]),
        vad=inference.VAD(),
        turn_handling={"turn_detection": "vad", "interruption": {"mode": "vad"}},
        max_tool_steps=5,
        user_away_timeout=None,
        aec_warmup_duration=None,
    )
    await context.connect()
    session.on("close", lambda _: context.shutdown(reason="the call is over"))
    greeting = Desk("Hello, this is the service desk. May I have your name, please?")
    await session.start(greeting, room=context.room, room_options=RoomOptions(delete_room_on_close=True))


async def main() -> None:
    """Serve until SIGTERM."""
    server = AgentServer(load_fnc=lambda: 0.0, port=0)
    server.rtc_session(take_call, agent_name="interlock")
    serving = asyncio.ensure_future(server.run(devmode=True))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, serving.cancel)
    await asyncio.gather(serving, return_exceptions=True)
    await server.aclose()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    asyncio.run(main())
