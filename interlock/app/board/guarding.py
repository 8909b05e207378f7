"""What every request goes through: the host it names, where it comes from, who it is, and how it ends."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from interlock.app.board.answers import BOARD, NO_PAGE, OPEN_THE_LINK, as_json, as_page
from interlock.app.board.headers import HEADERS
from interlock.app.board.looking import RecordAway
from interlock.app.board.pages import plain
from interlock.app.board.routes import RIGHTS

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guarded(request: web.Request, handler: Answer) -> web.StreamResponse:  # aiohttp's name for it
    """Answer, or say why not; nothing of what was asked is repeated."""
    refused = _refused(request)
    if refused is not None:
        return refused
    try:
        return await handler(request)
    except RecordAway as away:
        return as_json({"said": str(away)}, 503)
    except web.HTTPMethodNotAllowed:
        return _says(request, 405, "Pages are read here and nothing is changed: GET and HEAD only.")
    except web.HTTPException:
        return _says(request, 404, NO_PAGE)


async def with_headers(request: web.Request, response: web.StreamResponse) -> None:
    """On each answer, also one that is sent piece by piece."""
    response.headers.update(HEADERS)


def _refused(request: web.Request) -> web.Response | None:
    door = request.app[BOARD].door
    if request.headers.getall("Host", []) != [request.host] or request.host.lower() not in door.hosts:
        return _says(request, 421, "This board answers to the name it was started with, and to no other.")
    if any(origin not in door.origins for origin in request.headers.getall("Origin", [])):
        return _says(request, 403, "Another page asked for this, and gets nothing.")
    if _right(request) != "none" and not door.lets_in(request.cookies):
        return _says(request, 401, OPEN_THE_LINK)
    return None


def _right(request: web.Request) -> str:
    """The right an address asks for; one that is not there is not told from one that is, without the right to watch."""
    resource = request.match_info.route.resource
    return RIGHTS.get(resource.canonical, "watch") if resource is not None else "watch"


def _says(request: web.Request, status: int, words: str) -> web.Response:
    if request.path.startswith("/api/"):
        return as_json({"said": words}, status)
    return as_page(plain("Interlock", words), status)
