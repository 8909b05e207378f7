"""Which of the offered tools a caller means, by closeness of their words to each tool's example phrases."""

from collections.abc import Sequence

from interlock.agents.speech_requests import SPEECH_REQUESTS
from interlock.agents.tools import Tool
from interlock.app.offline.dialogue import Turn
from interlock.app.offline.meaning import Meaning
from interlock.app.offline.words import polarity

MEANT = 0.3
"""Closeness below which the caller meant none of the tools: unseen phrasings lie above, most strangers' below."""
LED_TO = 0.25
"""The same for what a tool leads on to: there the caller's intent is half known."""
CLEARLY = 0.45
"""Closeness from which words mean a tool although something else was asked, or although they were said a while ago."""
ANSWERED = 0.35
"""Closeness from which a yes or a no, taken with the question, means a tool: "no" to "anything else?" is a goodbye."""
ALIKE = 0.6
"""Closeness of phrases from which the one tool is taken to lead to the other."""
ABOUT_SPEAKING = 0.55
"""Closeness from which words are about the speaking itself: they may be said at any time, whatever was asked."""
LONGEST_BARE = 4
"""Words in a yes or a no that says nothing else."""

Ranked = list[tuple[float, Tool]]


class Intents:
    """Compares a caller's words with the phrases of tools by cosine closeness, 0 to 1; decides nothing."""

    def __init__(self, meaning: Meaning) -> None:
        self._meaning = meaning

    def rank(self, words: str, tools: Sequence[Tool]) -> Ranked:
        """The tools with their closeness to the words, best first."""
        return self._rank(words, [(tool, tool.phrases) for tool in tools])

    def best(self, words: str, tools: Sequence[Tool], least: float) -> Tool | None:
        """The closest tool, if it is close enough."""
        return _if_close(self.rank(words, tools), least)

    def leads(self, noting: Tool, to: Tool) -> bool:
        """Whether callers say the same for both: then what the one notes is what the other needs."""
        return noting.leads_on and self._meaning.likeness(noting.phrases, to.phrases) >= ALIKE

    def answered(self, turn: Turn, tools: Sequence[Tool]) -> Tool | None:
        """What a plain yes or no means, to a question that no slot asked: a yes takes what the question offers."""
        said = polarity(turn.words)
        if said is None or len(turn.words.split()) > LONGEST_BARE or not turn.question.endswith("?"):
            return None
        alike = [(tool, tuple(p for p in tool.phrases if polarity(p) is said)) for tool in tools]
        found = self._rank(f"{turn.words} {turn.question}", alike)[:1]
        found += self.rank(turn.question, tools)[:1] if said else []
        found.sort(key=lambda its: -its[0])
        return _if_close(found, ANSWERED) or _if_close(self._rank(turn.words, alike), CLEARLY)

    def _rank(self, words: str, choices: Sequence[tuple[Tool, Sequence[str]]]) -> Ranked:
        named = {tool.name: tool for tool, _ in choices}
        ranked = self._meaning.rank(words, [(tool.name, phrases) for tool, phrases in choices])
        return [(score, named[name]) for score, name in ranked]


def split_speech_requests(ranked: Ranked) -> tuple[Tool | None, Ranked]:
    """The tool that says it again, or slower, where that is clearly asked for; and all other tools."""
    request = (
        ranked[0][1] if ranked and ranked[0][1].name in SPEECH_REQUESTS and ranked[0][0] >= ABOUT_SPEAKING else None
    )
    return request, [(score, tool) for score, tool in ranked if tool.name not in SPEECH_REQUESTS]


def _if_close(ranked: Ranked, least: float) -> Tool | None:
    return ranked[0][1] if ranked and ranked[0][0] >= least else None
