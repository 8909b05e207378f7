"""The public face, name by name: a change of this list is a change for every project that imports the engine."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import interlock
from tests.api import DOORS, PAGE, homes, page, told

PUBLIC = {
    "interlock.guards": """
        CLOSES HOUR_S LAST_WEEKDAY OPENS Facts FactsError Guard Limit Proposal ProposalError Proposer Quota Words
        agreed can_be_dialled claimed consent_of costs_the_caller established guard is_somebodys line_of mark_given
        mark_in money not_over_a_no numbers_in one_number says_something told was_heard without_card_numbers""",
    "interlock.machines": """
        ANY ANYBODY CALLER_CHANGED CALLER_LEFT CALLER_SILENT COMMON_PROMISES ESCALATE HANDOFF_FAILED REFUSED_THRICE
        CallerFacts ChartError Common Desks EffectState HistoryState Machine SideDesk Snapshot State never
        reachable reported""",
    "interlock.agents": """
        Answer COMMON_CAST COMMON_EFFECTS Assignment BookingClerk Call Callbacks CallerDesk CarryOver Chunk Consent Desk
        Effect Farewell Flow Heard IsoTime JournalDown LiveDesk Outcome PersonOffer Refused Slot SystemDown WaitingDesk
        data_tool effect proposes spoken_number waits zone_named""",
    "interlock.app": """
        CALLBACKS_PER_HOUR Database Seed Served SqlCallbacks bare callbacks_table once open_call open_journal
        start_call""",
    "interlock.testing": """
        AGENT OPERATOR SYSTEM Asks EveryFlow LegalTables ManualClock OneFalse RandomCalls RandomProposals Says
        ScriptedModel SpokenStage Table TypedStage assert_at_rest drawn on_stage proven""",
}


@pytest.mark.parametrize("door", DOORS)
def test_the_public_names_are_these(door):
    """
    No more and no fewer, each there.
    """
    module = import_module(door)
    assert sorted(module.__all__) == sorted(PUBLIC[door].split())
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


@pytest.mark.parametrize("door", DOORS)
def test_each_public_name_is_told_of(door):
    """
    Where it is defined, in more words than its own.
    """
    lacking = [
        name for name in PUBLIC[door].split() if len(told(door, name)) < 12 and homes(door)[name] != "statemachine"
    ]
    assert lacking == []


def test_the_page_is_what_the_docstrings_say():
    """
    As `make api` writes it.
    """
    assert PAGE.read_text(encoding="utf-8") == page(), "docs/api.md is not what the docstrings say: make api"


def test_a_name_there_is_not_is_told():
    """
    Also at the doors that load when asked.
    """
    for door in ("interlock", "interlock.agents", "interlock.app"):
        with pytest.raises(AttributeError, match=f"module '{door}' has no attribute 'open_cal'"):
            import_module(door).open_cal  # noqa: B018


@pytest.mark.parametrize(
    ("door", "heavy"),
    [
        ("interlock", "statemachine pydantic livekit"),
        ("interlock.guards", "statemachine livekit sqlalchemy"),
        ("interlock.machines", "livekit sqlalchemy structlog"),
        ("interlock.agents", "livekit sqlalchemy typer interlock.app"),
        ("interlock.app", "livekit sqlalchemy statemachine"),
        ("interlock.app.audit", "livekit openai onnxruntime"),
    ],
)
def test_a_door_loads_no_more_than_it_says(door, heavy):
    """
    A guard's file costs no session, and a command that reads the record no models.
    """
    code = f"import sys, {door}; print(*(name for name in {heavy.split()!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_engine_is_typed():
    """
    PEP 561: without the marker a project's mypy sees nothing of it.
    """
    assert (Path(interlock.__file__).parent / "py.typed").is_file()
    assert interlock.__version__
