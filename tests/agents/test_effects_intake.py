"""The policy record's work in an intake call: done once, wherever it is interrupted, and told as it is."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import text

from agents.intake import INTAKE
from app.business.intake import open_intake_systems
from interlock.agents.call.journal import JournalDown
from interlock.agents.systems import Refused, SystemDown
from interlock.app.offline.scripted import Asks, Says
from tests.faults.held import OutageJournal
from tests.faults.stage import on_stage

pytestmark = pytest.mark.slow  # six flows' work, each interrupted at each step

DETAILS = {
    "caller_name": "Anna Miller",
    "date_of_birth": "1980-05-03",
    "policy_number": "4482107",
    "home_address": "12 Rose Street",
    "phone": "01512345678",
    "email": "anna@example.com",
}
WORK = {
    "check": ("check_details", {}),
    "file": ("confirm_details", {}),
    "withdraw": ("correct_details", {}),
}
DONE = {"check": "review", "file": "confirmation", "withdraw": "collection"}
SAYS = {"check": "Is all of that right?", "file": "Your details are on file", "withdraw": "nothing is on file now"}
UNKNOWN = {"check": "collection", "file": "person", "withdraw": "person"}
UNKNOWN_SAYS = {
    "check": "cannot get at our record just now",
    "file": "could not confirm that it is on file",
    "withdraw": "could not confirm that it is taken back",
}
STATES = {"check": "verifying", "file": "filing", "withdraw": "withdrawing"}


class Policies:
    """The real record, which at one kind of work does what the test says, and remembers what it was given."""

    def __init__(self, real, work, *, error=None, answer_lost=False):
        self._real, self._work, self.error, self.answer_lost = real, work, error, answer_lost
        self.asked = []
        self.entered, self.done, self.gate = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.gate.set()

    def __getattr__(self, name):
        return self._held if name == self._work else getattr(self._real, name)

    async def _held(self, *given):
        self.asked.append(given[0])
        self.entered.set()
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        found = await getattr(self._real, self._work)(*given)
        self.done.set()
        if self.answer_lost:
            await asyncio.Event().wait()
        return found


@asynccontextmanager
async def about_to(work, journal, **given):
    """A call in which this work is what comes next."""
    writes_to = given.pop("writes_to", None)
    real = open_intake_systems()
    systems = replace(real, policies=Policies(real.policies, work, **given))
    async with on_stage(journal, systems, flow=INTAKE, writes_to=writes_to) as stage:
        await stage.call.claim(**DETAILS)
        before = ["begin_intake", *(WORK[its][0] for its in list(WORK)[: list(WORK).index(work)])]
        for event in before:
            await told(stage, event, {})
        yield stage, systems.policies


async def told(stage, event, args):
    """The caller says yes, and the model asks for it."""
    return await stage.caller("Yes.", Says(calls=(Asks(event, args),)))


async def asks_and_waits(stage, work, until):
    event, args = WORK[work]
    stage.model.add(Says(calls=(Asks(event, args),)))
    stage.typed.say("Yes.")
    await until.wait()


async def standing(stage):
    """How many intakes there are, and how many of them stand."""
    query = text("SELECT count(*), coalesce(sum(1 - withdrawn), 0) FROM intakes")
    return await stage.call.services.policies._real._database.run(lambda c: tuple(c.execute(query).one()))


@pytest.mark.parametrize("work", WORK)
async def test_work_is_done_once_with_the_key_of_its_transition(work, journal):
    """The caller hears what came of it, and the record says the same."""
    async with about_to(work, journal) as (stage, policies):
        key = f"call-1:{stage.call.epoch + 1}"
        said = await told(stage, *WORK[work])
        assert policies.asked == [key]
        assert (stage.state, SAYS[work] in said[-1]) == (DONE[work], True)
        assert await standing(stage) == {"check": (0, 0), "file": (1, 1), "withdraw": (1, 0)}[work]


@pytest.mark.parametrize("work", WORK)
async def test_an_answer_that_is_lost_is_neither_yes_nor_no(work, journal):
    """The caller hears that it is not known, whatever was done; and what was not known is known once asked again."""
    async with about_to(work, journal, answer_lost=True) as (stage, policies):
        await asks_and_waits(stage, work, policies.done)
        stage.clock.advance(INTAKE.effects[STATES[work]].timeout_s)
        await stage.typed.rest()
        assert (stage.state, UNKNOWN_SAYS[work] in stage.typed.said[-1]) == (UNKNOWN[work], True)
        assert stage.call.facts.filing == (None if work == "check" else "unconfirmed")
        policies.answer_lost = False
        if stage.state == "person":
            await stage.asks("return_to_desk")
        await told(stage, *WORK[work])
        assert stage.state == DONE[work]
        assert (await standing(stage))[1] == (work == "file")


@pytest.mark.parametrize("work", [pytest.param("check", marks=pytest.mark.slow), "file", "withdraw"])
async def test_a_record_that_is_down_promises_nothing(work, journal):
    """Nobody hears that it was done."""
    async with about_to(work, journal, error=SystemDown("down")) as (stage, _):
        said = await told(stage, *WORK[work])
        assert (stage.state, UNKNOWN_SAYS[work] in said[-1]) == (UNKNOWN[work], True)
        assert await standing(stage) == ((1, 1) if work == "withdraw" else (0, 0))


@pytest.mark.parametrize("work", WORK)
@pytest.mark.parametrize(
    "when", [pytest.param("before", marks=pytest.mark.slow), "during", pytest.param("after", marks=pytest.mark.slow)]
)
async def test_a_caller_who_hangs_up_finds_it_done_once(when, work, journal):
    """Wherever the record is; the journal says what came of it and that the caller left."""
    async with about_to(work, journal) as (stage, policies):
        if when != "after":
            policies.gate.clear()
        await asks_and_waits(stage, work, policies.done if when == "after" else policies.entered)
        hanging_up = asyncio.ensure_future(stage.typed.hang_up())
        if when == "before":
            await asyncio.wait([hanging_up], timeout=0)
        policies.gate.set()
        await hanging_up
        await stage.call.wait_until_idle()
        assert (stage.state, len(policies.asked)) == ("closed", 1)
        assert stage.call.facts.filing == ("filed" if work == "file" else None)
        assert (await standing(stage))[1] == (work == "file")


async def test_a_correction_while_it_is_filed_takes_it_back(journal):
    """What was read back was filed, and the yes to it is void: nothing stands, and the caller hears so."""
    async with about_to("file", journal) as (stage, policies):
        noted = asyncio.Event()
        stage.call.watch(lambda entry: noted.set() if entry.kind == "facts.claimed" else None)
        answer = (Asks(*WORK["file"]), Asks("note_details", {"phone": "99 99 99"}))
        policies.gate.clear()
        stage.model.add(Says(calls=answer))
        stage.typed.say("Yes.")
        await policies.entered.wait()
        await noted.wait()
        policies.gate.set()
        await stage.typed.rest()
        assert (stage.state, SAYS["withdraw"] in stage.typed.said[-1]) == ("collection", True)
        query = text("SELECT phone, withdrawn FROM intakes")
        found = await policies._real._database.run(lambda c: tuple(c.execute(query).one()))
        assert (found, stage.call.facts.filing) == ((DETAILS["phone"], 1), None)


async def test_a_correction_after_a_person_was_asked_for_is_told_not_to_be_on_file(journal):
    """It was filed while the caller was passed on; who corrects it then and hangs up shall not rely on that."""
    async with about_to("file", journal) as (stage, policies):
        policies.gate.clear()
        await asks_and_waits(stage, "file", policies.entered)
        assert (await stage.call.propose("escalate")).accepted
        policies.gate.set()
        await stage.typed.rest()
        assert "on file as you confirmed them" in (await stage.asks("return_to_desk"))[-1]
        await stage.asks("note_details", {"phone": "99 99 99"})
        assert "What you corrected since is not on file" in (await stage.asks("say_goodbye"))[-1]


async def test_a_date_is_noted_in_one_way_however_it_is_written(journal):
    """Or it would not match our record, and cost one of three tries."""
    async with about_to("check", journal) as (stage, _):
        await stage.asks("note_details", {"date_of_birth": "19800503"})
        assert stage.call.facts.date_of_birth == "1980-05-03"


async def test_what_changes_during_the_check_is_neither_read_back_nor_confirmed(journal):
    """What was compared is what is read back; the yes to it is refused, as it is no longer what is noted."""
    async with about_to("check", journal) as (stage, policies):
        policies.gate.clear()
        await asks_and_waits(stage, "check", policies.entered)
        await stage.call.claim(caller_name="Mira Osei")
        policies.gate.set()
        await stage.typed.rest()
        assert (stage.state, "You are Anna Miller" in stage.typed.said[-1]) == ("review", True)
        verdict = await stage.call.propose("confirm_details", {"answer": "Yes."})
        assert (verdict.refused_by, stage.state) == ("details_verified", "review")


async def test_a_record_that_refuses_to_file_wants_another_check(journal):
    """The caller hears so; a second yes is not enough."""
    async with about_to("file", journal, error=Refused("no")) as (stage, _):
        said = await told(stage, *WORK["file"])
        assert (stage.state, "could not put that on file" in said[-1], stage.call.facts.filing) == (
            "review",
            True,
            None,
        )
        assert (await stage.call.propose(*WORK["file"])).refused_by == "details_verified"


async def test_a_record_that_compares_no_more_leads_to_a_person(journal):
    """It counted more tries than the call knows, and its count is the one that holds."""
    async with about_to("check", journal, error=Refused("no")) as (stage, _):
        said = await stage.asks(*WORK["check"])
        assert (stage.state, stage.call.facts.failed_checks) == ("person", 3)
        assert "a colleague has to help" in said[-1]


async def test_without_the_journal_nothing_is_filed(journal):
    """The acceptance was not on record, so our policy record was never asked."""
    outage = OutageJournal(journal)
    async with about_to("file", journal, writes_to=outage) as (stage, policies):
        outage.down = True
        with pytest.raises(JournalDown):
            await stage.call.propose(*WORK["file"])
        outage.down = False
        assert (stage.state, policies.asked) == ("review", [])
