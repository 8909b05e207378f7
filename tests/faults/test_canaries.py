"""What callers and models say reaches no log line, no audit record and no error text (I6)."""

import io
import json
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from rich.console import Console

from agents.support.systems import Account, Order, Refund
from interlock.app.audit import list_calls, print_calls, print_history, print_why, show, why
from interlock.app.offline.scripted import Asks, Says
from interlock.app.store import open_reader
from interlock.app.telemetry.logs import configure_logs
from interlock.guards.base import guard
from interlock.guards.facts import FactsError
from tests.faults.door import door
from tests.faults.stage import on_stage

CANARY = "kanarienvogel"


def bird(name: str) -> str:
    """A value nobody else would write, that says where it came from."""
    return f"{CANARY}_{name}"


class LeakyAccounts:
    """An account system whose errors quote what they were asked."""

    async def verify(self, account_number: str, postcode: str) -> Account | None:
        if postcode.endswith("down"):
            raise ConnectionError(f"no answer for {account_number} at {postcode}")
        return Account(bird("account_id"), bird("holder"))


class LeakyOrders:
    """An order system whose references are personal, and whose errors are talkative."""

    async def find(self, account_id: str, order_number: str) -> Order | None:
        if order_number == bird("asked_order"):
            raise LookupError(f"{order_number} of {bird('status')}")
        return Order(bird("order_number"), "delivered", bird("item"), 3990)

    async def refund(self, key: str, account_id: str, order_number: str, amount_cents: int) -> Refund:
        if amount_cents == 666:
            raise RuntimeError(f"bank refused {order_number}")
        return Refund(bird("refund_reference"), 3990 - amount_cents)


class LeakyCallbacks:
    """A calendar."""

    async def book(self, key: str, phone: str, when: Any) -> str:
        return bird("callback_reference")


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """
    Everything logged, LiveKit's at DEBUG too; afterwards logging is as it was.
    """
    root, names = logging.getLogger(), ("livekit", "livekit.agents", "asyncio", "httpx")
    before = (root.level, root.handlers[:], {name: logging.getLogger(name).level for name in names})
    stream = io.StringIO()
    configure_logs("DEBUG", json=True, stream=stream)
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield stream
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    for name, level in before[2].items():
        logging.getLogger(name).setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def leaky() -> Any:
    """
    Business systems that say too much.
    """
    from agents.support.systems import SupportSystems

    return SupportSystems(LeakyAccounts(), LeakyOrders(), LeakyCallbacks())


def asks(name: str, args: Any = None, **given: Any) -> Says:
    return Says(calls=(Asks(name, args or {}, **given),))


WELL = Says(f"Well, {bird('agents_words')}.")
BAD_CALLS = [
    asks(bird("unknown_tool")),
    asks(bird("unknown_tool"), {bird("key"): bird("value")}),
    asks("note_name", raw=f'{{"name": "{bird("cut")}'),
    asks("note_name", raw=f'"{bird("no_object")}"'),
    asks("note_name", raw=f'{{"{bird("twice")}": 1, "{bird("twice")}": 2}}'),
    asks("note_name", {"name": "Anna", bird("extra_argument"): bird("extra_value")}),
    asks("note_name", {"name": {bird("nested"): [bird("deep")]}}),
    asks("note_issue", {"category": bird("category")}),
    asks("note_name", {"name": bird("long") * 1000}),
    asks("begin_triage", {bird("argument_of_none"): bird("value_of_none")}),
    asks("refund_paid", {"reference": bird("forged")}),
    asks("order_status", {"order_number": bird("asked_order")}),
    asks("verify_caller", {"account_number": bird("account_number"), "postcode": bird("down")}),
    asks("begin_triage", id=bird("tool_call_id")),
    Says(bird("half_a_sentence"), error=ConnectionError(bird("provider_said"))),
]


