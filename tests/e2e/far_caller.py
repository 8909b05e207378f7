"""A caller in a process of its own, so that a test can kill it: what a lost phone or a dead browser looks like."""

import asyncio
import sys
from typing import Self

from tests.e2e.caller import Caller

STEP_S = 90.0


class FarCaller:
    """Joins on entering; `say` takes the names of shipped recordings; ends by `kill` only."""

    def __init__(self, url: str, token: str) -> None:
        self._to = (url, token)
        self._process: asyncio.subprocess.Process | None = None

    async def say(self, *names: str) -> None:
        """Speak, and return when it was said."""
        assert self._process is not None
        assert self._process.stdin is not None
        for name in names:
            self._process.stdin.write(f"{name}\n".encode())
            await self._hears("said")

    async def kill(self) -> None:
        """Gone from one moment to the next: no word to the server, no more packets."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def __aenter__(self) -> Self:
        program = [sys.executable, "-m", "tests.e2e.far_caller", *self._to]
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(*program, stdin=pipe, stdout=pipe)
        await self._hears("joined")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def _hears(self, word: str) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async with asyncio.timeout(STEP_S):
            told = await self._process.stdout.readline()
        assert told.decode().strip() == word, f"the far caller said {told!r}, expected {word!r}"


async def main(url: str, token: str) -> None:
    """Say what standard input names; leave when it ends, so that no caller outlives its test."""
    async with Caller(url, token) as caller:
        print("joined", flush=True)
        while name := (await asyncio.to_thread(sys.stdin.readline)).strip():
            await caller.say(name)
            print("said", flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
