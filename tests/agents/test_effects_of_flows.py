"""The work of every flow: done once, wherever it is interrupted, and told as it is."""

import asyncio

import pytest

from interlock.agents.call.journal import JournalDown
from interlock.agents.systems import Refused, SystemDown
from tests.agents.effect_cases import CASES, DownFor, about_to, seconds_pass
from tests.faults.held import OutageJournal

pytestmark = pytest.mark.slow  # eight flows' work, each interrupted at each step

REFUSED = [name for name, case in CASES.items() if case.no]
KEYED = [name for name, case in CASES.items() if case.table]
AGAIN = [name for name, case in CASES.items() if case.again == "done"]
ALONE = [name for name, case in CASES.items() if case.again not in ("", "done")]
NOTED_FIRST = [*ALONE, "restaurant pay", "intake file", "intake withdraw", "helpdesk step"]


@pytest.mark.parametrize("name", CASES)
async def test_work_is_done_once_with_the_key_of_its_transition(name, journal):
    """The caller hears what came of it, and the business system says the same."""
    async with about_to(name, journal) as its:
        its.is_said(its.case.done, await its.asks())
        assert its.fact == its.case.fact[1]
        if its.case.table:
            assert (its.system.given, its.on_file()) == ([its.case.key], [its.case.key])


@pytest.mark.parametrize("name", CASES)
async def test_while_it_is_under_way_the_caller_is_kept_company(name, journal):
    """In the words of the cast, and of nothing that is not known yet."""
    async with about_to(name, journal) as its:
        its.system.gate.clear()
        await its.asks_and_waits(its.system.entered)
        await seconds_pass(its.stage, lambda: its.words_meanwhile in its.stage.typed.said)
        where = its.stage.state
        its.system.gate.set()
        await its.stage.typed.rest()
        assert (where, its.stage.state) == (its.state, its.case.done[0])


@pytest.mark.parametrize("name", REFUSED)
async def test_work_that_is_refused_was_not_done(name, journal):
    """The caller hears so, the call knows it, and something else may be asked for."""
    async with about_to(name, journal, error=Refused("no")) as its:
        its.is_said(its.case.no, await its.asks())
        assert (its.fact, its.on_file()) == (its.case.fact[2], [])


@pytest.mark.parametrize("name", CASES)
async def test_work_without_an_answer_is_neither_done_nor_not(name, journal):
    """The caller hears that it is not known, nothing is established that may not be so; other work has to wait."""
    async with about_to(name, journal, error=SystemDown("down")) as its:
        its.is_said(its.case.unclear, await its.asks())
        assert (its.fact, its.on_file()) == (its.case.fact[3], [])
        if name in ALONE:
            assert (await its.asks_again()).refused_by == its.case.again
            assert len(its.system.given) == 1


@pytest.mark.parametrize("name", AGAIN)
async def test_what_was_not_known_is_known_once_it_is_asked_for_again(name, journal):
    """The system is back, and answers."""
    async with about_to(name, journal, error=SystemDown("down")) as its:
        await its.asks()
        its.system.error = None
        await its.goes_back()
        its.is_said(its.case.done, await its.asks())


@pytest.mark.parametrize("name", KEYED)
async def test_work_whose_answer_is_lost_is_not_done_twice(name, journal):
    """The system did it and its answer never came; asked again, it is on file once, or not asked at all."""
    async with about_to(name, journal, answer_lost=True) as its:
        await its.asks_and_waits(its.system.done)
        await its.time_is_up()
        its.is_said(its.case.unclear, its.stage.typed.said)
        assert its.fact == its.case.fact[3]
        if name in ALONE:
            verdict = await its.asks_again()
            assert (verdict.kind, verdict.refused_by, its.system.given) == (
                "guard_false",
                its.case.again,
                [its.case.key],
            )
        elif name in AGAIN:
            its.system.answer_lost = False
            await its.goes_back()
            its.is_said(its.case.done, await its.asks())
            assert len(its.system.given) == 2
            if name not in COUNTED:
                assert len(its.on_file()) == 1


COUNTED = {
    "routing transfer", "service diagnose", "restaurant link", "restaurant withdraw", "restaurant pay",
    "intake check", "intake file", "intake withdraw",
}  # fmt: skip
"""What may be done again by another key: it takes the place of what was, or is to be counted."""


