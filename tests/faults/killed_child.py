"""A real process that drives a random call until `kill -9`: it tells its parent of each append and waits for its nod.

The parent kills it at a seeded append: while it waits, before or after the append, so that the seed is the point; or
right after the nod, wherever it is then in writing.
"""

import asyncio
import random
from multiprocessing.connection import Connection
from typing import Any

from interlock.app.project import FLOWS, project
from tests.faults import walks
from tests.faults.dying import Life, standing_still
from tests.faults.lives import Process, World

TURNS = 8


class NoddedLife(Life):
    """Tells of each step of the record, and goes on when the parent nods; what was told to callers goes with it."""

    def __init__(self, parent: Connection) -> None:
        super().__init__()
        self._parent = parent
        self.its: Process | None = None

    async def step(self, name: str) -> None:
        """Pass here when nodded."""
        await super().step(name)
        if name != "before turn":
            self._parent.send((name, list(self.its.told) if self.its else []))
            self._parent.recv()


def live(parent: Connection, store: str, business: str, flow: str, seed: int) -> None:
    """Begin the call or take it over, and let it go where the seed leads; the last word is how it ended."""
    asyncio.run(_live(parent, store, business, flow, random.Random(seed)))


async def _live(parent: Connection, store: str, business: str, flow: str, rng: random.Random) -> None:
    with standing_still() as elsewhere:
        world = World(store, FLOWS[flow], project().served[flow].systems(business), elsewhere)
        life = NoddedLife(parent)
        its = life.its = await world.process(life)
        if its is None:
            _last(parent, "over", [])
            return
        await walks.begin(its, flow)
        await walks.walk(its, flow, rng, TURNS)
        if not its.typed.over.is_set():
            await its.typed.hang_up()
        told: list[Any] = its.told
        await its.bury()
        _last(parent, "over", told)


def _last(parent: Connection, word: str, told: list[Any]) -> None:
    parent.send((word, told))
    parent.recv()
