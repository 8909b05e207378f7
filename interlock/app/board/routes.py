"""Every address there is, and the right it asks for. What is not in this table is not answered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from interlock.app.board import answers

Right = Literal["none", "watch"]
"""What whoever asks must be allowed to: nothing at all, or to see what holds no personal data."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address; GET and HEAD only, and neither changes anything."""

    path: str
    right: Right
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]]


ROUTES = (
    Route("/enter/{token}", "none", answers.enter),
    Route("/static/{name}", "none", answers.static),
    Route("/", "watch", answers.now_page),
    Route("/calls", "watch", answers.calls_page),
    Route("/calls/{call}", "watch", answers.one_call_page),
    Route("/api/flows", "watch", answers.flows),
    Route("/api/flows/{flow}", "watch", answers.flow),
    Route("/api/live", "watch", answers.live),
    Route("/api/calls", "watch", answers.calls),
    Route("/api/filters", "watch", answers.offered),
    Route("/api/calls/{call}", "watch", answers.one_call),
)
RIGHTS = {route.path: route.right for route in ROUTES}
