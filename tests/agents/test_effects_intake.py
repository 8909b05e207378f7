"""The policy record's work in an intake call: done once, wherever it is interrupted, and told as it is."""

import asyncio

import pytest
from sqlalchemy import text

from interlock.agents.systems import Refused, SystemDown
from interlock.app.offline.scripted import Asks, Says
from tests.agents.effect_cases import about_to

pytestmark = pytest.mark.slow  # six flows' work, each interrupted at each step


async def standing(stage):
    """How many intakes there are, and how many of them stand."""
    query = text("SELECT count(*), coalesce(sum(1 - withdrawn), 0) FROM intakes")
    return await stage.call.services.policies._real._database.run(lambda c: tuple(c.execute(query).one()))


STANDING = {"check": (0, 0), "file": (1, 1), "withdraw": (1, 0)}


@pytest.mark.parametrize("work", STANDING)
async def test_the_record_has_what_the_caller_heard(work, journal):
    """One intake, which stands until it is taken back; asked for again after a lost answer, it is no other one."""
    async with about_to(f"intake {work}", journal, answer_lost=True) as its:
        await its.asks_and_waits(its.system.done)
        assert await standing(its.stage) == STANDING[work]
        await its.time_is_up()
        its.system.answer_lost = False
        await its.goes_back()
        await its.asks()
        assert (await standing(its.stage))[1] == (work == "file")


@pytest.mark.parametrize("work", ["file", "withdraw"])
async def test_what_is_on_file_when_nobody_answers_is_what_was(work, journal):
    """Nobody hears that anything changed."""
    async with about_to(f"intake {work}", journal, error=SystemDown("down")) as its:
        await its.asks()
        assert await standing(its.stage) == ((1, 1) if work == "withdraw" else (0, 0))


async def test_a_correction_while_it_is_filed_takes_it_back(journal):
    """What was read back was filed, and the yes to it is void: nothing stands, and the caller hears so."""
    async with about_to("intake file", journal) as its:
        stage, policies = its.stage, its.system
        noted = asyncio.Event()
        stage.call.watch(lambda entry: noted.set() if entry.kind == "facts.claimed" else None)
        answer = (Asks("confirm_details"), Asks("note_details", {"phone": "0151 99999999"}))
        policies.gate.clear()
        stage.model.add(Says(calls=answer))
        stage.typed.say("Yes.")
        await policies.entered.wait()
        await noted.wait()
        policies.gate.set()
        await stage.typed.rest()
        assert (stage.state, "nothing is on file now" in stage.typed.said[-1]) == ("collection", True)
        query = text("SELECT phone, withdrawn FROM intakes")
        found = await policies._real._database.run(lambda c: tuple(c.execute(query).one()))
        assert (found, stage.call.facts.filing) == (("01512345678", 1), None)


async def test_a_correction_after_a_person_was_asked_for_is_told_not_to_be_on_file(journal):
    """It was filed while the caller was passed on; who corrects it then and hangs up shall not rely on that."""
    async with about_to("intake file", journal) as its:
        stage, policies = its.stage, its.system
        policies.gate.clear()
        await its.asks_and_waits(policies.entered)
        assert (await stage.call.propose("escalate")).accepted
        policies.gate.set()
        await stage.typed.rest()
        assert "on file as you confirmed them" in (await stage.asks("return_to_desk"))[-1]
        await stage.asks("note_details", {"phone": "0151 99999999"})
        assert "What you corrected since is not on file" in (await stage.asks("say_goodbye"))[-1]


async def test_a_date_is_noted_in_one_way_however_it_is_written(journal):
    """Or it would not match our record, and cost one of three tries."""
    async with about_to("intake check", journal) as its:
        stage = its.stage
        await stage.asks("note_details", {"date_of_birth": "19800503"})
        assert stage.call.facts.date_of_birth == "1980-05-03"


async def test_what_changes_during_the_check_is_neither_read_back_nor_confirmed(journal):
    """What was compared is what is read back; the yes to it is refused, as it is no longer what is noted."""
    async with about_to("intake check", journal) as its:
        stage, policies = its.stage, its.system
        policies.gate.clear()
        await its.asks_and_waits(policies.entered)
        await stage.call.claim(caller_name="Mira Osei")
        policies.gate.set()
        await stage.typed.rest()
        assert (stage.state, "You are Anna Miller" in stage.typed.said[-1]) == ("review", True)
        verdict = await stage.call.propose("confirm_details", {"consent": "agreed"})
        assert (verdict.refused_by, stage.state) == ("details_verified", "review")


async def test_a_record_that_refuses_to_file_wants_another_check(journal):
    """The caller hears so; a second yes is not enough."""
    async with about_to("intake file", journal, error=Refused("no")) as its:
        stage = its.stage
        said = await its.asks()
        assert (stage.state, "could not put that on file" in said[-1], stage.call.facts.filing) == (
            "review",
            True,
            None,
        )
        assert (await stage.call.propose("confirm_details")).refused_by == "details_verified"
