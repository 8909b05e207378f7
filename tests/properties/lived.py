"""One random call, lived through on the stage, and what must hold of it (DESIGN.md section 4)."""

import asyncio
import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from livekit.agents import AgentStateChangedEvent, UserInputTranscribedEvent, UserStateChangedEvent

from agents.support import SUPPORT
from interlock.agents.call.call import Call
from interlock.agents.call.journal import JournalDown
from interlock.app.offline.clock import ManualClock
from interlock.app.replay import Reader, replay
from interlock.guards.base import ProposalError
from interlock.guards.facts import FactsError
from interlock.machines.decide import Verdict
from machines.support import Support, SupportFacts
from tests.machines.support_table import DESKS, GUARDED, LEGAL
from tests.properties import steps as of
from tests.properties.stage import FaultyJournal, StageSession, StageSystems

BACK_TO_DESKS = {"return_to_desk", "refund_paid", "refund_failed"}
BY_NAME_ONLY = {"say_goodbye", "caller_left", "caller_silent", "escalate"}
REFUSED_UNASKED = {"unknown_event", "terminated", "not_yours", "stale"}
"""Not picked from what is offered: a call that leaves the desks with every second step shows little."""
PROOFS = ("account_found", "caller_verified", "order_found")
REST_ROUNDS = 400


@dataclass
class Asked:
    """One proposal of ours and what became of it; `number` finds it again in the journal's private part."""

    number: int
    key: tuple[int | None, str, str, str]
    task: "asyncio.Task[Verdict]"
    reached_the_call: bool


@dataclass
class Lived:
    """A call on its stage."""

    history: of.History
    journal: FaultyJournal
    call: Call
    clock: ManualClock
    session: StageSession
    systems: StageSystems
    asked: list[Asked] = field(default_factory=list)
    others: "list[asyncio.Task[Any]]" = field(default_factory=list)
    proved: set[str] = field(default_factory=set)
    folded: list[dict[str, Any]] = field(default_factory=list)
    folds_of: int = 0
    known: Any = None
    acted_early: list[str] = field(default_factory=list)


async def live(history: of.History, inside: Any, call_id: str, kind: type[Call] = Call) -> Lived:
    """Live through `history` and check what must hold all the while, then at rest, then in the record."""
    clock, systems = ManualClock(), StageSystems()
    journal = FaultyJournal(inside, itertools.cycle(history.delays))
    session = StageSession(itertools.cycle(history.troubles), itertools.cycle(history.delays))
    call = kind(SUPPORT, call_id=call_id, journal=journal, services=systems.support(), clock=clock)
    lived = Lived(history, journal, call, clock, session, systems)
    session.sent_for = lambda desk: acted_on(lived, desk)
    systems.begun = lambda key: worked_on(lived, key)
    await call.open(session)  # type: ignore[arg-type]
    lived.others.append(asyncio.create_task(session.enters(call.first_agent())))
    call.started()
    for origin in ("claimed", "established"):
        known = {k: v for k, v in history.known.items() if k in SupportFacts.names(origin)}  # type: ignore[arg-type]
        await take(lived, of.Learns(origin, known))
    for step in history.steps:
        await take(lived, step)
    await come_to_rest(lived)
    check_rest(lived, None if session.closed else session.speaks)
    return lived


async def take(lived: Lived, step: of.Step) -> None:
    """Let one step happen; one that is awaited is over afterwards, any other goes on by itself."""
    call = lived.call
    match step:
        case of.Proposes():
            await propose(lived, step)
        case of.Learns():
            learn = call.claim if step.origin == "claimed" else call.establish
            if step.origin == "established":
                lived.proved |= {name for name in PROOFS if step.values.get(name)}
            await ask(lived, asyncio.create_task(learn(**step.values)), step.asked)
        case of.Fails():
            work = call.turn_failed("silent") if step.turn else call.malformed("nonsense", "nothing fits")
            await ask(lived, asyncio.create_task(work), step.asked)
        case of.Waits():
            lived.clock.advance(step.seconds)
        case of.JournalDownFor():
            lived.journal.down = step.appends
        case of.Systems():
            lived.systems.mode = step.mode
        case of.Hears():
            hear(lived.session, step)
        case of.Ends():
            lived.session.shutdown()
    await rounds(lived, 1)


