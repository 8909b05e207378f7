"""A flow: a machine with its cast."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.agents.effects import Effect
from interlock.guards.facts import Facts
from interlock.guards.quotas import Quota
from interlock.machines.base import Machine

A_MACHINE_SPEAKS = "You are speaking with our automated assistant, not with a person."
"""What a caller is told first in a flow that does not say it in its own words."""


@dataclass(frozen=True, slots=True)
class CarryOver:
    """What crosses a handoff: the whole conversation, its last `turns` messages (0: the facts only), or a `summary`.

    What is known as facts is told in any case.
    """

    turns: int | None = None
    summary: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """Everything one kind of call is made of.

    `cast` gives each state that can be at rest its agent class; `effects` gives each state that stands for work its
    work, begun on entry; `silence_s` is how long a caller may say nothing; `carry_over` says for an event what of the
    conversation the next agent is told (everything, unless named). `deadlines` gives facts that hold a time what to do
    once that has come and still stands: what is returned, `failed` where nothing is, is reported where the chart lets
    the system report `failed`. `disclosure` says that a machine speaks, and whose: the first words of every call.
    `quotas` are those that its desks count attempts by (`Call.attempt`), beside its chart's.

    Raises `TypeError` for an effect made for facts of another flow, and for no disclosure.
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
    deadlines: Mapping[str, Effect] = field(default_factory=dict)
    disclosure: str = A_MACHINE_SPEAKS
    quotas: tuple[Quota, ...] = ()

    def __post_init__(self) -> None:
        if not self.disclosure.strip():
            raise TypeError(f"{self.name} discloses nothing: say that a machine speaks, and whose")
        for name, effect in (*self.effects.items(), *self.deadlines.items()):
            if not issubclass(self.facts, effect.facts):
                made_for, ours = effect.facts.__name__, self.facts.__name__
                raise TypeError(f"{self.name}: the effect of {name} is made for {made_for}, not for {ours}")
        unknown = self.deadlines.keys() - self.facts.names("established")
        if unknown:
            raise TypeError(f"{self.name}: deadlines name {', '.join(sorted(unknown))}, expected established facts")
