"""An effect: work in the outside world, as accepted facts, systems and arguments -> what came of it.

@effect(failed="refund_failed", unknown="refund_unconfirmed", repeatable=True)
async def refund(work: Assignment[SupportFacts, SupportSystems]) -> Outcome:
    paid = await work.systems.orders.refund(work.key, work.facts.order_number, work.args["amount_cents"])
    return Outcome("refund_paid", {"refund_reference": paid.reference})
"""

import inspect
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from interlock.guards.facts import Facts, FactsError
from interlock.guards.quotas import Count, Limits, Quota

Known = TypeVar("Known", bound=Facts, covariant=True)
Systems = TypeVar("Systems", covariant=True)


@dataclass(frozen=True, slots=True)
class Assignment(Generic[Known, Systems]):
    """What one piece of work goes by, also in another process that does it again.

    `key` is the idempotency key, `party:epoch`; `facts` are what the proposal was judged by and `args` its arguments,
    whatever is learnt or said meanwhile; `now` reads the call's clock, in UTC. `limits` are those that settings change.
    """

    key: str
    call_id: str
    facts: Known
    systems: Systems
    args: Mapping[str, Any]
    now: Callable[[], datetime]
    limits: Limits = field(default_factory=dict)

    @property
    def party(self) -> str:
        """Who it is done for, as our systems know them by: what they arranged, nobody else in the call may change.

        It is `call_id` for the caller a call began with, and another name for whoever took their place.
        """
        return party_of(self.call_id, self.facts.caller_number)

    @property
    def today(self) -> date:
        """Which day it is where the service is."""
        return self.now().astimezone(ZoneInfo(self.facts.timezone)).date()

    def share(self, quota: Quota) -> int | None:
        """How many of something scarce callers without a number may have, all together; None for who shows one."""
        return quota.standing_share(self.facts, self.limits)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came of it: the system event, and what our systems found; recorded and judged in one transaction.

    `known` are established facts, or a function that makes them of what is known by then (nothing else can change that
    meanwhile). `used_up` names claimed facts that are claimed no longer: they go back to their defaults. What was found
    is known whatever the machine says to the event: a caller may be elsewhere by now.

    What the work took from a quota (`Desks.quotas`) is `kept` counted; `given_back` where nothing was done, as it is
    where the work was told no; `proved` where a caller gave a right proof (see `interlock.guards.quotas`). `counts` is
    what that comes to, and not for an effect to give.
    """

    event: str
    known: Mapping[str, Any] | Callable[[Any], Mapping[str, Any]] = field(default_factory=dict)
    used_up: tuple[str, ...] = ()
    quota: Literal["kept", "given_back", "proved"] = "kept"
    frees: tuple[tuple[Quota, Mapping[str, Any]], ...] = ()
    counts: tuple[Count, ...] = field(default=(), repr=False)

    def found(self, now: Facts) -> dict[str, Any]:
        """What is established by it, `now` being what is known."""
        return dict(self.known(now) if callable(self.known) else self.known)


def party_of(call_id: str, caller_number: int) -> str:
    """The name of a call's caller of that number, counted from 1, among all callers of all calls."""
    return call_id if caller_number == 1 else f"{call_id}~{caller_number}"