async def a_long_call(stage: Any) -> None:
    """Everything a support call can note, and everything that can go wrong in it."""
    stage.model._then = lambda: WELL
    for answer in BAD_CALLS:
        stage.call.failures.turn_answered()
        stage.call.failures.tool_worked()
        await stage.caller(f"I am {bird('callers_words')}.", answer)
    assert stage.state == "greeting"
    await stage.caller("Anna.", asks("note_name", {"name": bird("caller_name")}))
    with pytest.raises(FactsError) as claimed:
        await stage.call.claim(**{"caller_verified": bird("forged_fact")})
    with pytest.raises(FactsError) as unknown:
        await stage.call.claim(**{"issue_category": bird("bad_category")})
    assert CANARY not in f"{claimed.value!r}{unknown.value!r}"
    await stage.caller("Go on.", asks("begin_triage"))
    await stage.caller("Money.", asks("note_issue", {"category": "billing", "details": bird("issue_details")}))
    await stage.caller("Account.", asks("route_to_billing"))
    await stage.caller("1.", asks("verify_caller", {"account_number": bird("number"), "postcode": bird("code")}))
    await stage.caller("Go.", asks("route_to_billing"))
    await stage.caller("Where is it?", asks("order_status", {"order_number": bird("asked_order")}))
    await stage.caller("Order.", asks("find_order", {"order_number": bird("order")}))
    await stage.caller("Pay.", asks("refund", {"amount_cents": bird("amount")}))
    await stage.caller("Refund 9.99.", asks("refund", {"amount_cents": 999}))
    assert stage.verdicts()[-1] == "refund_paid accepted"
    await stage.caller("Refund 6.66.", asks("refund", {"amount_cents": 666}))
    assert stage.verdicts()[-1] == "refund_unconfirmed accepted"
    book = {"phone": f"{bird('phone')} 030 1234567", "time": "2026-03-03T10:00"}
    await stage.caller("Call me tomorrow.", asks("book_callback", {**book, "time": bird("time")}))
    await stage.caller("Call me tomorrow.", asks("book_callback", {**book, "time": "2026-03-07T10:00"}))
    await stage.caller("Call me tomorrow.", asks("book_callback", book))
    await stage.caller("Tomorrow at ten, 030 1234567.", asks("book_callback", {**book, "phone": "030 1234567"}))
    assert stage.verdicts()[-1] == "callback_booked accepted"


def birds_in(text: str) -> list[str]:
    """Where canaries are, with a little around them."""
    return [text[max(0, at - 120) : at + 60] for at in range(len(text)) if text.startswith(CANARY, at)]


def audit_tables(path: Path) -> str:
    """Every value of every table but `private`, as text."""
    with sqlite3.connect(path) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        rows = {t: connection.execute(f"SELECT * FROM {t}").fetchall() for t in tables if t not in ("private", "rooms")}
    connection.close()
    assert rows["records"]
    assert rows["calls"]
    return json.dumps(rows, default=bytes.hex)


def audit_told(path: Path, call_id: str) -> str:
    """Everything `interlock audit` can say about a call."""
    out = io.StringIO()
    console = Console(file=out, width=200)
    with open_reader(path) as store:
        calls, history, explained = list_calls(store), show(store, call_id), why(store, call_id)
    assert explained
    print_calls(console, calls)
    print_history(console, history)
    print_why(console, explained)
    plain = [c.to_json() for c in calls], history.to_json(), [w.to_json() for w in explained]
    return out.getvalue() + json.dumps(plain)


async def test_no_canary_of_a_support_call_is_logged_or_audited(journal, leaky, logged, tmp_path):
    """
    A call full of personal values and bad calls leaves none of them anywhere but in the private table.
    """
    async with on_stage(journal, leaky) as stage:
        await a_long_call(stage)
    assert "livekit.agents" in logged.getvalue(), "LiveKit's own lines are among those looked at"
    assert not birds_in(logged.getvalue())
    assert not birds_in(audit_tables(tmp_path / "calls.sqlite"))
    assert not birds_in(audit_told(tmp_path / "calls.sqlite", "call-1"))
    assert not birds_in("".join(json.dumps(e.audit) for e in stage.entries))
    kept = json.dumps(journal.private("call-1"))
    for name in ("caller_name", "issue_details", "account_id", "order_number", "refund_reference", "phone"):
        assert bird(name) in kept, "the record is whole: the private part has what the audit leaves out"


