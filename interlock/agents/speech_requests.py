"""What a caller may ask about the speaking itself, at every desk: nothing is proposed, noted or decided."""

from livekit.agents.llm import ToolResult

from interlock.agents.caller.silence import STILL_THERE
from interlock.agents.desk import Desk
from interlock.agents.tools import data_tool

NOTHING_YET = "Nothing was said yet. | say: How can I help you?"
SLOWER = "All right, I will speak more slowly."
SLOWEST = "I am sorry, this is as slowly as I can speak."
NOT_SLOWER = "I am sorry, I cannot speak more slowly."
SPEECH_REQUESTS = frozenset({"repeat", "speak_slower"})
"""The names of these tools. What was asked before them is still what the caller is to answer."""


class SpeechRequests(Desk):
    """A desk that says again what it said, and slower where its voice can."""

    @data_tool(
        "could you repeat that",
        "say that again, please",
        "could you say that one more time",
        "sorry, what did you say",
        "what was that",
        "pardon",
        "come again",
        "I did not catch that",
        "I could not hear you",
    )
    async def repeat(self) -> ToolResult | str:
        """Say your last words once more, when the caller did not hear or follow them. It speaks; add nothing."""
        return self._say_last("") or NOTHING_YET

    @data_tool(
        "can you speak more slowly",
        "please speak slower",
        "you are talking too fast",
        "slow down, please",
        "not so fast",
    )
    async def speak_slower(self) -> ToolResult:
        """Speak slower for the rest of the call, when the caller asks for that. It speaks; add nothing."""
        remark = SLOWEST if self.call.voice.is_slow(self) else self._slowed_down()
        return self._say_last(remark) or self._say(remark)

    def _slowed_down(self) -> str:
        return SLOWER if self.call.voice.slow_down(self) else NOT_SLOWER

    def _say_last(self, before: str) -> ToolResult | None:
        last = self._last()
        return self._say(f"{before} {last}".strip()) if last else None

    def _say(self, words: str) -> ToolResult:
        if not self.call.switching:
            self.session.say(words)
        return ToolResult("The caller was told.", reply_required=False)

    def _last(self) -> str:
        """The last words of substance, whole where a caller cut them short; an opening even if nobody heard it."""
        for item in reversed(self.session.history.items):
            if item.type == "message" and item.role == "assistant":
                words = _of_substance((item.text_content or "").removeprefix(self.call.disclosure.text))
                if words:
                    return self.call.voice.whole(words)
            elif item.type == "agent_handoff" and self.first_words:
                return self.first_words
        return ""


def _of_substance(words: str) -> str:
    """Without what was said about the speaking itself."""
    for remark in (SLOWER, SLOWEST, NOT_SLOWER, STILL_THERE):
        words = words.removeprefix(remark).strip()
    return words
