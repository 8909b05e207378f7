"""The stand-ins in a process of their own."""

import asyncio
import json
import sys
from pathlib import Path

import aiohttp

from tests.standins.clients import ask

ROOT = Path(__file__).parents[2]
BRAIN = "tests.standins.test_process:echo"


def echo(messages, tools):
    """Say what was said."""
    return messages[-1]["content"]


async def started(*given: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.standins", *given, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )


async def test_another_process_is_asked_broken_and_healed(http: aiohttp.ClientSession):
    """
    Its URLs come as one JSON line, and its control breaks and heals what it runs.
    """
    process = await started("--brain", BRAIN, "--seconds", "60")
    try:
        urls = json.loads(await process.stdout.readline())
        assert (await ask(urls["openai"], "Hello.")).parts[0] == "Hello."
        async with http.post(f"{urls['control']}/openai/fail", json={"fault": "429", "times": 1}) as response:
            assert response.status == 200
        assert (await ask(urls["openai"])).error.status_code == 429
        assert (await ask(urls["openai"], "Back?")).parts[0] == "Back?"
        async with http.get(f"{urls['control']}/openai/log") as response:
            assert [heard["fault"] for heard in await response.json()] == [None, "429", None]
        async with http.post(f"{urls['control']}/openai/fail", json={"fault": "flood"}) as response:
            assert "'flood' is not a valid Fault, expected fault (one of" in await response.text()
    finally:
        process.terminate()
        await process.communicate()


async def test_it_stops_by_itself():
    """
    A process nobody ends is gone after its seconds.
    """
    process = await started("--seconds", "0.01")
    out, _ = await process.communicate()
    assert process.returncode == 0
    assert set(json.loads(out)) == {"openai", "assemblyai", "elevenlabs", "control"}
