"""The pages as somebody sees them: a call as it runs, any past one by keys, and every call by filters."""

import asyncio
import sys
from pathlib import Path

import pytest

from interlock.app.audit import why
from interlock.app.board.names import event
from interlock.app.cli.audit import _sentences
from interlock.app.project import FLOWS
from tests.board.conftest import SCRIPTS, happening, played
from tests.board.test_calls import listed
from tests.browser.looks import fits_narrow, found_by_axe, looked_at

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ROOT = Path(__file__).parents[2]
# Notes what lights up in the picture, in order, and which badges there were.
WATCHED = """() => {
  window.seen = {lit: [], tags: [], badges: 0};
  const add = (to, its) => to.includes(its) || to.push(its);
  const note = () => {
    for (const its of document.querySelectorAll('#map .lit-yes[id]')) add(seen.lit, its.id);
    for (const its of document.querySelectorAll('#map .tag text')) add(seen.tags, its.textContent);
    seen.badges = Math.max(seen.badges, document.querySelectorAll('#map .badge').length);
  };
  const all = {subtree: true, childList: true, attributes: true};
  new MutationObserver(note).observe(document.getElementById('main'), all);
}"""


async def chat(script: str, flow: str = "support") -> None:
    """A real call by the command, from a process of its own."""
    asked = ["chat", flow, "--script", str(SCRIPTS / flow / f"{script}.yaml")]
    its = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "interlock.app.command", "--project", str(ROOT), *asked),
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert await its.wait() == 0


async def test_a_call_is_seen_as_it_runs(window, journal):
    """
    Each verdict in the list in its order, each way it went lit in the picture, each guard that refused named at its
    place; and a badge while the call is there.
    """
    await window.goto("/?flow=support")
    await window.wait_for_selector("#map svg")
    await window.evaluate(WATCHED)
    await chat("good_call")
    (call_id,) = journal.ids()
    explained = why(journal, call_id, None, _sentences())
    await window.wait_for_selector(f"#fall li[data-key] >> nth={len(explained) - 1}", state="attached")
    shown = await window.eval_on_selector_all("#fall li[data-key]", "all => all.map(its => its.dataset)")
    assert [each["key"] for each in reversed(shown)] == [f"{call_id} {its.seq}" for its in explained]
    assert [each["event"] for each in reversed(shown)] == [its.event for its in explained]
    for gone in ("#map .lit-yes", "#map .badge"):
        await window.wait_for_selector(gone, state="detached")
    seen = await window.evaluate("seen")
    ways = {f"edge-{its.before}--{its.event}--" for its in explained if its.kind == "accepted"}
    assert [
        way for way in ways if way.startswith("edge-triage") and not any(w.startswith(way) for w in seen["lit"])
    ] == []
    assert {f"✕ {its.refused_by}" for its in explained if its.refused_by} <= set(seen["tags"])
    assert seen["badges"] >= 1
    assert (await window.inner_text("#sums")).startswith("0 under way")
    assert call_id.removeprefix("call-")[:6] in await window.inner_text("main")


async def test_now_is_for_everybody(window, journal):
    """
    Quiet, with calls under way, and filtered by a place, with the keyboard alone.
    """
    await window.goto("/")
    await window.wait_for_selector("#map svg")
    assert "No calls yet." in await window.inner_text("main")
    await looked_at(window, "now-first")
    call_id = await played(journal)
    for number in range(3):
        await happening(journal, call_id, f"call-{number}now", until=9 + 3 * number)
    await window.goto("/?flow=support")
    await window.wait_for_selector("#under tr >> nth=2")
    await window.wait_for_selector("#map .badge")
    await looked_at(window, "now")
    triage = window.locator("#state-triage")
    assert (await triage.get_attribute("aria-label")).startswith("Triage, ")
    await triage.focus()
    await window.keyboard.press("Enter")
    await window.wait_for_selector("#falls-title:has-text('Triage')")
    assert await window.locator("#under tr").count() < 3
    await looked_at(window, "now-place")
    await fits_narrow(window, SIZE_AT_200)


SIZE_AT_200 = 720
"""What 1440 pixels are at 200 %."""


