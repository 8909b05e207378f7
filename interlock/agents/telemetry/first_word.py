"""How long a caller waited for the first word: from the agent being in the room with them, and from the dispatch."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from livekit.agents import AgentSession, AgentStateChangedEvent, JobContext

from interlock.agents.call.draft import DraftEntry

if TYPE_CHECKING:
    from interlock.agents.call.call import Call


class FirstWord:
    """A stopwatch for one call; writes `call.first_word` once, in whole milliseconds.

    `now` gives seconds that only go forward; `dispatched_s_ago` is how long before this was made the worker was asked
    to take the call, unknown where None.
    """

    def __init__(self, *, dispatched_s_ago: float | None = None, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._since: dict[str, float] = {}
        self._written = False
        if dispatched_s_ago is not None and dispatched_s_ago >= 0:
            self._since["dispatched_ms"] = now() - dispatched_s_ago

    def joined(self) -> None:
        """Agent and caller are in the room; said again, the later moment counts."""
        self._since["joined_ms"] = self._now()

    def listen(self, session: "AgentSession[Call]", call: "Call") -> None:
        """Begin to wait for the first sound."""

        def changed(event: AgentStateChangedEvent) -> None:
            if event.new_state == "speaking" and not self._written:
                self._written = True
                now = self._now()
                took = {name: round((now - since) * 1000) for name, since in self._since.items()}
                call.spawn(call.record_if_possible(DraftEntry("call.first_word", took)))

        session.on("agent_state_changed", changed)


def dispatched_s_ago(context: JobContext) -> float | None:
    """Seconds since LiveKit's server asked this worker to take the call; None where that is not known.

    By the time of day, which LiveKit kept in another process; test_livekit_privates.py watches where.
    """
    asked = context._info.received_at
    return time.time() - asked if asked else None
