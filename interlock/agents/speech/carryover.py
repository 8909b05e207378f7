"""What of the conversation crosses a handoff, as the flow says for each event."""

from typing import TYPE_CHECKING

import structlog
from livekit.agents import AgentSession, llm

from interlock.agents.call.clock import within
from interlock.agents.flow import CarryOver

if TYPE_CHECKING:
    from interlock.agents.call.call import Call

log = structlog.get_logger("interlock.call")

SUMMARY_LIMIT_S = 3.0
"""How long a summary may take: the caller hears nothing meanwhile."""
TURNS_WITHOUT_SUMMARY = 6
"""What is told instead, when there is none in time."""
ASK = (
    "Sum up this phone call for the colleague who takes over, in at most five short sentences. "
    "Leave nothing out that was agreed."
)


async def carried_context(call: "Call", session: "AgentSession[Call]", event: str) -> llm.ChatContext:
    """The conversation as the agent entered by `event` is told it; never raises.

    Tool calls come along only with the whole conversation. A summary that fails or takes too long is replaced by the
    last `TURNS_WITHOUT_SUMMARY` messages. What the caller said and nobody answered crosses in any case.
    """
    history = session.history.copy(exclude_handoff=True, exclude_config_update=True)
    carry = call.flow.carry_over.get(event, CarryOver())
    if carry.summary:
        return await _summarised(call, session, history)
    return history if carry.turns is None else _last(call, history, carry.turns)


def _last(call: "Call", history: llm.ChatContext, turns: int) -> llm.ChatContext:
    messages, owed = _messages(history), call.hearing.unanswered
    begin = len(messages) - turns
    history.items = [message for at, message in enumerate(messages) if at >= begin or message.id in owed]
    return history


async def _summarised(call: "Call", session: "AgentSession[Call]", history: llm.ChatContext) -> llm.ChatContext:
    said = "\n".join(f"{m.role}: {m.text_content}" for m in _messages(history))
    if not said or not isinstance(session.llm, llm.LLM):
        return _last(call, history, TURNS_WITHOUT_SUMMARY)
    question = llm.ChatContext.empty()
    question.add_message(role="system", content=ASK)
    question.add_message(role="user", content=said)
    try:
        summary = await within(call.clock, SUMMARY_LIMIT_S, _answer(session.llm, question))
    except Exception as error:
        log.warning("summary.failed", **call.here, error=type(error).__name__)
        summary = ""
    if not summary:
        return _last(call, history, TURNS_WITHOUT_SUMMARY)
    context = llm.ChatContext.empty()
    context.add_message(role="system", content=f"The call so far: {summary}")
    context.items += _last(call, history, 0).items
    return context


async def _answer(model: "llm.LLM[str]", question: llm.ChatContext) -> str:
    async with model.chat(chat_ctx=question) as stream:
        return "".join([chunk.delta.content or "" async for chunk in stream if chunk.delta is not None]).strip()


def _messages(history: llm.ChatContext) -> list[llm.ChatMessage]:
    return [item for item in history.items if item.type == "message" and item.role in ("user", "assistant")]
