"""One call as its page shows it: what `audit why` says, in order, and nothing that is sealed."""

import json
import sqlite3
from pathlib import Path

import pytest

from interlock.app.audit import why
from interlock.app.audit.spoken import spoken_in_words
from interlock.app.board.names import event
from interlock.app.board.routes import ROUTES
from interlock.app.cli.audit import _sentences
from interlock.app.project import FLOWS
from interlock.app.store import BUSY_TIMEOUT_MS
from interlock.app.store.upkeep import open_upkeep
from tests.board.conftest import SCRIPTS, played

SAID = {flow: sorted(path.stem for path in (SCRIPTS / flow).glob("*.yaml"))[:3] for flow in FLOWS}


@pytest.mark.parametrize("flow", FLOWS)
async def test_a_card_says_what_audit_why_says(browser, journal, flow):
    """
    Of each verdict the same words, in every flow.
    """
    for script in SAID[flow]:
        call_id = await played(journal, script, FLOWS[flow])
        found = (await browser.json(f"/api/calls/{call_id}"))["cards"]
        explained = why(journal, call_id, None, _sentences())
        assert [int(seq) for seq in found] == [its.seq for its in explained]
        for card, its in zip(found.values(), explained, strict=True):
            assert (card["turn"], card["verdict"], card["reason"]) == (its.turn, its.verdict, its.reason)
            assert card["offered"] == [event(each) for each in its.offered]
            assert [(g["name"], g["held"], g["error"]) for g in card["guards"]] == [
                (g.name, g.held, g.error) for g in its.guards
            ]
            assert card["led_up"] == [spoken_in_words(each) for each in its.led_up]


@pytest.mark.parametrize("flow", FLOWS)
async def test_each_accepted_verdict_went_by_an_arrow_of_the_picture(browser, journal, flow):
    """
    From where the call was to where it is then, or back to where it was before.
    """
    picture = await browser.json(f"/api/flows/{flow}")
    call_id = await played(journal, "good_call", FLOWS[flow])
    cards = (await browser.json(f"/api/calls/{call_id}"))["cards"].values()
    accepted = [card for card in cards if card["accepted"]]
    assert accepted
    assert [card for card in accepted if card["way"] not in picture["ways"]] == []
    assert [card["event"] for card in accepted] == [event(picture["ways"][c["way"]]["event"]) for c in accepted]
    assert all(f'id="{card["way"]}"' in picture["svg"] for card in accepted)


async def test_every_line_of_the_record_is_a_step(browser, journal):
    """
    In order, with its time into the call.
    """
    call_id = await played(journal)
    found = await browser.json(f"/api/calls/{call_id}")
    records = journal.records(call_id)
    assert [(step["seq"], step["kind"]) for step in found["steps"]] == [(r.seq, r.kind) for r in records]
    assert all(step["title"] for step in found["steps"])
    assert found["chain"] == {"to": len(records), "said": "", "seq": None}
    assert found["stands"][-1][1] == "closed"


async def test_who_has_all_of_a_call_is_not_sent_it_again(browser, journal):
    """
    A page asks each second while a call is under way.
    """
    call_id = await played(journal)
    last = (await browser.json(f"/api/calls/{call_id}"))["call"]["last_seq"]
    assert await browser.json(f"/api/calls/{call_id}?since={last}") == {"unchanged": True}
    assert "steps" in await browser.json(f"/api/calls/{call_id}?since={last - 1}")


async def test_no_value_word_or_argument_leaves_the_store(browser, journal, caplog, capfd):
    """
    Not in a body, a header, a title or a log, of any address.
    """
    call_id = await played(journal)
    kept = sealed_texts(journal, call_id)
    assert len(kept) > 10
    for route in (route for route in ROUTES if route.path != "/api/live"):
        path = route.path.format(call=call_id, flow="support", name="call.js", token="x")
        _, body, headers = await browser.get(path)
        assert [text for text in kept if text in body or text in str(headers)] == []
    shown = caplog.text + "".join(capfd.readouterr())
    board_says = "\n".join(line for line in shown.splitlines() if "aiohttp" in line or "board" in line)
    assert [text for text in kept if text in board_says] == []


def sealed_texts(journal, call_id):
    """Whatever is a text of somebody's in what the store keeps apart, long enough to be told from a word of ours."""
    found = {turn.text for turn in journal.turns(call_id)}
    for private in journal.private(call_id).values():
        found |= set(texts(private.get("facts", {}))) | set(texts(private.get("args", {})))
    on_record = json.dumps([record.audit for record in journal.records(call_id)]) + call_id
    ours = {"billing", "technical", "paid", "confirmed"}  # values that are names of places and events, too
    return {text for text in found if len(text) > 3 and text not in ours and text not in on_record}


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each)


async def test_a_changed_record_is_said_on_top(browser, journal, settings):
    """
    With the line from which on nothing is proof.
    """
    call_id = await played(journal)
    with sqlite3.connect(settings.store) as database:
        database.execute(
            "UPDATE records SET audit = replace(audit, 'agent', 'system') WHERE call_id = ? AND seq = 6", (call_id,)
        )
    database.close()
    chain = (await browser.json(f"/api/calls/{call_id}"))["chain"]
    assert (chain["said"], chain["seq"]) == ("record 6 is not what was written", 6)


async def test_an_erased_call_says_so_and_keeps_its_verdicts(browser, journal, settings):
    """
    Reasons and chain stay.
    """
    call_id = await played(journal)
    before = await browser.json(f"/api/calls/{call_id}")
    with open_upkeep(settings.store, "", BUSY_TIMEOUT_MS) as upkeep:
        assert len(list(upkeep.erase([call_id], "asked for"))) == 1
    after = await browser.json(f"/api/calls/{call_id}")
    assert (before["call"]["erased"], bool(after["call"]["erased"])) == (None, True)
    assert after["cards"] == before["cards"]
    assert (after["chain"]["said"], after["steps"][-1]["sign"]) == ("", "seal")


async def test_a_call_there_is_not_is_not_there(browser):
    """
    Whatever its id.
    """
    for call_id in ("nobody", "x" * 300, "' OR 1=1 --"):
        status, said, _ = await browser.get(f"/api/calls/{call_id}")
        assert (status, said) == (404, '{"said": "There is no such call in the record."}')


async def test_a_title_holds_no_more_of_an_address_than_an_id(browser):
    """
    Whoever sends a link does not write on our pages.
    """
    for call_id in ("%3Cscript%3E", "call-1%22", "Anna%20Smith"):
        _, page, _ = await browser.get(f"/calls/{call_id}")
        assert "<title>Call ? · Interlock</title>" in page
        assert "<script>" not in page


async def test_a_record_that_is_away_is_said_and_comes_back(browser, journal, settings):
    """
    Calls go on without the board, and the board goes on with the record.
    """
    call_id = await played(journal)
    place, away = Path(settings.store), Path(f"{settings.store}.away")
    place.rename(away)  # noqa: ASYNC240
    status, said, _ = await browser.get(f"/api/calls/{call_id}")
    assert status == 503
    assert str(place) in said
    away.rename(place)  # noqa: ASYNC240
    assert (await browser.get(f"/api/calls/{call_id}"))[0] == 200
