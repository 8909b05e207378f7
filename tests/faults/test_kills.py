"""Processes that die, over both backends: nothing accepted is lost, nothing done twice, nothing left unexplained.

`python -m tests.faults.kill_many` does the same with more seeds.
"""

import asyncio

import pytest

from agents.support import SUPPORT
from interlock.app.project import project
from tests.faults.afterwards import check, check_agrees
from tests.faults.dying import Life, standing_still
from tests.faults.kills import kill_a_call, kill_for_real
from tests.faults.lives import World
from tests.faults.scenes import SCENES, ask

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
]
REFUND = SCENES["support refund"]
KILLS_A_CALL = 10
STEPS_OF_A_TAKEOVER = 24


@pytest.fixture
def store(request, tmp_path):
    """
    Makes a fresh store of a backend.
    """

    def fresh(backend, name="calls"):
        if backend == "sqlite":
            return str(tmp_path / f"{name}.sqlite")
        return request.getfixturevalue("postgres").fresh()

    return fresh


async def refunding(world, life):
    """A process that begins a call, and goes to where a refund can be asked for."""
    its = await world.process(life)
    await REFUND.begin(its)
    return its


async def steps_of_a_refund(store):
    """How many steps come before a refund is proposed, and each from then until all is quiet."""
    with standing_still() as elsewhere:
        its = await refunding(World(store, SUPPORT, project().served["support"].systems(":memory:"), elsewhere), Life())
        before = len(its.life.steps)
        await ask(its, REFUND.event)
        steps = its.life.steps[before:]
        await its.bury()
    return before, steps


async def dies(store, *deaths):
    """A refund whose first process dies at the first of these steps, the next one at the next, and the last lives."""
    with standing_still() as elsewhere:
        world = World(store, SUPPORT, project().served["support"].systems(":memory:"), elsewhere)
        first = await refunding(world, Life(deaths[0]))
        assert await first.until_dead(ask(first, REFUND.event)), "it should have died"
        told, its = list(first.told), first
        for death in (*deaths[1:], 0):
            await its.bury()
            its = await world.process(Life(death))
            died = await its.until_dead(its.typed.start())
            told += its.told
            check(its.journal, world.flow, world.services, told)
        assert not died
        check_agrees(its.typed.call, its.journal)
        call, accepted = its.typed.call, ("refund", 3) in {(e, n) for e, n in accepted_of(its)}
        assert (call.state, call.facts.last_refund) == ("billing", "paid" if accepted else None)
        assert (await world.services.orders.find("4471", "1042")).paid_cents == (2990 if accepted else 3990)
        assert ("on its way" in its.typed.said[-1]) == accepted, its.typed.said
        await its.bury()
        return accepted


def accepted_of(its):
    """Every accepted event on record, with its epoch."""
    records = its.journal.records(its.typed.call.id)
    return [(record.audit["event"], record.epoch) for record in records if record.kind == "transition.accepted"]


@pytest.mark.parametrize(("backend", "every"), [("sqlite", 1), ("postgres", 6)])
def test_fault_30_a_death_at_every_step_from_proposal_to_on_enter(backend, every, store):
    """
    Before the acceptance is durable it never was; from then on it is acted on once, and the caller hears the outcome.
    """
    before, steps = asyncio.run(steps_of_a_refund(store(backend, "undisturbed")))
    assert {"after transition.accepted+handoff.started", "after orders.refund", "before handoff.entered"} <= set(steps)
    durable = steps.index("after transition.accepted+handoff.started")
    for at in range(0, len(steps), every):
        accepted = asyncio.run(dies(store(backend, f"at-{at}"), before + 1 + at))
        assert accepted == (at >= durable), f"died {steps[at]}, step {at}"


@pytest.mark.parametrize(("backend", "every"), [("sqlite", 2), ("postgres", 12)])
def test_fault_30_a_second_death_while_it_is_taken_over(backend, every, store):
    """
    Wherever the second process dies, its being on record included, the third one finishes the work, once.
    """
    before, steps = asyncio.run(steps_of_a_refund(store(backend, "undisturbed")))
    asked = before + 1 + steps.index("after orders.refund")
    for second in range(1, STEPS_OF_A_TAKEOVER + 1, every):
        assert asyncio.run(dies(store(backend, f"second-{second}"), asked, second))


@pytest.mark.parametrize(
    ("backend", "seed"), [*(("sqlite", n) for n in range(6)), *(("postgres", n) for n in range(3))]
)
def test_random_calls_whose_processes_die(backend, seed, store):
    """
    Whatever the call was about and wherever they died; the seed is the call.
    """
    killed = kill_a_call(store(backend), seed, KILLS_A_CALL)
    assert killed.deaths or killed.accepted


@pytest.mark.parametrize(("backend", "seed"), [("sqlite", 1), ("postgres", 2)])
def test_random_calls_whose_processes_are_killed(backend, seed, store, tmp_path):
    """
    With `kill -9`, also in the middle of writing.
    """
    killed = kill_for_real(store(backend), str(tmp_path / "business.sqlite"), seed, 3)
    assert killed.deaths


def test_the_same_seed_is_the_same_call(store):
    """
    So a failing one can be looked at again.
    """
    first, again = (kill_a_call(store("sqlite", name), 7, 2) for name in ("first", "again"))
    assert (first.deaths, first.accepted, first.done) == (again.deaths, again.accepted, again.done)
