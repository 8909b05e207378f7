"""Who gets what: each address by its right, and what no other page, name or method gets."""

import re

import pytest
import yarl

from interlock.app.board.door import STAYS_S, Door
from interlock.app.board.headers import HEADERS
from interlock.app.board.pages import page
from interlock.app.board.routes import ROUTES
from interlock.app.board.serving import listen
from interlock.app.settings import SettingsError, load_settings
from tests.board.conftest import played

CALL = "{call}"
ADDRESSES = {
    "/enter/{token}": ("/enter/wrong", "none", 403),
    "/static/{name}": ("/static/board.css", "none", 200),
    "/": ("/", "watch", 200),
    "/api/live": ("/api/live", "watch", 200),
    "/calls": ("/calls", "watch", 200),
    "/api/calls": ("/api/calls", "watch", 200),
    "/api/filters": ("/api/filters", "watch", 200),
    "/calls/{call}": (f"/calls/{CALL}", "watch", 200),
    "/api/flows": ("/api/flows", "watch", 200),
    "/api/flows/{flow}": ("/api/flows/support", "watch", 200),
    "/api/calls/{call}": (f"/api/calls/{CALL}", "watch", 200),
}
"""Of each route an address, the right it asks for, and how it answers who has the right."""


def test_every_address_there_is_stands_in_the_table():
    """
    A new one has to say here who may ask for it.
    """
    assert {route.path: route.right for route in ROUTES} == {path: its[1] for path, its in ADDRESSES.items()}


@pytest.mark.parametrize(("address", "right", "status"), ADDRESSES.values(), ids=list(ADDRESSES))
async def test_an_address_answers_whoever_has_its_right(stranger, journal, address, right, status):
    """
    Without the cookie only what holds nothing of any call; with it everything that a watcher may see.
    """
    address = address.replace(CALL, await played(journal))
    assert (await stranger.get(address))[0] == (401 if right == "watch" else status)
    await stranger.get(stranger.link)
    found, headers = await stranger.head_of(address)
    assert found == status
    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    assert "Access-Control-Allow-Origin" not in headers
    assert (await stranger.get(address, method="HEAD"))[0] == (405 if address == "/api/live" else status)


async def test_the_link_is_traded_for_a_cookie_that_no_other_page_can_use(stranger):
    """
    No script reads it, no other site's request carries it, and the token leaves the address bar.
    """
    status, _, headers = await stranger.get(stranger.link)
    assert (status, headers["Location"]) == (303, "/")
    cookie = headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Strict", "Path=/", f"Max-Age={STAYS_S}"):
        assert part in cookie
    assert stranger.link.rpartition("/")[2] not in cookie


def test_a_pass_is_good_for_twelve_hours_and_of_one_start_only():
    """
    Not longer, not with another end, not of another process.
    """
    now = [1000.0]
    door, other = Door(8089, lambda: now[0]), Door(8089, lambda: now[0])
    its = door.pass_()
    until, _, proof = its.partition(".")
    assert door.lets_in({door.cookie: its})
    assert not other.lets_in({other.cookie: its})
    assert not door.lets_in({door.cookie: f"{int(until) + 1}.{proof}"})
    for forged in ("", ".", proof, f"{until}.", f"é{until}.{proof}", f"-{until}.{proof}"):
        assert not door.lets_in({door.cookie: forged})
    now[0] += STAYS_S
    assert not door.lets_in({door.cookie: its})


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}", ""])
async def test_another_name_for_this_machine_is_not_answered(browser, host):
    """
    A page whose name was made to lead here (DNS rebinding) reads nothing, with the cookie or without.
    """
    port = browser.base.rpartition(":")[2]
    for path in ("/api/flows", "/static/board.css", browser.link):
        status, said, _ = await browser.get(path, headers={"Host": host.replace("{port}", port)})
        assert (status, "support" in said) == (421, False)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_another_pages_request_gets_nothing(browser, origin):
    """
    Also one that has the cookie.
    """
    status, said, headers = await browser.get("/api/flows", headers={"Origin": origin})
    assert (status, "support" in said) == (403, False)
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_nothing_is_changed_by_any_method(browser, method):
    """
    Pages are read.
    """
    for path in ("/api/flows", "/calls/x", browser.link):
        assert (await browser.get(path, method=method))[0] == 405


@pytest.mark.parametrize(
    "path",
    [
        *("/static/../conftest.py", "/static/%2e%2e/door.py", "/static/..%2fdoor.py", "/static/%2fetc%2fpasswd"),
        *("/static/", "/static", "/static/__init__.py", "/static/board.css%00", "/.env", "/api", "//api/flows/x/y"),
    ],
)
async def test_no_path_leads_out_of_the_table(browser, path):
    """
    Files are found by name among those a page is made of.
    """
    status, said, _ = await browser.get(yarl.URL(f"{browser.base}{path}", encoded=True))
    assert (status, "import" in said) == (404, False)


async def test_what_is_not_there_is_not_told_from_what_is_to_a_stranger(stranger):
    """
    Nobody learns which calls there are.
    """
    asked = [await stranger.get(path) for path in ("/api/calls/nobody", "/api/nothing", "/nowhere")]
    assert [status for status, _, _ in asked] == [401, 401, 401]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "board.example"])
def test_only_this_machine_is_served(settings, monkeypatch, host):
    """
    There are no users and no TLS, so there is nobody to serve beyond it.
    """
    monkeypatch.setenv("INTERLOCK_BOARD_HOST", host)
    with pytest.raises(SettingsError, match=f"INTERLOCK_BOARD_HOST is {host}, expected one of 127.0.0.1"):
        listen(load_settings())


def test_a_taken_port_is_named(settings, monkeypatch):
    """
    Two boards of one setting cannot be.
    """
    with listen(settings) as first:
        first.listen()
        monkeypatch.setenv("INTERLOCK_BOARD_PORT", str(first.getsockname()[1]))
        with pytest.raises(SettingsError, match=r"INTERLOCK_BOARD_PORT is .* expected a free port"):
            listen(load_settings())


@pytest.mark.parametrize("name", ["now", "calls", "call"])
def test_without_scripts_a_page_says_what_shows_the_same(name):
    """
    It would be empty.
    """
    (said,) = re.findall(r"<noscript>(.*?)</noscript>", page(name))
    assert said == "This page needs scripts. On a terminal, interlock audit shows the same calls."
