"""What a project tests its flows with: suites over legal tables, call scripts, calls on a stage, a plugin for pytest.

A project's `tests/conftest.py` has `pytest_plugins = ["interlock.testing.plugin"]`, and a test module of it

    from interlock.testing import EveryFlow
    from tests.tables.lost import LOST

    class TestEveryFlow(EveryFlow):
        tables = (LOST,)

Then every legal pair moves and every other pair is refused, random proposals and random calls break nothing that
always holds and replay equal, promises are proven, drawings current, and each script in `tests/calls/FLOW` is played.
Needs the extra `testing`: `pip install interlock[testing]`.
"""

try:
    import pytest
except ImportError as error:
    raise ImportError("interlock.testing needs pytest: pip install 'interlock[testing]'") from error

pytest.register_assert_rewrite(
    *(f"{__name__}.{its}" for its in ("every_flow", "legal", "random_calls", "random_proposals", "typed"))
)

from interlock.app.offline.clock import ManualClock  # noqa: E402
from interlock.app.offline.scripted import Asks, Says, ScriptedModel  # noqa: E402
from interlock.testing.checks import drawn, proven  # noqa: E402
from interlock.testing.every_flow import EveryFlow  # noqa: E402
from interlock.testing.legal import LegalTables  # noqa: E402
from interlock.testing.random_calls import RandomCalls  # noqa: E402
from interlock.testing.random_proposals import RandomProposals  # noqa: E402
from interlock.testing.spoken import SpokenStage  # noqa: E402
from interlock.testing.table import AGENT, OPERATOR, SYSTEM, OneFalse, Table  # noqa: E402
from interlock.testing.typed import TypedStage, assert_at_rest, on_stage  # noqa: E402

__all__ = [
    "AGENT",
    "OPERATOR",
    "SYSTEM",
    "Asks",
    "EveryFlow",
    "LegalTables",
    "ManualClock",
    "OneFalse",
    "RandomCalls",
    "RandomProposals",
    "Says",
    "ScriptedModel",
    "SpokenStage",
    "Table",
    "TypedStage",
    "assert_at_rest",
    "drawn",
    "on_stage",
    "proven",
]