@pytest.mark.parametrize("flow", FLOWS)
async def test_a_call_is_played_back_by_keys(window, journal, flow):
    """
    Each card says what `audit why` says, and the picture walks the same ways.
    """
    call_id = await played(journal, "good_call", FLOWS[flow])
    explained = {its.seq: its for its in why(journal, call_id, None, _sentences())}
    await window.goto(f"/calls/{call_id}")
    await window.wait_for_selector("#map svg")
    await window.keyboard.press("Home")
    found = {}
    for number, record in enumerate(journal.records(call_id)):
        if number:
            await window.keyboard.press("ArrowRight")
        assert await window.get_attribute('[aria-current="step"]', "data-seq") == str(record.seq)
        assert window.url.endswith(f"#{record.seq}") or not number
        if record.seq in explained:
            found[record.seq] = await window.inner_text("#card")
            assert await window.locator("#map .here").count() == 1
    assert found.keys() == explained.keys()
    for seq, its in explained.items():
        card = found[seq]
        assert [text for text in words_of(its) if " ".join(text.split()) not in " ".join(card.split())] == []
    assert await window.locator("#map .walked").count() > 0
    if flow == "support":
        await window.keyboard.press("Home")
        first_refused = next(seq for seq, its in explained.items() if its.kind != "accepted")
        await window.goto(f"/calls/{call_id}#{first_refused}")
        await window.wait_for_selector("#map .lit-no")
        await looked_at(window, "call")
        await fits_narrow(window, SIZE_AT_200)


def words_of(its):
    """What `interlock audit why` says of a verdict."""
    yield its.verdict
    yield from (event(each) for each in (its.event, *its.offered))
    yield from (its.reason,) * bool(its.reason)
    for guard in its.guards:
        yield guard.name
        yield guard.sentence.split("\n\n")[0]


async def test_space_plays_a_call_and_stops_at_its_end(window, journal):
    """
    A script's call took no time, so it plays at once.
    """
    call_id = await played(journal, "goes_silent")
    await window.goto(f"/calls/{call_id}")
    await window.wait_for_selector("#card")
    await window.select_option("select[aria-label='How fast']", "four")
    await window.locator("main h1").click()
    await window.keyboard.press("Home")
    await window.keyboard.press("Space")
    last = journal.call(call_id).last_seq
    await window.wait_for_selector(f'[aria-current="step"][data-seq="{last}"]', timeout=20_000)
    await window.wait_for_selector("text=▶ Play")


async def test_a_call_under_way_grows_while_somebody_looks(window, journal):
    """
    Whoever looks at the last step goes on with it.
    """
    call_id = await played(journal)
    await happening(journal, call_id, "call-now", until=6)
    await window.goto("/calls/call-now")
    await window.wait_for_selector("#card")
    await window.keyboard.press("End")
    await happening(journal, call_id, "call-now", after=6)
    last = journal.call(call_id).last_seq
    await window.wait_for_selector(f'[aria-current="step"][data-seq="{last}"]')
    assert "the agent said goodbye" in await window.inner_text("main")


async def test_calls_are_found_by_filters_in_the_address(window, stranger, journal):
    """
    Nothing, everything, one by a filter that the page offers, none; and back.
    """
    await window.goto("/calls")
    await window.wait_for_selector("text=No calls yet.")
    await looked_at(window, "calls-none")
    its = await played(journal)
    for number in range(3):
        await happening(journal, its, f"call-{number}now")
    await window.goto("/")
    await stranger.get(stranger.link)
    while (await listed(stranger, "?since=1h"))["count"] < 3:
        pass  # each look is a request of its own, and waits for its answer
    await window.goto("/calls?since=1h")
    await window.wait_for_selector("#calls tr >> nth=2")
    await looked_at(window, "calls")
    await window.click("text=+ filter")
    await window.select_option("#which", "refused_by")
    await window.select_option("#value", "caller_verified")
    await window.wait_for_selector("[data-filter=refused_by]")
    assert "refused_by=caller_verified" in window.url
    assert "--refused-by caller_verified" in await window.inner_text("#command")
    await window.locator("main h1").click()
    await window.keyboard.press("j")
    await window.keyboard.press("Enter")
    await window.wait_for_url("**/calls/call-*")
    await window.goto("/calls?since=1h&flow=sales")
    await window.wait_for_selector("text=No call fits both filters.")
    assert await found_by_axe(window) == []
    await window.click("text=Take that filter out")
    await window.wait_for_selector("#calls tr")
    await fits_narrow(window, 390)


async def test_a_record_that_goes_away_is_said_and_comes_back(window, journal, settings):
    """
    In words, on the page that was live.
    """
    await played(journal)
    await window.goto("/?flow=support")
    await window.wait_for_selector("#map svg")
    place, away = Path(settings.store), Path(f"{settings.store}.away")
    place.rename(away)  # noqa: ASYNC240
    await window.wait_for_selector("text=The record cannot be read.")
    assert "Not live since" in await window.inner_text("#standing")
    assert await found_by_axe(window) == []
    away.rename(place)  # noqa: ASYNC240
    await window.wait_for_selector("#standing:has-text('Live')")
