"""What is said before a call ends by what an agent asks for, and the asking after it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from interlock.agents.call.deciding import for_caller
from interlock.machines.base import is_over, may_end

if TYPE_CHECKING:
    from interlock.agents.call.call import Call


class LastWords:
    """Those of one desk of a call, in the epoch and for the caller it was made for."""

    def __init__(self, call: "Call") -> None:
        self._call = call
        self._epoch = call.epoch
        self._caller = call.callers

    def before(self, event: str, args: Mapping[str, Any], seen_epoch: int) -> str:
        """What is said before the call ends by this, where it would and somebody has last words for that."""
        call = self._call
        if not may_end(call.flow.machine, event):
            return ""
        verdict = call.would(event, args, seen_epoch=seen_epoch)
        if verdict is None or not verdict.accepted or not is_over(call.flow.machine, verdict.after):
            return ""
        desk = call.flow.cast[verdict.after.state]
        return desk(call, event).opening() if desk.PARTS else ""

    async def say(self, words: str, event: str, args: Mapping[str, Any], tool_call_id: str) -> bool:
        """Say goodbye, and ask for the end of the call once nobody came back; see `Parting.begin`."""

        async def close() -> bool:
            for_caller(self._caller)
            asked = self._call.propose(event, args, seen_epoch=self._epoch, tool_call_id=tool_call_id)
            return (await asked).accepted

        return await self._call.parting.begin(event, words, close)
