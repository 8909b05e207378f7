"""What each address answers."""

import asyncio
import json
from typing import Any

from aiohttp import web

from interlock.app.board.call_list import calls_json, offered_json
from interlock.app.board.door import STAYS_S, Door
from interlock.app.board.files import static_files
from interlock.app.board.filtering import FilterError
from interlock.app.board.flows_shown import FlowsShown
from interlock.app.board.indexing import Indexing
from interlock.app.board.live import Live
from interlock.app.board.looking import Looking
from interlock.app.board.one_call import call_json
from interlock.app.board.pages import page, plain

OPEN_THE_LINK = "Open the link that `interlock board` printed when it started: it lets a browser in for twelve hours."
NO_PAGE = "There is no such page here. Now, Calls and a call's own page are what there is."
TOO_MANY = "So many look already that no more are let in: try again in a while. Calls are not touched by it."
DIGITS = 20
READS_WITHIN_S = 30.0
"""A viewer that takes nothing for so long is let go."""
NO_CALL = "There is no such call in the record."


class Board:
    """What the pages stand on; one process."""

    def __init__(self, door: Door, looking: Looking, flows: FlowsShown, live: Live, indexing: Indexing) -> None:
        self.door = door
        self.looking = looking
        self.flows = flows
        self.live = live
        self.indexing = indexing


BOARD = web.AppKey("board", Board)


def as_page(text: str, status: int = 200) -> web.Response:
    """An HTML page."""
    return web.Response(text=text, status=status, content_type="text/html")


def as_json(value: Any, status: int = 200) -> web.Response:
    """Data, ASCII only: what a browser takes for something else is not in it."""
    return web.Response(text=json.dumps(value), status=status, content_type="application/json")


async def enter(request: web.Request) -> web.Response:
    """The printed link: its token is traded for a cookie."""
    door = request.app[BOARD].door
    if not door.opens(request.match_info["token"]):
        return as_page(plain("Not let in", OPEN_THE_LINK), 403)
    entered = web.Response(status=303, headers={"Location": "/"})
    entered.set_cookie(door.cookie, door.pass_(), max_age=STAYS_S, httponly=True, samesite="Strict", path="/")
    return entered


async def static(request: web.Request) -> web.Response:
    """A file of the pages."""
    found = static_files().get(request.match_info["name"])
    if found is None:
        raise web.HTTPNotFound
    kind, data = found
    return web.Response(body=data, content_type=kind, charset="utf-8")


async def one_call_page(request: web.Request) -> web.Response:
    """The page of one call, whether or not there is one: the page says so."""
    return as_page(page("call", f"Call {_short(request.match_info['call'])}"))


async def flows(request: web.Request) -> web.Response:
    """What this installation serves, by name and title."""
    return as_json(request.app[BOARD].flows.listed())


async def flow(request: web.Request) -> web.Response:
    """One flow with its picture, which is laid out off the event loop."""
    found = await asyncio.to_thread(request.app[BOARD].flows.picture, request.match_info["flow"])
    return as_json(found) if found else as_json({"said": "There is no such flow in this installation."}, 404)


async def one_call(request: web.Request) -> web.Response:
    """A call, its steps and its cards; nothing of it to whoever has it up to the line `since`, until there is more."""
    board, call_id = request.app[BOARD], request.match_info["call"]
    since = request.query.get("since", "")
    if since.isdecimal() and len(since) < 10:
        row = await board.looking.ask(lambda reader: reader.call(call_id))
        if row is not None and row.last_seq == int(since):
            return as_json({"unchanged": True})
    found = await board.looking.ask(lambda reader: call_json(reader, call_id, board.flows))
    return as_json(found) if found else as_json({"said": NO_CALL}, 404)


async def now_page(request: web.Request) -> web.Response:
    """What happens now."""
    return as_page(page("now"))


async def calls_page(request: web.Request) -> web.Response:
    """Every call, by filters that stand in the address."""
    return as_page(page("calls"))


async def calls(request: web.Request) -> web.Response:
    """A page of calls that fit."""
    board, query = request.app[BOARD], request.query
    asked = [(name, value) for name, value in query.items() if name != "before"]
    before = query.get("before", "")
    older = int(before) if before.isdecimal() and len(before) < DIGITS else None
    try:
        return as_json(await board.indexing.ask(lambda index: calls_json(index, asked, older, board.flows)))
    except FilterError as error:
        return as_json({"said": f"{error}."}, 400)


async def offered(request: web.Request) -> web.Response:
    """What filters there are."""
    board, flow = request.app[BOARD], request.query.get("flow", "")
    return as_json(await board.indexing.ask(lambda index: offered_json(index, flow, board.flows)))


async def live(request: web.Request) -> web.StreamResponse:
    """What happens, as it happens: server-sent events, until either side goes away."""
    viewers = request.app[BOARD].live
    viewer = viewers.join(request.headers.get("Last-Event-ID", ""))
    if viewer is None:
        return as_json({"said": TOO_MANY}, 503)
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    try:
        await stream.prepare(request)
        while True:
            data = await viewer.next()
            async with asyncio.timeout(READS_WITHIN_S):
                await stream.write(data)
    except (ConnectionError, TimeoutError):
        return stream
    finally:
        viewers.leave(viewer)


def _short(call_id: str) -> str:
    """An id as titles have it: nothing else may come into one."""
    text = call_id.removeprefix("call-")
    return text[:6] if text.isalnum() and text.isascii() else "?"
