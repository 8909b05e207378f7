"""Every flow's work as a table, and business systems that are real but for one fault."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from app.business.restaurant import open_restaurant_systems
from interlock.agents.call.journal import JournalDown
from interlock.app.offline.scripted import Asks, Says
from interlock.app.project import FLOWS, project
from interlock.testing.saying import wanting
from tests.faults.afterwards import keys
from tests.faults.scenes import SCENES, WORK, Scene
from tests.faults.stage import Stage, on_stage

Said = tuple[str, str]
"""The state the call is in, and words the caller hears there."""


@dataclass(frozen=True)
class Case:
    """One piece of work: the system it asks, its key, and where the call is and what is said once it is done.

    `no` is for when it was told no, `unclear` for when nobody knows; `fact` is a fact with its value in these three
    cases. `again` is the guard that refuses other work while it is unclear, or "done" where asking again finds out.
    """

    asks: str
    key: str
    done: Said
    unclear: Said
    no: Said | None = None
    fact: tuple[str, Any, Any, Any] = ("callback_booked", False, False, False)
    again: str = ""
    table: str = ""
    scene: str = ""
    state: str = ""


SORRY = "could not confirm"
CASES: Mapping[str, Case] = {
    "support refund": Case(
        "orders.refund", "call-1:3", ("billing", "on its way"), ("person", SORRY), ("billing", "nothing was paid back"),
        ("last_refund", "paid", "refused", "unconfirmed"), "no_refund_unconfirmed", "refunds",
    ),
    "support callback": Case(
        "callbacks.book", "call-1:2", ("person", "is booked"), ("person", SORRY), ("person", "hour is full"),
        ("callback_booked", True, False, False), table="callbacks",
    ),
    "booking hold": Case(
        "calendar.hold", "call-1:2", ("deciding", "I am holding"),
        ("availability", "could not hold that time just now"), ("availability", "somebody was faster"),
        ("last_change", None, None, None), table="holds",
    ),
    "booking book": Case(
        "calendar.book", "call-1:4", ("confirmation", "booked for"), ("person", SORRY),
        ("availability", "nothing is booked"), ("last_change", "booked", "refused", "unconfirmed"),
        "no_change_unconfirmed", "appointments",
    ),
    "booking move": Case(
        "calendar.move", "call-1:4", ("confirmation", "booked for"), ("person", SORRY),
        ("existing", "stands as it was"), ("last_change", "moved", "refused", "unconfirmed"),
        "no_change_unconfirmed", "changes",
    ),
    "booking cancel": Case(
        "calendar.cancel", "call-1:2", ("reception", "is cancelled"), ("person", SORRY),
        ("existing", "nothing was changed"), ("last_change", "cancelled", "refused", "unconfirmed"),
        "no_change_unconfirmed", "changes",
    ),
    "restaurant read back": Case(
        "orders.draft", "", ("review", "Is that right?"), ("order", "cannot get at your order"), again="done"
    ),
    "restaurant link": Case(
        "payments.send_link", "call-1:5", ("payment", "link"), ("person", "nothing was charged"), again="done",
        fact=("link_sent", True, False, False), table="links",
    ),
    "restaurant withdraw": Case(
        "payments.withdraw", "call-1:7", ("order", "taken the payment link back"), ("person", "do not pay by it"),
        ("payment", "paid already"), ("link_sent", False, True, True), "done", "withdrawals",
    ),
    "restaurant pay": Case(
        "payments.settle", "call-1:7", ("confirmation", "number 1"), ("person", "do not pay again"),
        ("payment", "cannot see a payment yet"), ("payment", "settled", "unconfirmed", "unconfirmed"), "done",
        "settlements",
    ),
    "restaurant cook": Case(
        "kitchen.take", "call-1:8", ("confirmation", "number 1"), ("person", "your order is on the kitchen's list"),
        ("person", "your order is on the kitchen's list"), ("ticket_number", 1, None, None), "done", "tickets",
        "restaurant pay", "cooking",
    ),
    "helpdesk step": Case(
        "knowledge.next_step", "call-1:2", ("troubleshooting", "switch the printer off"),
        ("person", "Your ticket is number 1"),
        fact=("step", "printer_restart", None, None),
    ),
    "helpdesk ticket": Case(
        "tickets.open", "call-1:1", ("person", "Your ticket is number 1"),
        ("person", "could not confirm your ticket, but a colleague will take care"), again="done", table="tickets",
        fact=("ticket_number", 1, None, None),
    ),
    "routing transfer": Case(
        "switchboard.connect", "call-1:1", ("billing", "billing desk"), ("router", "could not put you through"),
        ("offer", "round in circles"), ("transfers", 1, 2, 0), "done", "transfers",
    ),
    "sales lead": Case(
        "leads.note", "call-1:2", ("disqualified", "later this year?"), ("parting", "not the right fit"), again="done",
        fact=("listed", False, None, None), table="leads",
    ),
    "sales follow-up": Case(
        "leads.follow_up", "call-1:4", ("parting", "Saturday, 29 August"), ("person", "could not note that"),
        ("parting", "nobody will call it"), ("listed", False, True, False), "done", "follow_ups",
    ),
    "sales never call": Case(
        "leads.never_call", "call-1:1", ("closed", "will not call you again"), ("person", "Shall I try again"),
        again="done", fact=("listed", True, None, None), table="do_not_call",
    ),
    "intake check": Case(
        "policies.check", "call-1:2", ("review", "Is all of that right?"),
        ("collection", "cannot get at our record just now"), ("person", "a colleague has to help"),
        ("failed_checks", 0, 3, 0), "done", "checks",
    ),
    "intake file": Case(
        "policies.file", "call-1:4", ("confirmation", "Your details are on file"),
        ("person", "could not confirm that it is on file"), ("review", "could not put that on file"),
        ("filing", "filed", None, "unconfirmed"), "done", "intakes",
    ),
    "intake withdraw": Case(
        "policies.withdraw", "call-1:6", ("collection", "nothing is on file now"),
        ("person", "could not confirm that it is taken back"), None, ("filing", None, None, "unconfirmed"), "done",
        "withdrawals",
    ),
    "service dispatch": Case(
        "service.trade", "", ("cooling", "specialist for fridges"), ("gathering", "cannot reach our dispatch"),
        again="done", fact=("quote_id", None, None, None),
    ),
    "service diagnose": Case(
        "service.quote", "call-1:4", ("visit", "a blocked drain. It costs 79 euros. We can come on Tuesday"),
        ("cooling", "cannot look that up just now"), again="done", fact=("price_cents", 7900, None, None),
        table="quotes",
    ),
    "service visit": Case(
        "service.order", "call-1:6", ("confirmation", "booked for Tuesday, 3 March from 8 to 12. It costs 79 euros."),
        ("person", "could not confirm the visit"), ("visit", "nothing is booked. We can come on Tuesday"),
        ("last_order", "booked", "refused", "unconfirmed"), "no_order_unconfirmed", "orders",
    ),
}  # fmt: skip


class Faulty:
    """The real system, whose `named` work goes as the test says, and which remembers what it was given first."""

    def __init__(self, real: Any, named: str) -> None:
        self._real, self._named = real, named
        self.error: Exception | None = None
        self.answer_lost = False
        self.given: list[Any] = []
        self.entered, self.done, self.gate = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.gate.set()

    def __getattr__(self, name: str) -> Any:
        return self._work if name == self._named else getattr(self._real, name)

    async def _work(self, *given: Any) -> Any:
        self.given.append(given[0])
        self.entered.set()
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        found = await getattr(self._real, self._named)(*given)
        self.done.set()
        if self.answer_lost:
            await asyncio.Event().wait()
        return found


@dataclass
class Begun:
    """A call in which this work is what comes next."""

    case: Case
    scene: Scene
    stage: Stage
    system: Faulty

    async def asks(self) -> list[str]:
        """The caller wants it, and the model asks for the work; what is said until all is quiet."""
        event, args = self.scene.event
        return await self.stage.caller(self.wants_it, Says(calls=(Asks(event, dict(args)),)))

    @property
    def wants_it(self) -> str:
        """A caller's words that are a yes to the work: a plain request for it, where one counts, and its values."""
        event, args = self.scene.event
        return wanting(type(self.stage.call.session.current_agent), event, args)

    async def asks_and_waits(self, until: asyncio.Event) -> None:
        """The same, up to some point in it."""
        event, args = self.scene.event
        self.stage.model.add(Says(calls=(Asks(event, dict(args)),)))
        self.stage.typed.say(self.wants_it)
        await until.wait()

    async def asks_again(self) -> Any:
        """Back from the person, if there is one, another one is proposed."""
        await self.goes_back()
        return await self.stage.call.propose(self.scene.event[0], dict(self.scene.event[1]))

    async def goes_back(self) -> list[str]:
        """The caller goes back to where they were, if they were passed on, and the event is not one of there."""
        away = self.stage.state == "person" and self.scene.event[0] not in self.stage.call.offered()
        asked = self.scene.event[0] == "escalate" or away
        said = await self.stage.asks("return_to_desk") if asked and self.stage.state == "person" else []
        if self.scene.event[0] == "confirm_details":  # who comes back hears it all again before they can say yes to it
            return await self.stage.asks("check_details")
        return said

    @property
    def state(self) -> str:
        """Where the work is done."""
        return self.case.state or WORK[self.case.scene or self.name][0]

    @property
    def words_meanwhile(self) -> str:
        """What the clerk says."""
        clerk, event = self.stage.call.flow.cast[self.state], self.stage.call.session.current_agent.event
        return clerk.OPENINGS.get(event, clerk.OPENING)

    async def time_is_up(self) -> None:
        """As long as the work may take goes by."""
        self.stage.clock.advance(self.stage.call.flow.effects[self.state].timeout_s)
        await self.stage.typed.rest()

    @property
    def name(self) -> str:
        """The scene's name."""
        return next(name for name, scene in SCENES.items() if scene is self.scene)

    @property
    def fact(self) -> Any:
        """The value of the case's fact."""
        return getattr(self.stage.call.facts, self.case.fact[0])

    def on_file(self) -> list[str]:
        """The keys under which the work is on file; one for each row, but for what may have several."""
        found = keys(self.stage.call.services)
        return [key for key, tables in found.items() if self.case.table in tables]

    def is_said(self, expected: Said, said: list[str]) -> None:
        """The call is in that state, and the caller heard that."""
        assert self.stage.state == expected[0]
        assert expected[1] in " ".join(said)


