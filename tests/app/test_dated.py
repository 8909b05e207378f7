"""A call script has a clock of its own; in a record it stands where it belongs among other calls."""

import json
from datetime import UTC, datetime, timedelta

from interlock.app.calls.dated import DatedNow
from interlock.app.store import open_journal, open_reader
from tests.app.test_cli import ROOT, _clean_surroundings, interlock
from tests.store.entries import AT, ended, opened

__all__ = ["_clean_surroundings", "interlock"]
NOW = datetime(2027, 1, 2, tzinfo=UTC)


async def test_a_call_is_dated_by_when_it_began_and_by_its_own_clock_from_there(tmp_path):
    """
    What was in doubt is found again under the same date.
    """
    over = ended(2, at=AT + timedelta(seconds=90))
    with open_journal(tmp_path / "calls.sqlite") as journal:
        dated = DatedNow(journal, lambda: NOW)
        await dated.append([opened()])
        await dated.append([over])
        assert await dated.wrote([over])
    with open_reader(tmp_path / "calls.sqlite") as reader:
        assert [its.at for its in reader.records("c1")] == [NOW, NOW + timedelta(seconds=90)]


def test_scripts_that_were_played_stand_in_the_list_as_they_were(interlock):
    """
    The latest first, each on the day it was played, and their verdicts are the same when they are judged again.
    """
    script, before = ROOT / "tests/calls/support/good_call.yaml", datetime.now(UTC)
    for _ in range(3):
        assert interlock("chat", "support", "--script", script)[0] == 0
    calls = json.loads(interlock("audit", "list", "--json")[1])
    began = [datetime.fromisoformat(its["started_at"]) for its in calls]
    assert len(set(began)) == 3
    assert [*began, before] == sorted([*began, before], reverse=True)
    assert interlock("audit", "replay", "--all")[0] == 0
    assert interlock("audit", "verify")[0] == 0
