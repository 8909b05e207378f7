"""A flow: a machine with its cast."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.guards.facts import Facts
from interlock.machines.base import Machine


@dataclass(frozen=True, slots=True)
class CarryOver:
    """What crosses a handoff: the whole conversation, its last `turns` messages (0: the facts only), or a `summary`.

    What is known as facts is told in any case.
    """

    turns: int | None = None
    summary: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """Work in the outside world.

    `run(call, idempotency key, arguments of the accepted proposal)` returns the system event that says what came of
    it, `failed` when it was told no. It is called at once, so what it reads of the facts before its first `await` is
    what the proposal was judged by, also in another process that does it again. When it raises or takes longer than
    `timeout_s`, nobody knows whether the work was done: then the event is `unknown`, or `failed` where that makes no
    difference. `repeatable` says that the system does each key once, and answers a repetition as it answered the first
    time: what a process that died had begun is asked for again by its key.
    """

    run: Callable[[Any, str, Mapping[str, Any]], Coroutine[Any, Any, str]]
    failed: str
    timeout_s: float = 10.0
    unknown: str = ""
    repeatable: bool = False

    @property
    def not_known(self) -> str:
        """The event of work that may or may not have been done."""
        return self.unknown or self.failed


@dataclass(frozen=True, slots=True)
class Flow:
    """Everything one kind of call is made of.

    `cast` gives each state that can be at rest its agent class; `effects` gives each state that stands for work its
    work, begun on entry; `silence_s` is how long a caller may say nothing; `carry_over` says for an event what of the
    conversation the next agent is told (everything, unless named); `on_takeover` sets anew what timers a call needs
    that another process began.
    """

    name: str
    title: str
    summary: str
    machine: type[Machine]
    facts: type[Facts]
    cast: Mapping[str, type[Any]]
    effects: Mapping[str, Effect] = field(default_factory=dict)
    silence_s: float = 12.0
    carry_over: Mapping[str, CarryOver] = field(default_factory=dict)
    on_takeover: Callable[[Any], None] = lambda call: None
