"""The Dockerfile and .dockerignore, read as far as tests need them: no engine that builds images is asked."""

import shlex
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
IGNORED = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]


def instructions(text: str) -> list[tuple[str, str]]:
    """What a Dockerfile says, in order: instruction and the rest of its line, continued lines as one."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(word.upper(), " ".join(rest.split())) for word, _, rest in (line.partition(" ") for line in whole)]


STEPS = instructions((ROOT / "Dockerfile").read_text())
LAST_STAGE = STEPS[max(at for at, (word, _) in enumerate(STEPS) if word == "FROM") :]
RUNS = [command for word, rest in STEPS if word == "RUN" for command in rest.split(" && ")]


def all_of(word: str, steps: list[tuple[str, str]] = LAST_STAGE) -> list[str]:
    """What is said with an instruction, in the last stage unless others are given."""
    return [rest for its, rest in steps if its == word]


def pairs(word: str) -> dict[str, str]:
    """The NAME=VALUEs of ENV or LABEL."""
    return dict(each.split("=", 1) for rest in all_of(word) for each in shlex.split(rest))


def sent(path: str) -> bool:
    """Whether a file goes to the build: the last line of .dockerignore that matches it or a folder it is in says so."""
    parts = path.split("/")
    above = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    goes = True
    for line in IGNORED:
        pattern = line.lstrip("!")
        if any(_matches(each, pattern) for each in above):
            goes = line.startswith("!")
    return goes


def _matches(path: str, pattern: str) -> bool:
    anywhere = pattern.removeprefix("**/")
    if anywhere == pattern:
        return path.count("/") == pattern.count("/") and fnmatchcase(path, pattern)
    return fnmatchcase(path.rpartition("/")[2], anywhere)