Run = Callable[[Assignment[Any, Any]], Coroutine[Any, Any, Outcome]]
Begins = Mapping[str, Any] | Callable[[Any], Mapping[str, Any]]
"""Established facts, or a function that makes them of the assignment."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Work that entering a state begins; made by `effect`.

    `failed` is the event when it was told no (it raised `Refused`), with the facts `refused`. When it raises anything
    else or takes longer than `timeout_s`, nobody knows whether the work was done: then the event is `unknown`, or
    `failed` where that makes no difference. `repeatable` says that the system does each key once, and answers a
    repetition as it answered the first time: what a process that died had begun is asked for again by its key.

    `begins` are facts (a function makes them of the assignment) established before the work begins; where they cannot
    be recorded it does not begin, and counts as failed. `exclusive` work does not begin either where they are true
    already: other work of the kind is unclear.

    Work that only `looks_up` something changes nothing: where nobody knows what came of it nobody learnt anything
    either, and what it took from a quota is given back.

    `facts` and `systems` are what it reads and asks, as it is annotated.
    """

    run: Run
    failed: str
    unknown: str = ""
    timeout_s: float = 10.0
    repeatable: bool = False
    begins: Begins = field(default_factory=dict)
    exclusive: bool = False
    refused: Mapping[str, Any] = field(default_factory=dict)
    looks_up: bool = False
    facts: type[Facts] = Facts
    systems: type = object

    @property
    def not_known(self) -> str:
        """The event of work that may or may not have been done."""
        return self.unknown or self.failed

    def facts_begun(self, work: Assignment[Any, Any]) -> dict[str, Any]:
        """What is established before the work begins."""
        return dict(self.begins(work) if callable(self.begins) else self.begins)

    async def done(self, work: Assignment[Any, Any]) -> Outcome:
        """What came of it. Raises `TypeError` for systems or an outcome of another kind than declared."""
        if not _is_protocol(self.systems) and not isinstance(work.systems, self.systems):
            found = type(work.systems).__name__
            raise TypeError(f"{_name(self.run)} has {found} as its systems, expected {self.systems.__name__}")
        outcome = await self.run(work)
        if not isinstance(outcome, Outcome):
            raise TypeError(f"{_name(self.run)} returned {type(outcome).__name__}, expected an Outcome")
        return outcome


def effect(
    *,
    failed: str,
    unknown: str = "",
    timeout_s: float = 10.0,
    repeatable: bool = False,
    begins: Begins | None = None,
    exclusive: bool = False,
    refused: Mapping[str, Any] | None = None,
    looks_up: bool = False,
) -> Callable[[Run], Effect]:
    """Make an `Effect` of an `async def name(work: Assignment[TheFacts, TheSystems]) -> Outcome`.

    Raises `TypeError` at import for a function that is not async, or annotated otherwise, and for `begins` and
    `refused` that those facts cannot have.
    """
    begun, told_no = begins or {}, refused or {}

    def make(run: Run) -> Effect:
        facts, systems = _annotated(run)
        for what, values in (("begins", begun), ("refused", told_no)):
            if not callable(values):
                _refuse_strangers(run, what, facts, values)
        if exclusive and not begun:
            raise TypeError(f"effect {_name(run)} is exclusive, and begins with no fact: by what would others know?")
        return Effect(run, failed, unknown, timeout_s, repeatable, begun, exclusive, told_no, looks_up, facts, systems)

    return make


def _annotated(run: Run) -> tuple[type[Facts], type]:
    name = _name(run)
    if not inspect.iscoroutinefunction(run):
        raise TypeError(f"effect {name} is a {type(run).__name__} that is not async, expected async def")
    hints = get_type_hints(run)
    taken = [hints.get(each) for each in inspect.signature(run).parameters]
    if len(taken) != 1 or get_origin(taken[0]) is not Assignment or hints.get("return") is not Outcome:
        raise TypeError(
            f"effect {name}{inspect.signature(run)}: expected (work: Assignment[Facts, Systems]) -> Outcome"
        )
    facts, systems = get_args(taken[0])
    if not (isinstance(facts, type) and issubclass(facts, Facts) and isinstance(systems, type)):
        raise TypeError(f"effect {name} takes {taken[0]}, expected a class of Facts and one of business systems")
    return facts, systems


def _refuse_strangers(run: Run, what: str, facts: type[Facts], values: Mapping[str, Any]) -> None:
    try:
        facts().having("established", dict(values))
    except FactsError as error:
        raise TypeError(f"effect {_name(run)} {what} with what cannot be established: {error}") from None


def _name(run: Run) -> str:
    return f"{run.__module__}.{run.__qualname__}" if hasattr(run, "__qualname__") else repr(run)


def _is_protocol(its: type) -> bool:
    return bool(getattr(its, "_is_protocol", False))
