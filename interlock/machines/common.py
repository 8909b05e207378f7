"""What every flow has, written once: a person from everywhere, a callback from that person, and an end.

A chart draws its desks and its work (see `interlock.machines.desks`); the arrows here come along.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from statemachine import HistoryState, State

from interlock.guards.answers import agreed, nothing_open
from interlock.guards.base import Proposer
from interlock.guards.callbacks import (
    CALLBACK_GUARDS,
    CALLBACKS,
    callback_in_opening_hours,
    callback_number_given,
    callback_number_heard,
    callback_time_heard,
)
from interlock.guards.facts import Facts, established
from interlock.guards.patience import silent_twice
from interlock.guards.quotas import Quota
from interlock.guards.told import DISCLOSURE, told
from interlock.machines.base import ANYBODY
from interlock.machines.events import (
    CALLER_CHANGED,
    CALLER_LEFT,
    CALLER_SILENT,
    ESCALATE,
    HANDOFF_FAILED,
    REFUSED_THRICE,
)
from interlock.machines.promises import ANY, Promise, never, reachable

SYSTEM: frozenset[Proposer] = frozenset({"system"})


class CallerFacts(Facts):
    """What any flow may come to know."""

    callback_booked: bool = established(False)
    callback_reference: str | None = established(pii=True)
    callback_at: datetime | None = established(description="when we call back")
    callback_number: str | None = established(pii=True, for_model=False, description="the number we call back on")


class WaysOut(Protocol):
    """The states that `ways_out` draws arrows between; `desks` are the flow's own, `before` is their history."""

    before: HistoryState
    offer: State
    person: State
    booking: State
    desks: State


def ways_out(states: WaysOut, *work: State, person_after: State | None = None) -> None:
    """A person from everywhere, a callback from that person, and the way back.

    `work` are the states beside the desks. Escalations enter `person_after`, one of `work`, where one is given (it
    leads to the person by itself), else the person at once.
    """
    wanted = person_after or states.person
    _arrow(REFUSED_THRICE, states.desks, states.offer)
    _arrow(REFUSED_THRICE, states.offer, wanted)
    for state in (states.desks, *work, states.offer, states.booking):
        if state is not wanted:
            _arrow(ESCALATE, state, wanted)
        _arrow("take_over", state, states.person)
    for state in (states.offer, states.person):
        _arrow("return_to_desk", state, states.before)
    person, booking = states.person, states.booking
    _arrow("book_callback", person, booking, cond=[*CALLBACK_GUARDS, agreed])
    for outcome in ("callback_booked", "callback_failed", "callback_unconfirmed"):
        _arrow(outcome, states.booking, states.person)


def endings(live: Any, closed: State) -> None:
    """Goodbye, silence, hanging up and a handoff nobody came to, from everywhere in `live`."""
    person: State = live.person
    _arrow("say_goodbye", live, closed, cond=nothing_open)
    _arrow(CALLER_SILENT, live, closed, cond=silent_twice)
    _arrow(CALLER_LEFT, live, closed)
    _arrow(REFUSED_THRICE, person, closed)
    _arrow(HANDOFF_FAILED, person, closed)
    _arrow(HANDOFF_FAILED, live, person)


def newcomers(states: WaysOut, first: State, beside: Iterable[State], stays: Iterable[State]) -> None:
    """Whoever takes the caller's place begins at the `first` desk: what the one before was let through they were not.

    `beside` are desks that stand beside the others. In those of `stays` something is said that nobody may cut off: a
    newcomer hears it too. Work under way is of the caller it was begun for, and is done first.
    """
    for state in stays:
        _arrow(CALLER_CHANGED, state, state)
    for state in (states.desks, *beside, states.offer, states.person):
        _arrow(CALLER_CHANGED, state, first)


def common_proposers(*reported: str, **others: frozenset[Proposer]) -> Mapping[str, frozenset[Proposer]]:
    """Who may ask for the common events, for those `reported` by the system, and for `others` as given."""
    by_system = (
        "callback_booked",
        "callback_failed",
        "callback_unconfirmed",
        REFUSED_THRICE,
        CALLER_SILENT,
        CALLER_LEFT,
        CALLER_CHANGED,
        HANDOFF_FAILED,
        *reported,
    )
    common = {ESCALATE: ANYBODY, "say_goodbye": ANYBODY, "take_over": frozenset[Proposer]({"operator"})}
    return {**common, **dict.fromkeys(by_system, SYSTEM), **others}


WITHOUT_A_WORD = ("take_over", CALLER_SILENT, CALLER_LEFT, REFUSED_THRICE, HANDOFF_FAILED)
"""The events that may lead on before the caller was told anything: somebody else speaks or nobody is there, or nothing
we say is heard."""


def reported(*events: str) -> Mapping[str, frozenset[Proposer]]:
    """These are the system's to report."""
    return dict.fromkeys(events, SYSTEM)


COMMON_NEEDS_YES: Mapping[str, tuple[str, ...]] = {"book_callback": ("phone", "time")}
"""What no flow does without the caller's yes, and what that covers."""

COMMON_QUOTAS: Mapping[str, tuple[Quota, ...]] = {"booking": (CALLBACKS,)}
"""The limits that outlive a call and that every flow has."""

COMMON_PROMISES: tuple[Promise, ...] = (
    never(ANY).before(told(DISCLOSURE), unless=WITHOUT_A_WORD),
    never("booking").before(callback_number_given),
    never("booking").before(callback_number_heard),
    never("booking").before(callback_in_opening_hours),
    never("booking").before(callback_time_heard),
    never("booking").before(agreed),
    reachable("person", from_="everywhere"),
    reachable("closed", from_="everywhere"),
)
"""What every flow promises: nothing before the caller knows that a machine speaks; a person and an end reachable from
everywhere; no callback outside opening hours, on a number or at a time nobody said, or without the caller's yes."""


def _arrow(event: str, source: State, target: State, **given: Any) -> None:
    source.to(target, **given).add_event(event)
