"""How another process breaks and heals the stand-ins, and reads their logs."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, ClassVar

from aiohttp import web

from tests.standins.faults import Fault
from tests.standins.server import StandIn


class Control(StandIn):
    """A server beside the stand-ins: it stays reachable while they are not."""

    NAME: ClassVar[str] = "control"

    def __init__(self, providers: Iterable[StandIn], *, port: int = 0) -> None:
        super().__init__(port=port)
        self._providers = {provider.NAME: provider for provider in providers}

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """One for each thing a test does to a stand-in."""
        return [
            web.post("/{name}/fail", self._fail),
            web.post("/{name}/heal", self._heal),
            web.post("/{name}/hang_up", self._hang_up),
            web.get("/{name}/log", self._log),
        ]

    def _named(self, request: web.Request) -> StandIn:
        name = request.match_info["name"]
        if name not in self._providers:
            raise web.HTTPNotFound(text=f"no stand-in {name!r}, expected one of {sorted(self._providers)}")
        return self._providers[name]

    async def _fail(self, request: web.Request) -> web.Response:
        asked: dict[str, Any] = await request.json()
        try:
            await self._named(request).fail(Fault(asked.pop("fault", "")), **asked)
        except (ValueError, TypeError) as error:
            raise web.HTTPBadRequest(text=f"{error}, expected fault (one of {[*map(str, Fault)]})") from None
        return web.json_response({})

    async def _heal(self, request: web.Request) -> web.Response:
        await self._named(request).heal()
        return web.json_response({})

    async def _hang_up(self, request: web.Request) -> web.Response:
        self._named(request).hang_up()
        return web.json_response({})

    async def _log(self, request: web.Request) -> web.Response:
        return web.json_response([asdict(heard) for heard in self._named(request).log])
