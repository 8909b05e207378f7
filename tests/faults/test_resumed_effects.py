"""Work of every flow whose process dies: done once, finished by the next process, and told as it is."""

import asyncio
import os
from dataclasses import fields

import pytest

from interlock.app.project import FLOWS, project
from interlock.app.store import ACCEPTED
from tests.faults.afterwards import check, check_agrees
from tests.faults.dying import Life, standing_still
from tests.faults.lives import World
from tests.faults.scenes import SCENES, WORK, ask

OWN = {"told", "opened_at", "now", "held_until", "booked_code", "found_code", "ready_at"}
"""What another life of the same call may know another value of."""


def known(its):
    """What is known, but for that."""
    return its.typed.call.facts.model_dump(exclude=OWN)


async def lived(world, scene, life):
    """A process that begins the call and goes to where the work begins, and on."""
    its = await world.process(life)
    await scene.begin(its)
    return its


def test_the_work_of_every_flow_is_in_a_scene():
    """
    A callback is the same work in all of them.
    """
    shown = {(scene.flow, state) for name, scene in SCENES.items() for state in WORK[name]}
    everything = {(name, state) for name, flow in FLOWS.items() for state in flow.effects if state != "booking"}
    assert everything - shown == set()
    assert all(effect.repeatable for flow in FLOWS.values() for effect in flow.effects.values())


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_work_of_a_dead_process_is_finished_by_the_next(name, tmp_path):
    """
    Before it was begun, with the answer lost, and before its outcome is on record: as if nobody had died.
    """
    asyncio.run(finished(name, tmp_path))


async def finished(name, folder):
    scene = SCENES[name]
    with standing_still() as elsewhere:

        def world(which):
            return World(
                folder / f"{which}.sqlite",
                FLOWS[scene.flow],
                project().served[scene.flow].systems(":memory:"),
                elsewhere,
            )

        undisturbed = await lived(world("undisturbed"), scene, Life())
        begun = len(undisturbed.life.steps)
        await ask(undisturbed, scene.event)
        steps = undisturbed.life.steps[begun:]
        assert scene.says in undisturbed.typed.said[-1]
        assert work_of(undisturbed)[-len(WORK[name]) :] == list(WORK[name])
        await undisturbed.bury()
        for step in chosen(worth_dying_at(steps, undisturbed.services), list(SCENES).index(name)):
            here = world(step)
            first = await lived(here, scene, Life(begun + 1 + step))
            assert await first.until_dead(ask(first, scene.event)), "it should have died"
            assert first.life.steps[-1] == steps[step], "each life is the same"
            await first.bury()
            second = await here.process(Life())
            assert second is not None
            await second.typed.start()
            await as_if_nobody_died(second, undisturbed, scene)
            check(second.journal, here.flow, here.services, [*first.told, *second.told])
            await second.bury()


def worth_dying_at(steps, services):
    """Before the first thing asked of a business system, after the last was done, and with all facts of it known."""
    systems = {part.name for part in fields(services)}
    asked = [at for at, step in enumerate(steps) if step.split()[1].partition(".")[0] in systems]
    ended = [at for at, step in enumerate(steps) if step.startswith("before ") and "effect.ended" in step]
    return sorted({asked[0], asked[-1], ended[-1]})


def chosen(steps, turn):
    """One of them, another one each turn; with TEST_EVERY_DEATH set, all."""
    return steps if os.environ.get("TEST_EVERY_DEATH") else [steps[turn % len(steps)]]


def work_of(its):
    """The states of work this call was in, in order."""
    flow, records = its.typed.call.flow, its.journal.records(its.typed.call.id)
    places = [record.audit["after"][-1] for record in records if record.kind == ACCEPTED]
    return [state for state in places if state in flow.effects]


async def as_if_nobody_died(second, undisturbed, scene):
    """The same state, facts and transitions; and the caller hears what came of it."""
    call, its = second.typed.call, undisturbed.typed.call
    assert (call.state, call.epoch) == (its.state, its.epoch)
    assert known(second) == known(undisturbed)
    assert scene.says in " ".join(second.typed.said)
    if not second.typed.over.is_set():
        check_agrees(call, second.journal)
