"""The end of a call from outside: by LiveKit, which closes its session, or with the process it runs in."""

import asyncio
from collections.abc import Awaitable, Callable

from livekit.agents import AgentSession
from livekit.agents.job import get_job_context

from interlock.agents.call.call import Call


class CallSession(AgentSession[Call]):
    """LiveKit closes the session of a job that has to end, and a caller shall hear of it first."""

    async def aclose(self) -> None:
        """Close it; in a job, where only LiveKit asks for that, with a word to a caller who is still there."""
        if get_job_context(required=False) is not None:
            await self.userdata.cut_off()
        await super().aclose()


def let_go_with_the_worker(call: Call, let_go: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
    """Let go of the call when LiveKit, the worker gone, just cancels whatever this process does: another may go on.

    The task is to be kept as long as the process lives.
    """
    return asyncio.get_running_loop().create_task(_to_the_last(call, let_go))


async def _to_the_last(call: Call, let_go: Callable[[], Awaitable[None]]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        if not call.ending:
            await let_go()
