"""Somebody in the caller's place: whoever joins a room with the caller's identity inherits nothing of them."""

import asyncio

import pytest

from interlock.agents.call.deciding import for_caller
from interlock.agents.call.journal import JournalDown
from interlock.agents.call.record import RECORD_AGAIN_S
from interlock.agents.caller.absence import CUT_OFF
from interlock.agents.desk import WHO_IS_THERE
from interlock.app.audit import why
from interlock.app.offline.scripted import Asks, Says
from interlock.app.project import FLOWS, open_systems
from interlock.testing.points import rounds
from tests.faults.held import OutageJournal
from tests.faults.stage import ACCOUNT, on_stage

EVE = {"caller_identity": "caller", "caller_sid": "PA_2", "caller_kind": "standard"}
VERIFIED = {"account_found", "caller_verified", "account_id", "order_found", "order_number"}


class Held:
    """
    One of our systems, whose answer waits until it may `go_on`.
    """

    def __init__(self, real) -> None:
        self._real = real
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()

    async def __call__(self, *args):
        self.asked.set()
        await self.go_on.wait()
        return await self._real(*args)


async def changed(stage, known=EVE):
    """Somebody took the caller's place; what they heard."""
    stage.typed.said = []
    stage.call.caller_changed(known)
    await stage.typed.rest()
    return stage.typed.said


async def test_who_takes_the_callers_place_is_not_verified(journal, systems):
    """
    They begin where every caller does, the record says what fell, and `audit why` tells it.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        assert (await changed(stage))[-1] == f"{CUT_OFF} {WHO_IS_THERE}"
        assert (stage.state, stage.verdicts()[-1]) == ("greeting", "caller_changed accepted")
        fell = stage.last("caller.changed")
        assert set(fell["fields"]) >= VERIFIED | {"caller_name", "issue_category"}
        assert not stage.call.facts.caller_verified
        await stage.call.claim(caller_name="Eve", issue_category="billing")
        await stage.call.propose("begin_triage")
        assert (await stage.call.propose("route_to_billing")).refused_by == "caller_verified"
        (told,) = [each for its in why(journal, "call-1") for each in its.led_up if each.kind == "changed"]
        assert "caller_verified" in told.fell


async def test_who_proves_who_they_are_goes_on(journal, systems):
    """
    In the same call, as any caller does.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        await changed(stage)
        await stage.asks("verify_caller", {"account_number": "4471", "postcode": "80331"})
        assert stage.call.facts.caller_verified


async def test_tries_that_are_used_up_stay_used_up(journal, systems):
    """
    Whoever joins anew has no more of them.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        await stage.call.establish(failed_checks=3, last_refund="unconfirmed")
        await changed(stage)
        assert (stage.call.facts.failed_checks, stage.call.facts.last_refund) == (3, "unconfirmed")


async def test_nothing_that_was_said_to_the_one_before_reaches_a_model(journal, systems):
    """
    Neither the conversation nor what was known of them, and the line that was owed to them is not said.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        await stage.caller("My order is 1042, I am Anna.", Says("Your order 1042 is a router, Anna."))
        await changed(stage)
        await stage.caller("What did I order?", Says("I do not know."))
        shown = str([item.model_dump(exclude={"id", "created_at"}) for item in stage.model.asked[-1].items])
        assert "What did I order?" in shown
        assert not [word for word in ("1042", "Anna", "4471", "router") if word in shown]


