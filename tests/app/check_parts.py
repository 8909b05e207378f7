"""A flow in which `check` finds nothing, and small parts for charts in which it does."""

from pathlib import Path
from typing import ClassVar

from statemachine import HistoryState, State

from interlock.agents.effects import Assignment, Outcome, effect
from interlock.agents.flow import Flow
from interlock.agents.tools import data_tool, proposes
from interlock.app.check import check
from interlock.guards.base import guard
from interlock.guards.facts import Facts
from interlock.machines.base import ANYBODY, Machine
from interlock.machines.promises import never, reachable


@guard("Prove it first.")
def proven(facts, proposal):
    """It was proven."""
    return False


@guard("Do not prove it.", opposite_of=proven)
def unproven(facts, proposal):
    """It was not proven."""
    return False


@guard("Pay first.")
def paid(facts, proposal):
    """It was paid."""
    return False


ROOT = Path(__file__).parents[2]
QUIETLY = dict.fromkeys(["caller_silent"], frozenset({"system"}))
ANEW = dict.fromkeys(["caller_changed"], frozenset({"system"}))
SENDING = {**QUIETLY, **dict.fromkeys(["sent", "not_sent"], frozenset({"system"})), "say_goodbye": ANYBODY}
SENDING_BY_ANYBODY = {**QUIETLY, **ANEW, "sent": ANYBODY, "not_sent": ANYBODY}
PERSON = reachable("person", from_="everywhere")


class Sound(Machine):
    class live(State.Compound):
        class desks(State.Compound):
            hello = State(initial=True)
            desk = State()
            before = HistoryState(type="deep")
            go = hello.to(desk, cond=proven)
            _default = before.to(hello)

        sending = State()
        person = State()
        post = desks.desk.to(sending)
        sent = sending.to(desks.before)
        not_sent = sending.to(person)
        escalate = desks.to(person) | sending.to(person)
        back = person.to(desks.before)
        caller_changed = desks.to(desks.hello) | person.to(desks.hello)

    closed = State(final=True)
    say_goodbye = live.to(closed)
    caller_silent = live.to(closed)

    proposers: ClassVar = {**SENDING, **ANEW}
    harmless: ClassVar = {"post": "it only writes a letter"}
    promises = (PERSON, never("desk").before(proven), never("sending").before("go"), never("sending").before("desk"))


class Polite:
    @proposes("bye", "goodbye", "see you")
    def say_goodbye(self):
        """End the call."""

    @data_tool("what time is it", "the time", "clock")
    async def tell_time(self):
        """The time."""


class Caring(Polite):
    @proposes("a person", "a human", "help")
    def escalate(self):
        """Pass the caller on."""


class Host(Caring):
    @proposes("go", "go on", "next")
    def go(self):
        """Begin."""


class Clerk(Caring):
    @proposes("send", "send it", "post")
    def post(self):
        """Send it."""


class Waiting(Caring):
    """Speaks while the work is done."""


class Person(Polite):
    @proposes("back", "go back", "never mind")
    def back(self):
        """Back to the desk."""


async def send_it(work: Assignment[Facts, object]) -> Outcome:
    return Outcome(GOOD)


GOOD = "sent"


SEND = effect(failed="not_sent")(send_it)
REFUND, BOOK = effect(failed="refund_failed")(send_it), effect(failed="callback_failed")(send_it)


CAST = {"hello": Host, "desk": Clerk, "sending": Waiting, "person": Person, "closed": Polite}


def flow(machine=Sound, cast=CAST, effects=None):
    effects = {"sending": SEND} if effects is None else effects
    return Flow("sound", "Sound", "A sound flow.", machine, Facts, cast, effects)


def codes(its):
    return {finding.code for finding in check(its)}


def only(its, code):
    """The findings of one code, when there are no others."""
    findings = check(its)
    assert {f.code for f in findings} == {code}, findings
    return findings


def of_chart(machine, code):
    """The findings of one code about a chart whose cast is not looked at."""
    return [f for f in check(flow(machine, {}, {})) if f.code == code]


def text_at(where):
    """The line of source that a finding points at."""
    file, line = where.rsplit(":", 1)
    return (ROOT / file).read_text().splitlines()[int(line) - 1].strip()