async def test_no_canary_in_what_a_verdict_says(journal, leaky, logged):
    """
    Neither the reason a model is told nor any text of a refused verdict quotes the caller.
    """
    async with on_stage(journal, leaky) as stage:
        await stage.call.claim(caller_name=bird("caller_name"))
        for event in (bird("event"), "refund_paid", "route_to_billing", "begin_triage", "say_goodbye"):
            verdict = await stage.call.propose(event, {"a": bird("argument")})
            texts = [verdict.reason, verdict.say, verdict.refused_by, *map(repr, verdict.guards)]
            assert not birds_in(" ".join(texts))
    assert not birds_in(logged.getvalue())


async def test_no_canary_of_a_guard_that_quotes_facts_in_its_error(journal, logged, tmp_path):
    """
    A guard's exception is known by its type alone.
    """

    @guard("Ask for the password.")
    def talkative(facts, proposal) -> bool:
        """A guard that fails, and says with what."""
        raise ValueError(f"{facts.password} and {dict(proposal.args)}")

    async with on_stage(journal, None, flow=door(talkative)) as stage:
        await stage.call.claim(password=bird("password"))
        assert (await stage.call.propose("open_up", {"a": bird("argument")})).kind == "guard_error"
        stage.model.add(Says(bird("words"), error=RuntimeError(bird("model"))))
        await stage.typed.caller(bird("callers_words"))
    assert not birds_in(logged.getvalue())
    assert not birds_in(audit_tables(tmp_path / "calls.sqlite"))
    assert not birds_in(audit_told(tmp_path / "calls.sqlite", "call-1"))


async def test_no_canary_of_a_spare_model_that_fails(journal, leaky, logged):
    """
    Providers' errors quote requests: theirs are types and places in a log.
    """
    from interlock.app.offline.scripted import ScriptedModel

    spare = ScriptedModel(then=lambda: Says(bird("spare"), error=RuntimeError(bird("spare_error"))))
    async with on_stage(journal, leaky, spare=spare) as stage:
        await stage.caller(bird("callers_words"), Says(error=ConnectionError(bird("main_error"))))
        await stage.caller(
            bird("callers_words"), Says(calls=(Asks("note_name", {"name": bird("n")}),), error=OSError(bird("x")))
        )
    assert "spare.failed" in logged.getvalue()
    assert not birds_in(logged.getvalue())


@pytest.mark.parametrize("broken", ["_written", "_harmless"])
def test_no_canary_of_a_line_that_cannot_be_written(logged, monkeypatch, capsys, broken):
    """
    Where making a line fails, the standard library prints message and arguments: here a line is withheld or lost.
    """

    def fails(*given):
        raise SystemError(bird("inside"))

    monkeypatch.setattr("interlock.app.telemetry.scrub." + broken, fails)
    extra = {"attempt": 1, "function": bird("extra")}
    logging.getLogger("livekit.agents").warning("unknown function %s", bird("name"), extra=extra)
    captured = capsys.readouterr()
    assert not birds_in(logged.getvalue() + captured.out + captured.err)
    assert logged.getvalue()


async def test_no_canary_when_a_switch_fails(journal, leaky, logged, monkeypatch):
    """
    What LiveKit and our own watchdog say of a failed handoff names no caller.
    """
    async with on_stage(journal, leaky) as stage:
        await stage.call.claim(caller_name=bird("caller_name"))
        real, tries = stage.typed.session.update_agent, []

        def broken(desk):
            tries.append(desk)
            if len(tries) == 1:
                raise RuntimeError(desk.instructions)
            real(desk)

        monkeypatch.setattr(stage.typed.session, "update_agent", broken)
        await stage.call.propose("escalate")
        await stage.typed.rest()
        assert stage.state == "person"
    assert "handoff.stalled" in logged.getvalue()
    assert not birds_in(logged.getvalue())
