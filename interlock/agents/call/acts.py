"""What a call does about what is on record, as values: judging returns them, and one table performs them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.guards.facts import Facts


@dataclass(frozen=True, slots=True)
class SwitchTo:
    """Send for the agent of `state`, which the call entered by `event` from the state `before`."""

    state: str
    event: str
    before: str


@dataclass(frozen=True, slots=True)
class Begin:
    """Begin the work that `state` stands for, with the arguments that were accepted and the facts they were judged by.

    `epoch` is the one that the acceptance made: with the call's id it is the work's idempotency key.
    """

    state: str
    epoch: int
    args: Mapping[str, Any] = field(repr=False)
    judged_by: Facts = field(repr=False)


@dataclass(frozen=True, slots=True)
class Decide:
    """Decide on `event`, which the call itself proposes, before anything else is decided."""

    event: str
    answers_caller: bool = False


@dataclass(frozen=True, slots=True)
class CallerAnswered:
    """Whatever the caller said and nobody answered: the handoff now under way is the answer."""


@dataclass(frozen=True, slots=True)
class ForgetCaller:
    """Whatever the caller said, and what they were asked and told, is not of whoever takes their place."""


Act = SwitchTo | Begin | Decide | CallerAnswered | ForgetCaller
