"""The end of a call from outside: by LiveKit, which closes its session, or with the process it runs in."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from livekit.agents import NOT_GIVEN, AgentSession, NotGivenOr, llm
from livekit.agents.job import get_job_context
from livekit.agents.utils import is_given
from livekit.agents.voice import SpeechHandle

from interlock.agents.call.call import Call
from interlock.agents.caller.words_in import CleanWords


class CallSession(AgentSession[Call]):
    """LiveKit closes the session of a job that has to end, and a caller shall hear of it first.

    Whatever is typed comes the way of what is said, whoever hands it over: LiveKit's own text input does so here.
    """

    def generate_reply(
        self, *, user_input: NotGivenOr[str | llm.ChatMessage] = NOT_GIVEN, **given: Any
    ) -> SpeechHandle:
        """As LiveKit's; words of the caller are taken in first, and kept for the next agent while one is on its way."""
        if not is_given(user_input) or isinstance(user_input, CleanWords):
            return super().generate_reply(user_input=user_input, **given)
        words = user_input.text_content or "" if isinstance(user_input, llm.ChatMessage) else str(user_input)
        return self.userdata.hearing.hear(words) or _said_nothing()

    async def aclose(self) -> None:
        """Close it; in a job, where only LiveKit asks for that, with a word to a caller who is still there."""
        if get_job_context(required=False) is not None:
            await self.userdata.cut_off()
        await super().aclose()


def _said_nothing() -> SpeechHandle:
    handle = SpeechHandle.create()
    handle._mark_done()
    return handle


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
