"""The command `interlock audit replay`: which version it asks, and how it ends."""

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from agents.support import SUPPORT
from interlock.app import command
from interlock.app.audit import AuditError
from interlock.app.replay import Version, version_named
from machines.support import Support, SupportFacts
from tests.app.replay_parts import LOOSER, PERSONAL, record, variant

GOOD, OTHER = "support/good_call", "booking/goes_silent"
Ran = tuple[int, str, list[str]]
Run = Callable[..., Ran]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """
    A store with two calls, and their ids.
    """
    path = tmp_path_factory.mktemp("replayed") / "calls.sqlite"
    return path, record(path, GOOD, OTHER)


@pytest.fixture
def replay(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    recorded: tuple[Path, dict[str, str]],
) -> Iterator[Run]:
    """
    Runs the command; gives its exit code, what it showed and its complaints. The logs are as before afterwards.
    """
    for name in [n for n in os.environ if n.startswith("INTERLOCK_") and n != "INTERLOCK_PROJECT"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("INTERLOCK_STORE", str(recorded[0]))
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def run(*args: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["interlock", "audit", "replay", *args])
        with pytest.raises(SystemExit) as ended:
            command.main()
        out, err = capfd.readouterr()
        assert not [value for value in PERSONAL if value in out + err]
        assert isinstance(ended.value.code, int)
        return ended.value.code, out, err.splitlines()

    yield run
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_nothing_differs_is_exit_code_0(replay: Run) -> None:
    """
    Of every call, by today's machines.
    """
    code, shown, said = replay("--all")
    assert (code, said) == (0, [])
    assert shown.endswith("None differs.\n")


def test_a_verdict_that_differs_is_exit_code_1(
    replay: Run, recorded: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    """
    In prose and as JSON; one call asked for twice is judged once.
    """
    looser, call = variant(tmp_path, *LOOSER), recorded[1][GOOD]
    code, shown, said = replay("--flow", looser, call, call)
    assert (code, said) == (1, [])
    assert shown.startswith(f"{call}, turn 2: in triage the agent asked for route_to_billing: ")
    code, shown, said = replay("--flow", looser, "--all", "--json")
    assert (code, said) == (1, [])
    found = json.loads(shown)
    assert [each["turn"] for each in found["calls"][0]["changed"]] == [2]
    assert (found["sums"]["calls"], found["sums"]["other_flows"]) == (1, 1)


def test_nothing_judged_is_exit_code_2(replay: Run, recorded: tuple[Path, dict[str, str]]) -> None:
    """
    Who runs this in CI would otherwise take no answer for a good one.
    """
    code, shown, said = replay("--flow", "support", recorded[1][OTHER])
    assert (code, shown.splitlines()[-1]) == (2, "1 call of other flows skipped.")
    assert said == [
        "no verdict was judged, expected at least one; of the calls, 0 not replayable, 1 of other flows, 0 without a"
        " verdict"
    ]


@pytest.mark.parametrize(
    ("args", "line"),
    [
        ([], "neither CALL nor --all, expected one of them"),
        (["c1", "--all"], "both CALL and --all, expected one of them"),
        (["c1"], "there is no call c1 in the record: interlock audit list"),
        (["--all", "--flow", "supprot"], "--flow supprot: no module supprot, and no flow of that name (support, "),
    ],
)
def test_what_is_asked_for_wrongly_is_one_line_and_exit_code_2(replay: Run, args: list[str], line: str) -> None:
    """
    What was found, what was expected.
    """
    code, shown, said = replay(*args)
    assert (code, shown, len(said)) == (2, "", 1)
    assert said[0].startswith(line)


EMPTY = "no Flow and no Machine in it"
FILES = {
    "no Python": ("def", "it cannot be loaded: SyntaxError: "),
    "an import that fails": ("import nowhere", "it cannot be loaded: ModuleNotFoundError: No module named 'nowhere'"),
    "that ends the process": ("raise SystemExit(0)", "it cannot be loaded: SystemExit: 0"),
    "nothing": ("from interlock.machines.base import Machine", EMPTY),
    "two charts": (
        "from machines.support import Support\nfrom machines.booking import Booking",
        "Support, Booking in it: say which, as in other.py:Support",
    ),
    "no facts": ("from machines.support import Support", "machine Support, but of facts none: call them SupportFacts"),
    "a chart that is refused": (
        "from statemachine import State\nfrom interlock.machines.base import Machine\n"
        "class Loose(Machine):\n    a = State(initial=True)\n    b = State(final=True)\n"
        "    go = a.to(b, cond='anything')\n",
        "it cannot be loaded: ",
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_holds_no_version_is_named_with_what_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    """
    Whatever it does when it is loaded.
    """
    source, found = FILES[case]
    monkeypatch.chdir(tmp_path)
    Path("other.py").write_text(source, encoding="utf-8")
    before = list(sys.path)
    with pytest.raises(AuditError) as refused:
        version_named("other.py")
    text = str(refused.value)
    assert text.startswith(f"--flow other.py: {found}")
    assert text.endswith("; expected a Flow, or a Machine with its Facts")
    assert (sys.path, "\n" in text) == (before, False)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("machines/nope.py", "no such file"),
        ("./", "a folder"),
        ("", "it cannot be loaded: ValueError"),
        ("machines.nope", "no module machines.nope"),
        ("interlock.guards.base", EMPTY),
        ("agents.support:Nobody", "no Nobody in it, but "),
        ("agents.support.desks:__name__", "a str"),
    ],
)
def test_a_version_that_is_not_there_is_named(text: str, found: str) -> None:
    """
    A file, a module, or a name in one.
    """
    with pytest.raises(AuditError) as refused:
        version_named(text)
    assert str(refused.value).startswith(f"--flow {text}: {found}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("support", Version.of(SUPPORT)),
        ("agents.support", Version.of(SUPPORT, "agents.support")),
        ("app.flows:SUPPORT", Version.of(SUPPORT, "app.flows:SUPPORT")),
        ("machines.support", Version(Support, SupportFacts, source="machines.support")),
        ("machines.support:Support", Version(Support, SupportFacts, source="machines.support:Support")),
    ],
)
def test_a_version_is_a_flow_or_a_machine_with_its_facts(text: str, expected: Version) -> None:
    """
    Named as a flow, a module, or a name in a module.
    """
    assert version_named(text) == expected


def test_a_module_is_found_in_the_folder_the_command_was_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Where a team keeps the version it tries out.
    """
    variant(tmp_path, *LOOSER)
    (tmp_path / "other.py").rename(tmp_path / "tried_out_by_us.py")
    monkeypatch.chdir(tmp_path)
    try:
        assert version_named("tried_out_by_us").machine.__module__ == "tried_out_by_us"
    finally:
        sys.modules.pop("tried_out_by_us", None)