@pytest.mark.parametrize("name", CASES)
async def test_without_the_journal_nothing_is_accepted(name, journal):
    """The acceptance was not on record, so no system was asked."""
    outage = OutageJournal(journal)
    async with about_to(name, journal, writes_to=outage) as its:
        before = its.stage.state
        outage.down = its.case.state == ""  # else it is what comes after other work
        if outage.down:
            with pytest.raises(JournalDown):
                await its.stage.call.propose(its.scene.event[0], dict(its.scene.event[1]))
            outage.down = False
            assert (its.stage.state, its.system.given) == (before, [])


@pytest.mark.parametrize("name", NOTED_FIRST)
async def test_what_cannot_be_recorded_first_is_not_begun(name, journal):
    """Then it is true that nothing was done, and what was known before still is."""
    async with about_to(name, journal, writes_to=DownFor(journal, "effect.started", name)) as its:
        before = its.fact
        its.is_said(its.case.no or its.case.unclear, await its.asks())
        assert (its.system.given, its.fact) == ([], before)


@pytest.mark.parametrize("name", KEYED)
async def test_an_outcome_that_cannot_be_recorded_at_first_is_told_a_second_later(name, journal):
    """Its facts and its event are on record together, or neither is."""
    down = DownFor(journal, "effect.ended", name, 1)
    async with about_to(name, journal, writes_to=down) as its:
        await its.asks_and_waits(its.system.done)
        await seconds_pass(its.stage, lambda: its.stage.state == its.case.done[0] and its.stage.call.at_rest)
        await its.stage.typed.rest()
        assert (its.fact, len(its.system.given), down.left) == (its.case.fact[1], 1, 0)
        assert its.case.done[1] in its.stage.typed.said[-1]


@pytest.mark.parametrize("name", [*ALONE, "routing transfer"])
async def test_an_outcome_that_can_never_be_recorded_is_not_known(name, journal):
    """It was on record that it may have been done, before it was; so it is not done again."""
    down = DownFor(journal, "effect.ended", name)
    async with about_to(name, journal, writes_to=down) as its:
        await its.asks_and_waits(its.system.done)
        await seconds_pass(its.stage, lambda: its.stage.state == its.case.unclear[0] and its.stage.call.at_rest)
        await its.stage.typed.rest()
        assert its.case.unclear[1] in its.stage.typed.said[-1]
        assert (its.fact, its.on_file()) == (its.case.fact[3], [its.case.key])
        if name in ALONE:
            assert (await its.asks_again()).refused_by == its.case.again
            return
        down.left = 0
        await its.asks()
        assert (its.stage.state, its.fact) == (its.case.done[0], 2)


@pytest.mark.parametrize("when", ["before", "during", "after"])
@pytest.mark.parametrize("name", KEYED)
async def test_who_hangs_up_meanwhile_finds_it_done_once(name, when, journal):
    """Wherever the system is; the record says what came of it and that the caller left."""
    async with about_to(name, journal) as its:
        if when != "after":
            its.system.gate.clear()
        await its.asks_and_waits(its.system.done if when == "after" else its.system.entered)
        hanging_up = asyncio.ensure_future(its.stage.typed.hang_up())
        if when == "before":
            await asyncio.wait([hanging_up], timeout=0)
        its.system.gate.set()
        await hanging_up
        await its.stage.call.wait_until_idle()
        assert (its.stage.state, its.system.given, its.on_file()) == ("closed", [its.case.key], [its.case.key])
        assert its.fact == its.case.fact[1]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("name", ALONE)
async def test_who_leaves_for_a_person_meanwhile_hears_what_came_of_it(name, moment, journal):
    """Interrupted before or after the system did it: done once, and known to whoever speaks next."""
    async with about_to(name, journal) as its:
        its.system.gate.clear()
        await its.asks_and_waits(its.system.entered)
        if moment == "after":
            its.system.gate.set()
            await its.system.done.wait()
        await its.stage.call.propose("escalate", by="system")
        its.system.gate.set()
        await its.stage.typed.rest()
        assert (its.system.given, its.fact) == ([its.case.key], its.case.fact[1])
        if name != "support refund":
            assert its.case.done[1] in (await its.stage.asks("return_to_desk"))[-1]