@asynccontextmanager
async def about_to(name: str, journal: Any, *, writes_to: Any = None, **fault: Any) -> AsyncIterator[Begun]:
    """A call in which this work is what comes next, on real systems with a fault (`error`, `answer_lost`)."""
    case = CASES[name]
    scene = SCENES[case.scene or name]
    part, _, named = case.asks.partition(".")
    real: Any = project().served[scene.flow].systems(":memory:")
    if scene.flow == "restaurant":
        real = open_restaurant_systems(paid_after_s=None)
    async with on_stage(journal, real, flow=FLOWS[scene.flow], writes_to=writes_to) as stage:
        await stage.call.claim(**scene.claimed)
        await stage.call.establish(**scene.established)
        for event, args in scene.way:
            words = wanting(type(stage.call.session.current_agent), event, args)
            await stage.caller(words, Says(calls=(Asks(event, dict(args)),)))
        if scene.paid:
            await real.payments.pay(stage.call.id, stage.clock.now())
        system = Faulty(getattr(real, part), named)
        for its, value in fault.items():
            setattr(system, its, value)
        stage.call.services = replace(real, **{part: system})
        yield Begun(case, scene, stage, system)


class DownFor:
    """The real journal, down for the line of this kind about the work of that key: the first `times`."""

    def __init__(self, real: Any, kind: str, name: str, times: int = 1000) -> None:
        self._real, self._line, self.left = real, (kind, CASES[name].key), times

    async def append(self, entries: Any) -> None:
        """Write as the real one does, or not."""
        found = "facts.established" in [entry.kind for entry in entries]
        if self.left and found and self._line in [(entry.kind, entry.audit.get("key")) for entry in entries]:
            self.left -= 1
            raise JournalDown("down")
        await self._real.append(entries)


async def seconds_pass(stage: Stage, until: Any) -> None:
    """Move the clock whenever something waits a second, and keep the caller from going silent."""
    async with asyncio.timeout(20):
        while not until():
            await asyncio.sleep(0)
            stage.call._silence._cancel()
            due = [timer.due - stage.clock.now() for timer in stage.clock._timers if not timer.cancelled]
            if timedelta(seconds=1) in due:
                stage.clock.advance(1)
