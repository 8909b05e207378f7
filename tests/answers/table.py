"""The table of utterances: what stands in it, and which half may be tuned to."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from interlock.agents.answers.question import Answer, Kind, Question

TABLE = Path(__file__).with_name("utterances.tsv")
HARDER = TABLE.with_name("harder.tsv")

ECHOES: dict[Kind, str] = {
    "offer": "book the appointment for Tuesday at ten",
    "check": "Anna Miller, twelve Rose Street",
    "removal": "cancel the order",
    "danger": "smell gas",
    "more": "",
    "fact": "switched it off and on again",
}
"""What the question of each kind says, as the table's header has it."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One line of the table."""

    kind: Kind
    told: bool
    label: Answer
    words: str

    @property
    def question(self) -> Question:
        """What was asked."""
        return Question(self.kind, told=self.told, echoes=ECHOES[self.kind])

    @property
    def held_out(self) -> bool:
        """Whether it may only be counted; the same words are in the same half, whatever was asked."""
        words = " ".join(re.findall(r"[\w']+", self.words.lower()))
        return int(hashlib.sha256(words.encode()).hexdigest(), 16) % 2 == 1


def utterances(table: Path = TABLE) -> list[Utterance]:
    """All lines that are no remark."""
    lines = (line for line in table.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return [_utterance(*line.split("\t")) for line in lines]


def _utterance(kind: Kind, told: str, label: Answer, words: str) -> Utterance:
    return Utterance(kind, told == "end", label, words)
