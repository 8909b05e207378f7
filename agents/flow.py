"""A flow: a machine with its cast."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from guards.facts import Facts
from machines.base import Machine

if TYPE_CHECKING:
    from agents.base import Desk
    from agents.call import Call

Effect = Callable[["Call", str, Mapping[str, Any]], Awaitable[str]]
"""Work in the outside world: `(call, idempotency key, arguments of the accepted proposal) -> system event`."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Everything one kind of call is made of.

    `cast` gives each state that can be at rest its agent class; `effects` gives each state that stands for work its
    coroutine, run once on entry with the key `call_id:epoch`; `silence_s` is how long a caller may say nothing.
    """

    name: str
    title: str
    summary: str
    machine: type[Machine]
    facts: type[Facts]
    cast: Mapping[str, "type[Desk]"]
    effects: Mapping[str, Effect] = field(default_factory=dict)
    silence_s: float = 12.0
    effect_timeout_s: float = 10.0
