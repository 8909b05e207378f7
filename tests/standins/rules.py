"""A brain for the OpenAI stand-in that drives a whole call by what the caller said."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from interlock.app.offline.scripted import Asks, Says
from tests.standins.openai import Brain, Message, Tool


@dataclass(frozen=True, slots=True)
class Rule:
    """`when` is searched in the last thing the caller said; holds only while every tool of `calls` is offered."""

    when: str
    text: str = ""
    calls: tuple[Asks, ...] = ()

    def holds(self, words: str, offered: frozenset[str]) -> bool:
        """Whether this is the rule for it."""
        return re.search(self.when, words, re.I) is not None and offered.issuperset(call.name for call in self.calls)


def by_rules(
    rules: Iterable[Rule], *, after_tools: str = "All right.", otherwise: str = "Could you say more?"
) -> Brain:
    """The first rule that holds answers; `after_tools` follows a tool's result, `otherwise` when no rule holds."""
    rules = tuple(rules)

    def answer(messages: list[Message], tools: list[Tool]) -> Says | str:
        if messages[-1]["role"] == "tool":
            return after_tools
        words, offered = last_words(messages), frozenset(tool["function"]["name"] for tool in tools)
        rule = next((rule for rule in rules if rule.holds(words, offered)), None)
        return Says(rule.text, rule.calls) if rule else otherwise

    return answer


def last_words(messages: Iterable[Message]) -> str:
    """What the caller said last, "" when nothing yet."""
    said = [message["content"] for message in messages if message["role"] == "user"]
    if not said:
        return ""
    return said[-1] if isinstance(said[-1], str) else " ".join(part.get("text", "") for part in said[-1])
