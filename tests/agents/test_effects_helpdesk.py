"""Steps and tickets: done once whatever happens to the call, and the caller hears what came of it."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from agents.helpdesk import HELPDESK
from app.business.helpdesk import open_helpdesk_systems
from interlock.agents.systems import SystemDown
from tests.faults.stage import on_stage

pytestmark = pytest.mark.slow  # six flows' work, each interrupted at each step


class Slow:
    """A business system whose `named` work stops `before` or after it is done until let go, or ends in an error."""

    def __init__(self, real, named, *, before, error=None):
        self._real = real
        self._named = named
        self._before = before
        self.error = error
        self.asked = []
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()

    def __getattr__(self, name):
        return self._work if name == self._named else getattr(self._real, name)

    async def _work(self, *given):
        self.asked.append(given[0])
        if self._before:
            await self._stop()
        done = await getattr(self._real, self._named)(*given)
        if not self._before:
            await self._stop()
        return done

    async def _stop(self):
        self.reached.set()
        if self.error is not None:
            raise self.error
        await self.go_on.wait()


@pytest.fixture
def systems():
    return open_helpdesk_systems()


def slow(systems, part, named, **given):
    made = Slow(getattr(systems, part), named, **given)
    return replace(systems, **{part: made}), made


def desk_stage(journal, systems):
    return on_stage(journal, systems, flow=HELPDESK)


async def trying(stage):
    """Take the call to its first step."""
    await stage.call.claim(caller_name="Anna", issue_category="printer", severity="normal")
    for event in ("begin_triage", "troubleshoot"):
        await moved(stage, event)
    assert stage.call.facts.step == "printer_restart"


async def moved(stage, event, **args):
    assert (await stage.call.propose(event, args)).accepted
    await stage.typed.rest()


async def tickets(systems):
    query = text("SELECT key, topic, severity, group_concat(step) FROM tickets LEFT JOIN ticket_steps"
                 " ON id = ticket_id GROUP BY id")  # fmt: skip
    return await systems.tickets._database.run(lambda c: [tuple(row) for row in c.execute(query)])


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
async def test_a_ticket_that_takes_too_long_keeps_nobody_waiting_and_is_opened_once(journal, systems, before):
    """Before or after the commit: the person comes, the caller hears the truth, and asking again finds out."""
    held, slowly = slow(systems, "tickets", "open", before=before)
    async with desk_stage(journal, held) as stage:
        await trying(stage)
        assert (await stage.call.propose("escalate")).accepted
        await slowly.reached.wait()
        stage.clock.advance(HELPDESK.effects["ticketing"].timeout_s)
        await stage.typed.rest()
        assert (stage.verdicts()[-1], stage.state) == ("ticket_unconfirmed accepted", "person")
        assert "could not confirm your ticket, but a colleague will take care" in stage.typed.said[-1]
        assert len(await tickets(systems)) == (0 if before else 1)
        slowly.go_on.set()
        await moved(stage, "return_to_desk")
        said = await stage.asks("escalate")
        assert slowly.asked == ["call-1:4", "call-1:7"]
        assert (stage.state, "Your ticket is number 1" in said[-1]) == ("person", True)
        assert await tickets(systems) == [(slowly.asked[before], "printer", "normal", None)]


async def test_a_ticket_interrupted_during_the_commit_is_opened_once(journal, systems):
    """The work waits for the database when its time is up: whether it was still done, the next try finds out."""
    held, slowly = slow(systems, "tickets", "open", before=True)
    slowly.go_on.set()
    async with desk_stage(journal, held) as stage:
        with systems.tickets._database._one_at_a_time:
            assert (await stage.call.propose("escalate")).accepted
            await slowly.reached.wait()
            stage.clock.advance(HELPDESK.effects["ticketing"].timeout_s)
            await stage.typed.rest()
        assert (stage.state, stage.call.facts.ticket_number) == ("person", None)
        await moved(stage, "return_to_desk")
        await moved(stage, "escalate")
        assert (stage.call.facts.ticket_number, len(await tickets(systems))) == (1, 1)


async def test_who_hangs_up_while_the_ticket_is_opened_has_one(journal, systems):
    """It says that nobody rated it, by counting as high."""
    held, slowly = slow(systems, "tickets", "open", before=True)
    async with desk_stage(journal, held) as stage:
        assert (await stage.call.propose("escalate")).accepted
        await slowly.reached.wait()
        hanging_up = asyncio.ensure_future(stage.typed.hang_up())
        slowly.go_on.set()
        await hanging_up
        assert (stage.state, stage.call.facts.ticket_number) == ("closed", 1)
        assert await tickets(systems) == [("call-1:1", "other", "high", None)]


async def test_no_second_word_gets_past_the_ticket(journal, systems):
    """While it is opened nobody but an operator reaches the person; the model is not even offered it."""
    held, slowly = slow(systems, "tickets", "open", before=True)
    async with desk_stage(journal, held) as stage:
        assert (await stage.call.propose("escalate")).accepted
        await slowly.reached.wait()
        offered, verdict = stage.call.offered(), await stage.call.propose("escalate")
        slowly.go_on.set()
        assert (offered, verdict.kind) == (("say_goodbye",), "not_from_here")


async def test_what_was_reported_is_in_the_ticket_though_the_knowledge_table_is_down(journal, systems):
    """The report is on the record before the next step is looked up."""
    held, _ = slow(systems, "knowledge", "next_step", before=True, error=SystemDown("down"))
    async with desk_stage(journal, systems) as stage:
        await trying(stage)
        stage.call.services = held
        said = await stage.asks("report_step", {"outcome": "not_done"})
        assert stage.verdicts()[-2:] == ["step_unknown accepted", "ticket_opened accepted"]
        assert "cannot look up what to try just now" in " ".join(said)
        assert await tickets(systems) == [("call-1:5", "printer", "normal", "printer_restart")]


async def test_with_every_system_down_a_person_is_still_there(journal, systems):
    """Nobody is stranded, and nobody is told of a ticket."""
    held, _ = slow(systems, "knowledge", "next_step", before=True, error=SystemDown("down"))
    held, _ = slow(held, "tickets", "open", before=True, error=SystemDown("down"))
    async with desk_stage(journal, systems) as stage:
        await trying(stage)
        stage.call.services = held
        said = await stage.asks("report_step", {"outcome": "done"})
        assert (stage.state, "could not confirm your ticket" in said[-1]) == ("person", True)
        assert "book_callback" in stage.call.offered()


async def test_a_step_that_comes_too_late_is_not_given(journal, systems):
    """It became critical while the next step was looked up: then a person is what the caller gets."""
    held, slowly = slow(systems, "knowledge", "next_step", before=True)
    async with desk_stage(journal, systems) as stage:
        await trying(stage)
        stage.call.services = held
        assert (await stage.call.propose("report_step", {"outcome": "done"})).accepted
        await slowly.reached.wait()
        await stage.call.claim(severity="critical")
        slowly.go_on.set()
        await stage.typed.rest()
        assert (stage.state, "take out any paper" in " ".join(stage.typed.said)) == ("person", False)
        assert await tickets(systems) == [("call-1:5", "printer", "critical", "printer_restart")]


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ("escalate", "open a ticket first"),
        ("step_found", "That is critical, so a colleague takes over at once"),
        ("no_step_left", "We have nothing more to try"),
        ("step_unknown", "I cannot look up what to try just now"),
    ],
)
async def test_who_is_passed_on_hears_why_while_the_ticket_is_opened(event, says, journal, systems):
    """In words of their own for each way there."""
    async with desk_stage(journal, systems) as stage:
        assert says in HELPDESK.cast["ticketing"](stage.call, event).opening()
