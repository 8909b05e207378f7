"""The three stand-ins in a process of their own, for a worker in another: `python -m tests.standins --help`.

Prints one JSON line with their URLs. While they run, `control` breaks and heals each and reads its log:
`POST /openai/fail {"fault": "cut", "times": 1, "hold_s": 2, "after": 3}`, `POST /openai/heal`, `POST /openai/hang_up`,
`GET /openai/log`.
"""

import argparse
import asyncio
import importlib
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from tests.standins.assemblyai import AssemblyAI
from tests.standins.control import Control
from tests.standins.ears import Ears, WhisperEars
from tests.standins.elevenlabs import ElevenLabs
from tests.standins.openai import Brain, OpenAI
from tests.standins.server import StandIn

LONGEST_S = 3600.0


def main() -> None:
    """Run until the time is up."""
    parser = argparse.ArgumentParser(prog="python -m tests.standins", description=__doc__.splitlines()[0])
    parser.add_argument("--ports", default="0,0,0,0", help="of openai, assemblyai, elevenlabs, control; 0 is any")
    parser.add_argument("--seconds", type=float, default=600.0, help=f"stop after these, at most {LONGEST_S:.0f}")
    parser.add_argument("--brain", help="MODULE:FUNCTION of (messages, tools) that answers for the model")
    parser.add_argument("--texts", type=Path, help="what the caller says, a line for each turn")
    parser.add_argument("--listen", action="store_true", help="recognise what the caller says instead (slow)")
    given = parser.parse_args()
    try:
        ports = [int(port) for port in given.ports.split(",")]
    except ValueError:
        ports = []
    if len(ports) != 4 or not 0 < given.seconds <= LONGEST_S:
        parser.error("expected --ports A,B,C,D, four whole numbers, and --seconds of more than 0, up to 3600")
    lines = given.texts.read_text().splitlines() if given.texts else []
    ears: Ears | list[str] = WhisperEars() if given.listen else lines
    openai = OpenAI(brain=brain_named(given.brain) if given.brain else None, port=ports[0])
    asyncio.run(serve([openai, AssemblyAI(ears, port=ports[1]), ElevenLabs(port=ports[2])], ports[3], given.seconds))


def brain_named(name: str) -> Brain:
    """The function of that MODULE:FUNCTION."""
    module, _, function = name.partition(":")
    found: Any = getattr(importlib.import_module(module), function)
    return found  # type: ignore[no-any-return]


async def serve(providers: list[StandIn], control_port: int, seconds: float) -> None:
    """Run the stand-ins for so long, and say where they are."""
    async with AsyncExitStack() as stack:
        for provider in providers:
            await stack.enter_async_context(provider)
        control = await stack.enter_async_context(Control(providers, port=control_port))
        urls = {provider.NAME: provider.base_url for provider in [*providers, control]}
        print(json.dumps(urls), flush=True)
        await asyncio.sleep(seconds)


if __name__ == "__main__":
    main()
