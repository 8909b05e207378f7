"""The board's process: a server on this machine alone, which ends when it is told to."""

import asyncio
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiohttp import web

from interlock.agents.flow import Flow
from interlock.app.board.answers import BOARD, Board, live
from interlock.app.board.door import LOOPBACK, Door, bracketed
from interlock.app.board.flows_shown import FlowsShown
from interlock.app.board.guarding import guarded, with_headers
from interlock.app.board.indexing import Indexing
from interlock.app.board.live import Live, ms
from interlock.app.board.looking import Looking, RecordAway
from interlock.app.board.routes import ROUTES
from interlock.app.settings import Settings, SettingsError
from interlock.app.store.following import follow

HEADER_BYTES = 8190
ENDS_WITHIN_S = 2.0


async def serve_board(
    settings: Settings, flows: Mapping[str, Flow], told: Callable[[str], None], drawn: Path | None = None
) -> None:
    """Serve until cancelled; `told` hears the link to open, `drawn` is the folder of the flows' drawings.

    Raises `SettingsError` for a place it cannot serve at.
    """
    listening = listen(settings)
    door = Door(listening.getsockname()[1])
    looking, follower = Looking(settings.store), follow(settings.store)
    shown = FlowsShown(flows, drawn)
    indexing = Indexing(settings.store)
    told_live = Live(follower, shown, lambda: newest_call(looking), indexing.heard)
    runner = web.AppRunner(
        board_app(Board(door, looking, shown, told_live, indexing)),
        access_log=None,  # an address may hold the token
        shutdown_timeout=ENDS_WITHIN_S,
        max_line_size=HEADER_BYTES,
        max_field_size=HEADER_BYTES,
    )
    await runner.setup()
    under_way = asyncio.gather(told_live.run(), indexing.run())
    try:
        await web.SockSite(runner, listening).start()
        told(f"http://{bracketed(settings.board_host)}:{door.port}/enter/{door.token}")
        await under_way
    finally:
        under_way.cancel()
        with suppress(asyncio.CancelledError):
            await under_way
        await runner.cleanup()
        await indexing.aclose()
        await follower.aclose()
        looking.close()


def board_app(board: Board) -> web.Application:
    """Everything that answers, on a board."""
    app = web.Application(middlewares=[guarded])
    app[BOARD] = board
    app.on_response_prepare.append(with_headers)
    for route in ROUTES:
        app.router.add_get(route.path, route.answer, allow_head=route.answer is not live)
    return app


async def newest_call(looking: Looking) -> dict[str, Any] | None:
    """The call that began last, for a page on which nothing happens; None where there is none, or nobody can tell."""
    try:
        rows = await looking.ask(lambda reader: reader.calls(1))
    except RecordAway:
        return None
    return {"c": rows[0].call_id, "f": rows[0].flow, "x": rows[0].ended_at and ms(rows[0].ended_at)} if rows else None


def listen(settings: Settings) -> socket.socket:
    """A socket on this machine. Raises `SettingsError`, also for any other address."""
    host, port = settings.board_host, settings.board_port
    if host not in LOOPBACK:
        wanted = f"expected one of {', '.join(LOOPBACK)}: the board has no users, and serves this machine only"
        raise SettingsError(f"INTERLOCK_BOARD_HOST is {host}, {wanted}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    its = socket.socket(family, socket.SOCK_STREAM)
    try:
        its.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        its.bind((host, port))
    except OSError as error:
        its.close()
        why = f"cannot be listened on ({error.strerror}), expected a free port, or 0 for any"
        raise SettingsError(f"INTERLOCK_BOARD_PORT is {port}, which {why}") from None
    return its
