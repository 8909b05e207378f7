"""`interlock calls`: which calls fit, by the same filters as the page; an index that comes and goes unseen."""

import json
import shlex
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from interlock.app.board.index import TROUBLE, Edge, Filters, building
from interlock.app.board.index.where import index_of
from interlock.app.board.index.words import OPTIONS, option
from interlock.app.cli.main import app
from interlock.app.store import open_journal
from tests.store.entries import accepted, ended, opened

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
REFUSED = {
    "event": "refund",
    "kind": "guard_false",
    "refused_by": "caller_verified",
    "before": ["live", "triage"],
    "after": ["live", "triage"],
    "guards": [{"name": "caller_verified", "held": False, "reason": "Verify first.", "error": ""}],
}
WENT = REFUSED | {"event": "route_to_billing", "kind": "accepted", "refused_by": "", "after": ["live", "billing"]}


@pytest.fixture
async def store(tmp_path, monkeypatch):
    """
    A record of three calls, an hour apart.
    """
    path = tmp_path / "calls.sqlite"
    monkeypatch.setenv("INTERLOCK_STORE", str(path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with open_journal(path) as journal:
        for number in range(3):
            at, call_id = AT + timedelta(hours=number), f"call-{number}"
            await journal.append([opened(call_id, at=at), accepted(2, 1, call_id, at=at, audit=WENT)])
        refused = accepted(3, 1, "call-1", kind="transition.refused", audit=REFUSED, snapshot=None)
        slow = accepted(4, 1, "call-1", kind="turn.measured", audit={"answer_ms": 2400}, snapshot=None)
        await journal.append([refused, slow, ended(5, "call-1", at=AT + timedelta(hours=2))])
    return path


def said(*arguments, code=0):
    """What the command prints; wide enough for a line each."""
    done = CliRunner().invoke(app, ["calls", *arguments])
    assert done.exit_code == code, done.output
    return done.output


def found(*arguments):
    """The ids of the calls it lists."""
    return [its["call_id"] for its in json.loads(said(*arguments, "--json"))["calls"]]


async def test_calls_are_listed_newest_first_in_the_words_of_the_audit(store):
    """With how many there are, of how many."""
    lines = said("--refused-by", "caller_verified").splitlines()
    assert lines[0] == (
        "call-1  2026-03-02 10:30:00 UTC  support  in triage, ended (caller_left), 1 accepted, 1 refused,"
        " slowest answer 2.4 s"
    )
    assert lines[1] == "1 of 3 calls"
    assert found() == ["call-2", "call-1", "call-0"]


@pytest.mark.parametrize(
    ("arguments", "fit"),
    [
        (["--flow", "support", "--version", "1"], 3),
        (["--flow", "booking"], 0),
        (["--since", "2026-03-02T10:30Z"], 2),
        (["--since", "1h"], 0),
        (["--until", "2026-03-02T11:30:00+01:00"], 1),
        (["--under-way"], 2),
        (["--ended", "caller_left", "--place", "triage"], 1),
        (["--through", "triage:route_to_billing", "--asked", "refund"], 1),
        (["--through", "triage:route_to_billing:billing"], 3),
        (["--through", "triage:route_to_billing:technical"], 0),
        (["--reason", "guard_false", "--slower", "2"], 1),
        (["--slower", "2.4"], 0),
        (["--no-person", "--not-erased"], 3),
        (["--person"], 0),
        (["--erased"], 0),
        (["--trouble", "any"], 0),
        (["--call", "call-2"], 1),
    ],
)
async def test_each_filter_is_there_and_all_hold_at_once(store, arguments, fit):
    """Counted as they are listed."""
    assert len(found(*arguments)) == fit
    assert said(*arguments, "--count").strip() == str(fit)


async def test_pages_follow_one_another_by_the_number_they_end_with(store):
    """And the last one says that there is nothing older."""
    first = json.loads(said("--limit", "2", "--json"))
    assert [its["call_id"] for its in first["calls"]] == ["call-2", "call-1"]
    assert found("--limit", "2", "--before", first["older"]) == ["call-0"]
    assert f"--before {first['older']}" in said("--limit", "2")
    assert json.loads(said("--before", first["older"], "--json"))["older"] is None
    assert json.loads(said("--limit", "1", "--before", first["older"], "--json"))["older"] is None


async def test_where_nothing_fits_it_says_which_filter_leaves_none(store):
    """With how many fit without it."""
    printed = said("--refused-by", "caller_verified", "--place", "billing", "--flow", "support")
    assert "0 of 3 calls" in printed
    assert "Without --refused-by caller_verified: 0" not in printed
    assert "Without --place billing: 1" in printed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--since", "yesterday"], '"yesterday" is no time, expected an age such as 24h'),
        (["--through", "triage"], '"triage" is no way through a call, expected PLACE:EVENT'),
        (["--trouble", "weather"], '"weather" is no trouble, expected any, turn.failed'),
        (["--under-way", "--ended", "x"], "both --under-way and --ended"),
    ],
)
async def test_what_cannot_be_asked_is_said_in_a_line(store, arguments, words):
    """What was found, and what is expected."""
    assert words in " ".join(said(*arguments, code=2).replace("│", " ").split())


async def test_what_is_new_is_there_the_next_time_and_a_deleted_index_is_not_missed(store):
    """Nobody has to know that there is one."""
    assert said("--count").strip() == "3"
    with open_journal(store) as journal:
        await journal.append([opened("call-3")])
    assert said("--count").strip() == "4"
    index_of(store).unlink()
    assert said("--count").strip() == "4"


async def test_building_that_is_stopped_goes_on_where_it_was(store, monkeypatch):
    """Ctrl-C in the middle of it leaves an index that is right, as far as it is."""
    monkeypatch.setattr(building, "CALLS_AT_ONCE", 1)
    steps = building.Builder.catch_up

    def stopped(self):
        yield next(steps(self))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(building.Builder, "catch_up", stopped)
        assert CliRunner().invoke(app, ["calls"]).exit_code != 0
    assert len(found("--through", "triage:route_to_billing")) == 3


def test_every_filter_is_an_option_and_can_be_copied_as_a_command():
    """Which is what the page "Calls" offers."""
    filters = Filters(
        flow="support",
        since=AT,
        ended="",
        went=(Edge("triage", "route_to_billing"), Edge("a", "b", "c")),
        asked=("a word",),
        person=False,
        erased=True,
        slower_s=1.5,
        trouble=TROUBLE[0],
    )
    assert set(OPTIONS) == {field.name for field in fields(Filters)}
    given = [(name, getattr(filters, name)) for name in OPTIONS]
    each = [(name, its) for name, value in given for its in (value if isinstance(value, tuple) else (value,))]
    words = [word for name, its in each if its is not None for word in option(name, its)]
    assert shlex.join(["interlock", "calls", *words]) == (
        "interlock calls --flow support --since 2026-03-02T09:30:00Z --under-way --through triage:route_to_billing"
        " --through a:b:c --asked 'a word' --no-person --trouble turn.failed --slower 1.5 --erased"
    )
