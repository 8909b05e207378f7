"""The page of calls: what fits its filters, how many, and why none does."""

import asyncio
import shlex
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from interlock.app.board.filtering import LONGEST, FilterError, command_of, filters_of
from interlock.app.board.index import Edge, Filters
from interlock.app.cli.calls import calls
from interlock.app.cli.main import app
from interlock.app.project import FLOWS
from tests.board.conftest import happening, played

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


async def listed(browser, query="", calls=None):
    """What the page has, once all of these calls are in the index."""
    while True:
        status, _, _ = await browser.get("/api/calls")
        found = await browser.json(f"/api/calls{query}") if status == 200 else {"all": -1}
        if calls is None or (found["all"] == calls and found["index"]["whole"]):
            return found
        await asyncio.sleep(0.02)


@pytest.fixture
async def there(journal):
    """
    Three calls: one went well, one was refused money, one of another flow.
    """
    return [
        await played(journal),
        await played(journal, "refunds_over_a_no"),
        await played(journal, "good_call", FLOWS["sales"]),
    ]


@pytest.fixture
async def three(there, browser):
    """
    The same, and a board that has them in its index.
    """
    await listed(browser, calls=3)
    return there


@pytest.fixture
async def five(journal):
    """
    Five calls of which nobody said much.
    """
    return {await played(journal, "goes_silent") for _ in range(5)}


async def test_what_fits_is_what_the_journal_says(browser, journal, three):
    """
    Of each call where it stood, how it ended and its verdicts.
    """
    found = await browser.json("/api/calls?flow=support")
    assert {row["c"] for row in found["calls"]} == set(three[:2])
    for row in found["calls"]:
        its = journal.call(row["c"])
        assert (row["accepted"], row["refused"], row["place"]) == (its.accepted, its.refused, "Goodbye")
        assert row["began"] == its.started_at.timestamp()
    assert (found["count"], found["all"], found["chips"]) == (2, 3, ["Support call"])
    assert sum(bar[1] for bar in found["bars"]) == 2


async def test_where_nothing_fits_each_filter_says_what_it_costs(browser, three):
    """
    So that the page can offer to take the right one out.
    """
    found = await browser.json("/api/calls?flow=sales&refused_by=never_asked")
    assert (found["count"], found["calls"], found["without"]) == (0, [], [0, 1])
    assert found["chips"] == ["Sales", "refused by: never_asked"]


async def test_a_page_has_a_hundred_calls_and_the_next_one_goes_on(five, browser, monkeypatch):
    """
    None is missing, and none is there twice.
    """
    monkeypatch.setattr("interlock.app.board.call_list.PAGE", 2)
    page = await listed(browser, calls=5)
    seen = [row["c"] for row in page["calls"]]
    while page["older"] is not None:
        page = await browser.json(f"/api/calls?before={page['older']}")
        seen += [row["c"] for row in page["calls"]]
    assert (len(seen), set(seen)) == (5, five)


async def test_what_is_offered_is_what_there_are_calls_of(browser, three):
    """
    With the words of the pages.
    """
    found = await browser.json("/api/filters?flow=support")
    assert [name for name, _ in found["flow"]] == ["sales", "support"]
    assert ["caller_verified", "The caller proved who they are."] in found["refused_by"]
    assert ["agent_closed", "the agent said goodbye"] in found["ended"]


@pytest.mark.parametrize(
    "query",
    [
        *("since=yesterday", "version=one", "went=triage", "went=a:b:c:d", "person=maybe", "trouble=much", "nothing=x"),
        *("slower=-1", "slower=nan", "flow=", f"flow={'x' * (LONGEST + 1)}", "&".join(["asked=a"] * 6), "since=%00"),
    ],
)
async def test_a_filter_nobody_can_read_is_named_and_not_repeated(browser, three, query):
    """
    With what was expected.
    """
    status, said, _ = await browser.get(f"/api/calls?{query}")
    assert status == 400
    assert "filter" in said
    assert "x" * LONGEST not in said


def test_an_address_means_one_thing():
    """
    Times are of now, or in ISO 8601 and UTC where they do not say.
    """
    asked = [("flow", "support"), ("since", "24h"), ("went", "triage:route_to_billing:billing"), ("asked", "refund")]
    expected = Filters(
        flow="support",
        since=NOW - timedelta(days=1),
        went=(Edge("triage", "route_to_billing", "billing"),),
        asked=("refund",),
    )
    assert filters_of(asked, NOW) == expected
    assert filters_of([("ended", "under way"), ("slower", "1.5"), ("until", "2026-03-02T09:30")], NOW) == Filters(
        ended="", slower_s=1.5, until=NOW
    )
    with pytest.raises(FilterError, match="there is no such filter"):
        filters_of([("before", "1")], NOW)


async def test_a_call_that_is_written_now_is_found_now(three, browser, journal):
    """
    By what the follower tells, not by building the index anew.
    """
    call_id = await happening(journal, three[0])
    found = await listed(browser, calls=4)
    assert found["calls"][0]["c"] == call_id


def test_the_command_of_an_address_asks_for_the_same():
    """
    Each filter has its option, and every option is one that the command has.
    """
    asked = [("flow", "support"), ("since", "24h"), ("until", "1h"), ("went", "a:b"), ("refused_by", "it's")]
    asked += [("ended", "under way"), ("person", "no"), ("erased", "yes"), ("slower", "2"), ("trouble", "any")]
    asked += [("place", "triage"), ("asked", "refund"), ("reason", "stale"), ("call", "call-1"), ("version", "1")]
    said = shlex.split(command_of(asked))
    (command,) = [each for each in app.registered_commands if each.callback is calls]
    options = {
        each
        for name in CliRunner().invoke(app, ["calls", "--help"], env={"COLUMNS": "200"}).output.split()
        for each in name.split("/")
    }
    assert command
    assert [part for part in said if part.startswith("--") and part not in options] == []
    assert said[:6] == ["interlock", "calls", "--flow", "support", "--since", "24h"]
    assert "it's" in said
