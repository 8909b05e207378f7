"""A board on a port of this machine, over a record that call scripts left."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from agents.support import SUPPORT
from interlock.agents.call.journal import Entry
from interlock.app.board.serving import serve_board
from interlock.app.calls.callscript import read_script
from interlock.app.calls.play import play
from interlock.app.project import FLOWS, open_systems
from interlock.app.settings import load_settings
from interlock.app.store import StoreJournal, open_journal

SCRIPTS = Path(__file__).parents[1] / "calls"


@pytest.fixture
def settings(monkeypatch, tmp_path):
    """
    The board's own, and none that are set here.
    """
    for name in [n for n in os.environ if n.startswith(("INTERLOCK_", "LIVEKIT_"))]:
        monkeypatch.delenv(name)
    list(FLOWS)  # found from here, not from where the test is
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INTERLOCK_STORE", str(tmp_path / "calls.sqlite"))
    monkeypatch.setenv("INTERLOCK_BOARD_PORT", "0")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return load_settings()


@pytest.fixture
def journal(settings) -> Iterator[StoreJournal]:
    """
    Who writes what the board shows.
    """
    with open_journal(settings.store) as opened:
        yield opened


async def played(journal: StoreJournal, script: str = "good_call", flow=SUPPORT) -> str:
    """The id of a call that went as a call script says."""
    before = set(journal.ids())
    systems = open_systems(flow)
    steps = read_script(SCRIPTS / flow.name / f"{script}.yaml")
    await play(flow, steps, journal=journal, memory=journal, services=systems)
    (call_id,) = set(journal.ids()) - before
    return call_id


async def happening(
    journal: StoreJournal, call_id: str, anew: str = "call-now", *, after: int = 0, until: int = 1000
) -> str:
    """The same call once more, line by line and at this hour: a script's clock stands still in another year.

    Of its lines those `after` one and `until` another.
    """
    private, stands = journal.private(call_id), journal.snapshot(call_id)
    for record in journal.records(call_id):
        if not after < record.seq <= until:
            continue
        entry = Entry(anew, journal.call(call_id).flow, record.seq, record.kind, datetime.now(UTC), record.epoch)
        if record.kind in ("call.opened", "transition.accepted"):
            path = record.audit.get("after") or ["live", "desks", record.audit["state"]]
            entry = replace(entry, snapshot=replace(stands, configuration=tuple(path), epoch=record.epoch))
        await journal.append([replace(entry, audit=record.audit, private=private.get(record.seq, {}))])
    return anew


async def _events(content):
    """What a browser makes of a stream."""
    fields = {}
    async for line in content:
        name, _, value = line.decode().rstrip("\n").partition(":")
        if name:
            fields[name] = value
        else:
            yield fields["event"], json.loads(fields["data"])


class Browser:
    """Asks a board as a browser does; `base` is its address, `link` what it printed."""

    def __init__(self, link: str, session: aiohttp.ClientSession) -> None:
        self.link = link
        self.base = link.partition("/enter/")[0]
        self._session = session

    async def get(self, path: str, **given) -> tuple[int, str, "aiohttp.typedefs.LooseHeaders"]:
        """Status, body and headers."""
        url = f"{self.base}{path}" if str(path).startswith("/") else path
        method = given.pop("method", "GET")
        async with self._session.request(method, url, allow_redirects=False, **given) as answer:
            return answer.status, await answer.text(), answer.headers

    async def head_of(self, path: str) -> tuple[int, "aiohttp.typedefs.LooseHeaders"]:
        """Status and headers, however long the body is."""
        async with self._session.get(f"{self.base}{path}", allow_redirects=False) as answer:
            return answer.status, answer.headers

    @asynccontextmanager
    async def stream(self, path: str, **given):
        """The events of a stream: name and data of each."""
        async with self._session.get(f"{self.base}{path}", **given) as answer:
            assert answer.content_type == "text/event-stream"
            yield _events(answer.content)

    async def json(self, path: str, **given):
        """What an address of data has."""
        async with self._session.get(f"{self.base}{path}", **given) as answer:
            return await answer.json()


@pytest.fixture
async def stranger(settings, journal) -> AsyncIterator[Browser]:
    """
    A browser on this machine that was not let in.
    """
    link: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    board = asyncio.ensure_future(serve_board(settings, FLOWS, link.set_result))
    await asyncio.wait([board, link], return_when=asyncio.FIRST_COMPLETED)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Browser(link.result(), session)
    board.cancel()
    await asyncio.gather(board, return_exceptions=True)


@pytest.fixture
async def browser(stranger) -> Browser:
    """
    One that opened the link.
    """
    await stranger.get(stranger.link)
    return stranger
