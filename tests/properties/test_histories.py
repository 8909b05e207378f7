"""Whatever happens in a call, in whatever order and at whatever speed, I1 to I5 hold (DESIGN.md section 4).

Most histories run over a strict journal in memory, some over the real one on disk. Their session is a stand-in that can
raise, fail and hang; test_sessions.py has those with a real one.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, given, settings

from interlock.agents.call.journal import Entry
from interlock.app.calls.session import new_call_id
from interlock.app.store import StoreJournal, open_journal
from tests.long import here_or_long
from tests.properties.lived import check_record, live
from tests.properties.stage import StrictJournal
from tests.properties.steps import ALL_KNOWN, History, Learns, Proposes, histories

pytestmark = pytest.mark.slow

UNHURRIED = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    """
    No log lines: there would be a hundred thousand.
    """
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreJournal]:
    """
    One SQLite file for all calls of this module.
    """
    path: Path = tmp_path_factory.mktemp("histories") / "calls.sqlite"
    with open_journal(path) as journal:
        yield journal


def holds(history: History) -> None:
    journal = StrictJournal()
    lived = asyncio.run(live(history, journal, "call"))
    check_record(lived, journal)


@given(history=histories)
@settings(max_examples=here_or_long(500, 2000), **UNHURRIED)
def test_no_history_breaks_what_always_holds(history: History) -> None:
    """Random calls over a journal in memory."""
    holds(history)


@given(history=histories)
@settings(max_examples=60, **UNHURRIED)
def test_no_history_breaks_what_always_holds_on_disk(history: History, on_disk: StoreJournal) -> None:
    """The same over SQLite, fsync and all, in one file."""
    lived = asyncio.run(live(history, on_disk, new_call_id()))
    check_record(lived, on_disk)


class LosesRefusals(StrictJournal):
    """Says that a refusal is durable, and forgets it."""

    async def append(self, entries: Sequence[Entry]) -> None:
        if entries[0].kind != "transition.refused":
            await super().append(entries)


class Forgets(StrictJournal):
    """Keeps what a verdict led to, and not what was proposed and known."""

    def private(self, call_id: str) -> dict:
        return {seq: {**data, "facts": {}} for seq, data in super().private(call_id).items()}


@pytest.mark.parametrize("kind", [LosesRefusals, Forgets])
def test_a_journal_that_does_not_hold_what_it_said_is_noticed(kind: type[StrictJournal]) -> None:
    """So that these properties could fail."""
    steps = (Proposes("refund", "agent"), Learns("claimed", {"caller_name": "Ann"}), Proposes("begin_triage", "agent"))
    history = History(ALL_KNOWN, steps, delays=(0,), troubles=("",))
    sound = StrictJournal()
    check_record(asyncio.run(live(history, sound, "call")), sound)
    with pytest.raises((AssertionError, LookupError)):
        check_record(asyncio.run(live(history, journal := kind(), "call")), journal)
