"""The glossary for newcomers: what it points at is there, and no word stands in it twice."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "words.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| word ")
]


def test_every_row_says_where_in_the_code_it_is() -> None:
    """Below `interlock/`: a file, or a folder of such."""
    named = [(row[0], path) for row in ROWS for path in re.findall(r"`([\w./]+)`", row[-1])]
    assert {word for word, _ in named} == {row[0] for row in ROWS}
    assert [(word, path) for word, path in named if not (ROOT / "interlock" / path).exists()] == []


def test_no_word_stands_twice() -> None:
    """It would have two senses."""
    words = [word.strip() for row in ROWS for word in row[0].split(",")]
    assert len(words) == len(set(words)) > 40