async def propose(lived: Lived, step: of.Proposes) -> None:
    """Propose, under a number that is one of the arguments; the same tool call again has the same one."""
    call = lived.call
    offered = [event for event in call.offered(step.by) if event not in BY_NAME_ONLY]
    if isinstance(step.event, int):
        event = offered[step.event % len(offered)] if offered else "escalate"
    else:
        event = step.event
    seen = None if step.off is None else call.epoch + step.off
    tool_call_id = None if seen is None else step.tool_call_id
    same = (seen, event, tool_call_id or f"alone-{len(lived.asked)}", repr(sorted(step.args.items())))
    number = next((asked.number for asked in lived.asked if asked.key == same), len(lived.asked))
    args = {**step.args, "number": number}
    task = asyncio.create_task(call.propose(event, args, by=step.by, seen_epoch=seen, tool_call_id=tool_call_id))
    lived.asked.append(Asked(number, same, task, step.asked != of.Asked("cancelled", 0)))
    await ask(lived, task, step.asked)


async def ask(lived: Lived, task: "asyncio.Task[Any]", asked: of.Asked) -> None:
    """Wait for a task as the step says: to its end, not at all, or until it is cancelled."""
    lived.others.append(task)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    if asked.how == "cancelled":
        await rounds(lived, asked.rounds)
        task.cancel()
    elif asked.how == "awaited":
        for _ in range(REST_ROUNDS):
            if task.done():
                return
            await rounds(lived, 1)
        raise AssertionError(f"{task} does not end")


def hear(session: StageSession, step: of.Hears) -> None:
    """Tell the call what its session would."""
    if step.state == "words":
        session.emit("user_input_transcribed", UserInputTranscribedEvent(transcript="hello", is_final=True))
    elif step.who == "agent":
        event = AgentStateChangedEvent(old_state="thinking", new_state=step.state)  # type: ignore[arg-type]
        session.emit("agent_state_changed", event)
    else:
        change = UserStateChangedEvent(old_state="listening", new_state=step.state)  # type: ignore[arg-type]
        session.emit("user_state_changed", change)


async def rounds(lived: Lived, count: int) -> None:
    """Let the event loop go round, looking each time."""
    for _ in range(count):
        await asyncio.sleep(0)
        never_ahead(lived)
    while lived.journal.on_disk:
        await asyncio.wait(set(lived.journal.on_disk))
        never_ahead(lived)


async def come_to_rest(lived: Lived) -> None:
    """The journal is up again, everything else keeps its pace, time passes: the call must come to rest by itself."""
    lived.journal.down = 0
    lived.systems.let_go.set()
    lived.session.troubles = itertools.repeat("")
    for _ in range(REST_ROUNDS):
        await rounds(lived, 12)
        if lived.call.at_rest and all(task.done() for task in lived.others):
            return
        lived.clock.advance(1.0)
    raise AssertionError(f"no rest in {lived.call.configuration}, switching: {lived.call.switching}")


def never_ahead(lived: Lived) -> None:
    """I2: what the call knows and where it stands is in the journal already; at most one step behind it."""
    assert not lived.acted_early, lived.acted_early
    assert lived.call.snapshot in lived.journal.places[-2:], "the call stands where the journal does not say"
    known = lived.call.facts
    if known is not lived.known:
        assert known.model_dump(mode="json") in folds(lived)[-2:], "the call knows what the journal does not say"
        lived.known = known


def acted_on(lived: Lived, desk: Any) -> None:
    """I2: an agent is sent for only for where the journal already says the call is, or was a moment ago.

    A switch that is tried once more may be overtaken by an acceptance that is durable and not acted on yet. Noted and
    not raised: a call survives whatever its session raises.
    """
    here = lived.call.snapshot
    if here not in lived.journal.places[-2:] or type(desk) is not SUPPORT.cast[here.state]:
        lived.acted_early.append(f"epoch {here.epoch} was acted on, the journal is at {lived.journal.places[-1].epoch}")


def worked_on(lived: Lived, key: str) -> None:
    """I2: an effect is at work only for an epoch in which the journal already says the call was in its state."""
    epoch = int(key.rpartition(":")[2])
    if not any(place.epoch == epoch and place.state in SUPPORT.effects for place in lived.journal.places):
        lived.acted_early.append(f"the effect of epoch {epoch} ran, which the journal does not have")


def folds(lived: Lived) -> list[dict[str, Any]]:
    """The facts after each entry of the journal that changed some, from nothing known on."""
    if not lived.folded:
        lived.folded.append(SupportFacts(timezone="UTC", call_id=lived.call.id).model_dump(mode="json"))
    for entry in lived.journal.durable[lived.folds_of :]:
        if entry.kind == "call.opened":
            lived.folded.append(entry.private["facts"])
        if entry.kind in ("facts.claimed", "facts.established"):
            lived.folded.append({**lived.folded[-1], **entry.private["facts"]})
    lived.folds_of = len(lived.journal.durable)
    return lived.folded


def check_rest(lived: Lived, speaks: Any) -> None:
    """I3: memory, journal and the agent that speaks agree."""
    call, journal = lived.call, lived.journal
    assert call.snapshot == journal.places[-1], "the call does not stand where the journal says"
    assert call.facts.model_dump(mode="json") == folds(lived)[-1], "the call does not know what the journal says"
    if speaks is not None:
        assert type(speaks) is SUPPORT.cast[call.state], f"{type(speaks).__name__} speaks in {call.state}"


