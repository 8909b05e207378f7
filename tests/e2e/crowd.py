"""Many callers at once, in a process of their own: what they cost is not counted with a test or a worker.

`python -m tests.e2e.crowd URL` takes one token a line and prints one JSON line a caller: `Told`.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from interlock.app.offline.sound import Sound
from tests.e2e.caller import Caller
from tests.e2e.utterances import Utterances

TURNS = {
    "Hello, my name is Anna.": "What can we help you with",
    "I was charged twice for my router.": "billing desk",
    "My router does not connect to the internet.": "Technical desk",
    "No, that is all. Goodbye.": "Thank you for calling",
}
"""What each caller says, and what they hear in answer; after the last they are hung up on."""
GREETING = "May I have your name"
APART_S = 0.5
STEP_S = 150.0
TRIES, PATIENCE_S = 4, 25.0
CROWD_S = 400.0


@dataclass(frozen=True, slots=True)
class Told:
    """How one call went: when the caller joined, was greeted and was out, in seconds since the epoch; how often they
    had to say something again, as one does on a bad line; and what went wrong ("" for nothing)."""

    joined: float
    greeted: float
    out: float
    again: int
    wrong: str


class DeafCaller(Caller):
    """Reads what the agent says, which costs less than to listen."""

    async def _record(self, track: Any, who: str) -> None:
        return None


async def crowd(url: str, tokens: Sequence[str]) -> list[Told]:
    """Let one caller a token call, a little apart, and say how it went for each."""
    program = [sys.executable, "-m", "tests.e2e.crowd", url]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*program, stdin=pipe, stdout=pipe)
    try:
        async with asyncio.timeout(CROWD_S):
            out, _ = await process.communicate("".join(f"{token}\n" for token in tokens).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return [Told(**json.loads(line)) for line in out.decode().splitlines() if line.startswith("{")]


async def call(url: str, token: str, said: Utterances, nth: int) -> Told:
    """One call from hello to goodbye."""
    await asyncio.sleep(nth * APART_S)
    caller = DeafCaller(url, token)
    joined, greeted, again, wrong = time.time(), 0.0, 0, ""
    try:
        async with caller:
            await _hears(caller, GREETING)
            greeted = time.time()
            for words, answer in TURNS.items():
                again += await _says(caller, said.sound(words), answer)
            await caller.until(lambda: caller.happened("out"), "put out of the closed room", STEP_S)
    except (AssertionError, TimeoutError, OSError) as error:
        wrong = f"{type(error).__name__}: {error}"
    return Told(joined, greeted, time.time(), again, wrong)


async def _says(caller: Caller, sound: Sound, answer: str) -> int:
    for again in range(TRIES):
        await caller.say(sound)
        try:
            await _hears(caller, answer, PATIENCE_S if again + 1 < TRIES else STEP_S)
            return again
        except AssertionError:
            if again + 1 == TRIES:
                raise
    return TRIES


async def _hears(caller: Caller, words: str, seconds: float = STEP_S) -> None:
    await caller.until(lambda: any(words in line.text for line in caller.lines if line.final), words, seconds)
    await caller.until(lambda: caller.happened("out") or _rests(caller), "listened to", STEP_S)


def _rests(caller: Caller) -> bool:
    states = [each.what for each in caller.seen if each.kind == "state"]
    return states[-1:] == ["listening"]


async def main(url: str) -> None:
    """Print each call as soon as it is over."""
    said = Utterances(TURNS)
    tokens = sys.stdin.read().split()
    for ended in asyncio.as_completed([call(url, token, said, nth) for nth, token in enumerate(tokens)]):
        print(json.dumps(asdict(await ended)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
