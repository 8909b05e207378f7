"""What the stand-ins share: a server on loopback that can also fail."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType
from typing import Any, ClassVar, Self

from aiohttp import web

from tests.standins.faults import ANYWHERE, AT_HANDSHAKE, CutError, Fault, Faults, Line, Trouble
from tests.standins.log import Log

HOST = "127.0.0.1"
STATUS = {Fault.RATE_LIMITED: 429, Fault.SERVER_ERROR: 503}


class StandIn:
    """One provider on loopback: `async with StandIn() as provider`, then `provider.base_url` for the plugin.

    `fail` and `heal` change what happens from now on. While refused, the port stays ours but does not listen.
    """

    NAME: ClassVar[str]
    SCHEME: ClassVar[str] = "http"
    PATH: ClassVar[str] = ""

    def __init__(self, *, port: int = 0) -> None:
        self.faults = Faults()
        self.log = Log()
        self.port = port
        self._runner: web.AppRunner | None = None
        self._site: web.SockSite | None = None
        self._kept: socket.socket | None = None

    @property
    def base_url(self) -> str:
        """What the plugin takes as its `base_url`."""
        return f"{self.SCHEME}://{HOST}:{self.port}{self.PATH}"

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """The provider's endpoints."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await self._listen(self._bound())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.faults.heal()
        self.hang_up()
        if self._kept is not None:
            self._kept.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def fail(
        self, fault: Fault, *, times: int | None = None, hold_s: float | None = None, after: int | None = None
    ) -> None:
        """From now on this goes wrong, for the next `times` answers or until `heal`; `refused` until `heal` only.

        `refused` ends open connections. The last four meet them at their next answer; the first two meet new ones
        only (`hang_up` makes a client come back for one). `after` is how many pieces of an answer get through first:
        2 for a cut, 0 for the others.
        """
        await self.heal()
        self.faults.set(fault, times=times, hold_s=hold_s, after=after)
        if fault is Fault.REFUSED:
            await self._stop_listening()
            self.hang_up()

    async def heal(self) -> None:
        """From now on nothing goes wrong."""
        self.faults.heal()
        if self._kept is not None:
            kept, self._kept = self._kept, None
            await self._listen(kept)

    def hang_up(self) -> None:
        """Break off every open connection, as a crash would."""
        server = self._runner.server if self._runner else None
        for connection in server.connections if server else ():
            if connection.transport is not None:
                connection.transport.abort()

    def complaint(self, status: int, why: str) -> dict[str, Any]:
        """The body of an error, as the provider words it."""
        return {"error": {"message": why, "type": "stand_in", "code": str(status)}}

    def refusal(self, status: int, why: str) -> web.Response:
        """The provider's own refusal of a request that is wrong."""
        self.log.add("refused", status=status, why=why)
        return web.json_response(self.complaint(status, why), status=status)

    async def stream(
        self, request: web.Request, pieces: Callable[[], Awaitable[Iterable[bytes]]], content_type: str
    ) -> web.StreamResponse:
        """Answer with these pieces, as far as the fault in force lets them through. They are asked for only when
        something is to be sent: an answer refused at once uses up none."""
        line = Line(self.faults, ANYWHERE)
        if (refused := await self._met_at_the_door(request, line.trouble)) is not None:
            return refused
        response = web.StreamResponse(headers={"Content-Type": content_type})
        try:
            for piece in await pieces():
                await line.passes()
                if not response.prepared:
                    await response.prepare(request)
                await response.write(piece)
            line.ends()
            await response.write_eof()
        except CutError:
            abort(request)
        except ConnectionError:
            pass
        return response

    async def open_socket(self, request: web.Request) -> web.WebSocketResponse | web.Response:
        """The WebSocket asked for, or the response that stands for a fault."""
        refused = await self._met_at_the_door(request, self.faults.strike(AT_HANDSHAKE))
        if refused is not None:
            return refused
        ws = web.WebSocketResponse(max_msg_size=0)
        await ws.prepare(request)
        return ws

    async def _met_at_the_door(self, request: web.Request, trouble: Trouble | None) -> web.Response | None:
        if trouble is not None and trouble.fault in STATUS:
            status = STATUS[trouble.fault]
            headers = {"Retry-After": "1"} if status == 429 else {}
            return web.json_response(self.complaint(status, "as asked"), status=status, headers=headers)
        if trouble is not None and trouble.fault is Fault.SILENT and not trouble.after:
            await trouble.healed.wait()
            abort(request)
            return web.Response()
        return None

    def _bound(self) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((HOST, self.port))
        sock.setblocking(False)
        self.port = sock.getsockname()[1]
        return sock

    async def _listen(self, sock: socket.socket) -> None:
        assert self._runner is not None
        self._site = web.SockSite(self._runner, sock)
        await self._site.start()

    async def _stop_listening(self) -> None:
        if self._site is not None:
            site, self._site = self._site, None
            await site.stop()
            await asyncio.sleep(0)
            self._kept = self._bound()


def abort(request: web.Request) -> None:
    """Break the connection off in the middle."""
    if request.transport is not None:
        request.transport.abort()