async def test_a_yes_of_the_one_before_is_nobodys(journal, systems):
    """
    A question they were asked is open to nobody else.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        await stage.asks("refund", {"amount_cents": 1990}, said="Something came.")
        await changed(stage)
        await stage.call.establish(**ACCOUNT, order_found=True, order_number="1042", order_paid_cents=3990)
        await stage.asks("refund", {"amount_cents": 1990}, said="Yes.")
        assert stage.last("transition.refused")["consent"] in ("unasked", "unclear")
        assert "refunding" not in [e.audit.get("to") for e in stage.entries if e.kind == "handoff.started"]


async def test_they_hear_that_a_machine_speaks_before_anything_is_accepted(journal, systems):
    """
    What the one before was told, nobody told them.
    """
    async with on_stage(journal, systems) as stage:
        before = stage.kinds().count("line.told")
        said = await changed(stage)
        assert said[0] == stage.call.disclosure.text
        assert stage.kinds().count("line.told") > before
        assert dict(stage.call.facts.told or ()).keys() >= {"disclosure"}


async def test_what_a_tool_finds_out_too_late_is_of_the_one_before(journal, systems, monkeypatch):
    """
    Their number and postcode were on their way to our systems when somebody else came.
    """
    held = Held(systems.accounts.verify)
    monkeypatch.setattr(systems.accounts, "verify", held)
    async with on_stage(journal, systems) as stage:
        stage.model.add(Says(calls=(Asks("verify_caller", {"account_number": "4471", "postcode": "80331"}),)))
        stage.typed.say("4471 and 80331")
        await held.asked.wait()
        stage.call.caller_changed(EVE)
        await rounds()
        held.go_on.set()
        await stage.typed.rest()
        assert not stage.call.facts.caller_verified


async def test_what_an_agent_of_the_one_before_asks_for_is_stale(journal, systems):
    """
    The model had answered them already.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        desk = stage.typed.session.current_agent
        await changed(stage)
        assert desk._caller == stage.call.callers - 1

        async def asked():
            for_caller(desk._caller)
            return await stage.call.propose("resolve", seen_epoch=stage.call.epoch)

        verdict = await asyncio.create_task(asked())
        assert verdict.kind == "stale"
        assert stage.state == "greeting"


async def test_what_comes_of_work_for_the_one_before_is_not_told(journal, systems, monkeypatch):
    """
    The work is done and on record; who is there now learns nothing of it.
    """
    held = Held(systems.orders.refund)
    monkeypatch.setattr(systems.orders, "refund", held)
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        stage.model.add(Says(calls=(Asks("refund", {"amount_cents": 1990}),)))
        stage.typed.say("Please refund 19.90 for order 1042.")
        await held.asked.wait()
        stage.call.caller_changed(EVE)
        await rounds()
        held.go_on.set()
        await stage.typed.rest()
        assert stage.verdicts()[-2:] == ["refund_paid accepted", "caller_changed accepted"]
        assert [stage.kinds().count(kind) for kind in ("caller.changed", "outcome.kept_apart")] == [1, 1]
        assert stage.state == "greeting"
        assert not any("refund is on its way" in words for words in stage.typed.said)
        assert (stage.call.facts.refund_reference, stage.call.facts.caller_verified) == (None, False)


@pytest.mark.parametrize("flow", FLOWS)
async def test_in_every_flow_the_newcomer_is_asked_who_they_are(flow, journal):
    """
    At the first desk, with everything personal known before; nothing of it is left, and the call goes on.
    """
    flow = FLOWS[flow]
    async with on_stage(journal, open_systems(flow), flow=flow) as stage:
        facts = flow.facts
        personal = {n for n in facts.pii() & facts.names("claimed") if facts.model_fields[n].annotation is not int}
        for name in personal:
            await stage.call.claim(**{name: "1980-05-03" if "birth" in name else "0170 1234567"})
        await stage.call.establish(**EVE | {"caller_sid": "PA_1", "caller_phone": "+491701234567"})
        said = await changed(stage)
        assert said[-1] == f"{CUT_OFF} {WHO_IS_THERE}"
        left = stage.call.facts.model_dump(include=set(facts.of_the_caller()) - {"told"})
        assert {name: value for name, value in left.items() if value not in (None, False, 0, "", ())} == EVE


async def test_while_the_record_is_down_nothing_is_decided(journal, systems):
    """
    Nobody asks for anything as the one before until it is on record that somebody else is there.
    """
    outage = OutageJournal(journal)
    async with on_stage(journal, systems, writes_to=outage) as stage:
        await stage.to("billing")
        outage.down = True
        stage.call.caller_changed(EVE)
        with pytest.raises(JournalDown):
            await stage.call.propose("resolve")
        outage.down = False
        verdict = await stage.call.propose("refund", {"amount_cents": 1990, "consent": "agreed"})
        assert (verdict.kind, stage.state) == ("stale", "greeting")
        stage.clock.advance(RECORD_AGAIN_S)
        await stage.typed.rest()


async def test_the_record_says_what_fell_by_name_alone(journal, systems):
    """
    Of no fact is the value in the audit part.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        await changed(stage, {**EVE, "caller_phone": "+15550100"})
        assert stage.call.facts.caller_phone == "+15550100"
        audits = str([entry.audit for entry in stage.entries])
        assert not [word for word in ("+15550100", "4471", "Anna") if word in audits]