def check_record(lived: Lived, reader: Reader) -> None:
    """I1, I4, I5, from the durable record alone."""
    check_one_verdict_each(lived, reader)
    check_only_legal_arrows(lived, reader)
    check_facts_are_whose_they_are(lived, reader)
    check_replay(lived, reader)


def check_replay(lived: Lived, reader: Reader) -> None:
    """I4: the record is whole, and asking the machine again gives the same; no effect ran twice."""
    assert [r.seq for r in reader.records(lived.call.id)] == list(range(1, len(lived.journal.durable) + 1))
    assert reader.snapshot(lived.call.id) == lived.call.snapshot
    assert [str(d) for d in replay(reader, lived.call.id, Support, SupportFacts)] == []
    assert all(times == 1 for times in lived.systems.did.values()), "an effect ran twice"


def verdicts(lived: Lived, reader: Reader) -> list[tuple[Any, dict[str, Any]]]:
    """Each verdict of the record with its private part."""
    private = reader.private(lived.call.id)
    return [(r, private[r.seq]) for r in reader.records(lived.call.id) if r.kind.startswith("transition.")]


def check_one_verdict_each(lived: Lived, reader: Reader) -> None:
    """I1: one verdict for each proposal, none while the journal was down; the same tool call again is the same one.

    Long after, when the call has moved on or ended, it is a proposal from the past like any other: on the record, and
    refused without asking a guard.
    """
    recorded: dict[int, list[str]] = defaultdict(list)
    for record, private in verdicts(lived, reader):
        number = private["args"].get("number")
        if number is None:
            assert record.audit["by"] == "system", "a verdict on what nobody proposed"
        else:
            recorded[number].append(record.audit["kind"])
    together: dict[tuple[int | None, str, str, str], list[Asked]] = defaultdict(list)
    for asked in lived.asked:
        together[asked.key].append(asked)
    for same in together.values():
        kinds = recorded[same[0].number]
        assert set(kinds[1:]) <= REFUSED_UNASKED, f"{same[0].key} has the verdicts {kinds}"
        for asked in same:
            check_answer(lived, asked, kinds, kinds if len(same) == 1 else [])


def check_answer(lived: Lived, asked: Asked, kinds: list[str], own: list[str]) -> None:
    """What the proposer was told is what the journal says; who was cancelled was told nothing, yet is judged."""
    if asked.task.cancelled():
        assert kinds or lived.journal.was_down or not asked.reached_the_call, f"{asked.key} has no verdict"
        return
    error = asked.task.exception()
    if error is None:
        assert asked.task.result().kind in kinds, f"{asked.key} was told otherwise than the journal: {kinds}"
    else:
        assert isinstance(error, ProposalError) or (isinstance(error, JournalDown) and lived.journal.was_down), repr(
            error
        )
        assert not own, f"{asked.key} was told {error!r}, the journal says {own}"


def check_only_legal_arrows(lived: Lived, reader: Reader) -> None:
    """I5: every acceptance is a line of the hand-written table, with its guards true of facts the journal has."""
    for record, private in verdicts(lived, reader):
        audit = record.audit
        if audit["kind"] != "accepted":
            assert audit["before"] == audit["after"]
            continue
        before, event, after = audit["before"][-1], audit["event"], audit["after"][-1]
        target = LEGAL[before, event, audit["by"]]
        assert after == target or (event in BACK_TO_DESKS and after in DESKS), f"{event}: {before} -> {after}"
        assert [g["name"] for g in audit["guards"] if g["held"]] == list(GUARDED.get(event, ()))
        known = {**private["facts"], "now": None}
        assert known in folds(lived), "judged by facts that the journal does not have"
        if after in ("billing", "refunding") and event not in BACK_TO_DESKS:
            assert "caller_verified" in lived.proved, "the billing desk without proof"


def check_facts_are_whose_they_are(lived: Lived, reader: Reader) -> None:
    """I5: a claim sets claimed facts only; nothing is proved that our systems did not say."""
    for record in reader.records(lived.call.id):
        if record.kind.startswith("facts.") and record.kind != "facts.refused":
            own = SupportFacts.names(record.kind.removeprefix("facts."))  # type: ignore[arg-type]
            assert set(record.audit["fields"]) <= own, "a fact was set by the wrong speaker"
    for name in PROOFS:
        assert name in lived.proved or not getattr(lived.call.facts, name), f"{name} was forged"
    for task in lived.others:
        if not task.cancelled() and (error := task.exception()) is not None:
            assert isinstance(error, JournalDown | ProposalError | FactsError), repr(error)
