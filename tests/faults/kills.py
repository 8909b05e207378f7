"""Random calls whose processes die at random steps, one after the other, until one lives to the end."""

import asyncio
import itertools
import multiprocessing
import random
from dataclasses import dataclass, field
from pathlib import Path

from interlock.app.project import FLOWS, project
from interlock.app.store import open_journal
from tests.faults import walks
from tests.faults.afterwards import check, check_agrees, keys
from tests.faults.dying import Life, standing_still
from tests.faults.killed_child import live
from tests.faults.lives import Process, World

FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["tests.faults.killed_child"])
LIFE_LIMIT_S, CHILD_LIMIT_S = 30.0, 20.0
"""After this something hangs: nothing here waits for time to pass."""
TURNS = 12
FLOWS_KILLED = ("support", "booking", "restaurant")
MOST_STEPS, MOST_APPENDS = 90, 60
"""A process dies within so many steps; most do so in the middle of something."""


@dataclass
class Killed:
    """What became of one random call: where its processes died, what was accepted and done, and what was wrong."""

    seed: int
    flow: str
    deaths: list[str] = field(default_factory=list)
    accepted: int = 0
    done: int = 0
    failed: str = ""


def kill_a_call(store: str | Path, seed: int, kills: int) -> Killed:
    """A random call with at most so many deaths, checked after each. The same seed is the same call."""
    return asyncio.run(_kill_a_call(store, seed, kills))


async def _kill_a_call(store: str | Path, seed: int, kills: int) -> Killed:
    rng = random.Random(seed)
    name = rng.choice(FLOWS_KILLED)
    killed = Killed(seed, name)
    with standing_still() as elsewhere:
        world = World(store, FLOWS[name], project().served[name].systems(":memory:"), elsewhere)
        told: list[tuple[str, int]] = []
        while True:
            life = Life(rng.randint(1, MOST_STEPS) if len(killed.deaths) < kills else 0)
            its = await world.process(life)
            if its is None:
                return killed
            try:
                async with asyncio.timeout(LIFE_LIMIT_S):
                    died = await _lived(its, killed, name, rng)
                told += its.told
                check(its.journal, world.flow, world.services, told)
            finally:
                await its.bury()
            killed.accepted, killed.done = len(set(told)), len(keys(world.services))
            if not died:
                return killed


async def _lived(its: Process, killed: Killed, name: str, rng: random.Random) -> bool:
    """Whether the process died."""
    if await its.until_dead(_life(its, name, rng)):
        killed.deaths.append(its.life.steps[-1])
        return True
    return False


async def _life(its: Process, name: str, rng: random.Random) -> None:
    await walks.begin(its, name)
    await walks.walk(its, name, rng, TURNS)
    if not its.typed.over.is_set():
        check_agrees(its.typed.call, its.journal)
        await its.typed.hang_up()


def kill_for_real(store: str, business: str, seed: int, kills: int) -> Killed:
    """A random call whose processes are killed with SIGKILL, checked after each. The same seed is the same call."""
    rng = random.Random(seed)
    name = rng.choice(FLOWS_KILLED)
    killed, told = Killed(seed, name), set[tuple[str, int]]()
    for _ in range(kills + 1):
        last = rng.randint(1, MOST_APPENDS) if len(killed.deaths) < kills else 0
        end = _live_and_let_die(last, told, rng.random() < 0.5, (store, business, name, rng.randrange(2**32)))
        with open_journal(store) as journal:
            check(journal, FLOWS[name], project().served[name].systems(business), told)
        killed.accepted, killed.done = len(told), len(keys(project().served[name].systems(business)))
        if end == "over":
            break
        killed.deaths.append(end)
    return killed


def _live_and_let_die(last: int, told: set[tuple[str, int]], let_go: bool, given: tuple[str, str, str, int]) -> str:
    """The step a process was killed at, or "over"; `let_go` kills it after the nod, wherever it is then."""
    parent, child = FORKED.Pipe()
    process = FORKED.Process(target=live, args=(child, *given), daemon=True)
    process.start()
    child.close()
    try:
        for count in itertools.count(1):
            assert parent.poll(CHILD_LIMIT_S), "the process hangs"
            step, acknowledged = parent.recv()
            told |= set(acknowledged)
            if count == last and let_go:
                parent.send(None)
            if count == last:
                process.kill()
                return f"{'during' if let_go else 'held'} {step}"
            parent.send(None)
            if step == "over":
                process.join(CHILD_LIMIT_S)
                return "over"
    finally:
        process.kill()
        process.join()
        parent.close()
    raise AssertionError("the process neither ended nor was killed")
