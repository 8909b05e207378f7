"""What every flow has, written once: a person from everywhere, a callback from that person, and an end.

A chart draws its desks and its work; `ways_out` adds the states of the way to a person inside its `live` state, and
`endings` the arrows out of it.
"""

from collections.abc import Mapping
from typing import Any

from statemachine import State
from statemachine.states import States

from interlock.guards.base import Proposer
from interlock.guards.callbacks import callback_in_opening_hours, callback_number_given
from interlock.guards.facts import Facts, established
from interlock.guards.patience import silent_twice
from interlock.machines.base import ANYBODY
from interlock.machines.events import CALLER_LEFT, CALLER_SILENT, ESCALATE, HANDOFF_FAILED, REFUSED_THRICE
from interlock.machines.promises import Promise, never, reachable

SYSTEM: frozenset[Proposer] = frozenset({"system"})


class CallerFacts(Facts):
    """What any flow may come to know."""

    callback_booked: bool = established(False)
    callback_reference: str | None = established(pii=True)


def ways_out(desks: Any, *work: State, person_after: State | None = None, person: State | None = None) -> States:
    """The states `offer`, `person` and `booking`, and how one gets there and back.

    `desks` is the compound state of the flow's own desks, with a deep history state called `before`; `work` are the
    states of effects beside it (`Any`: to mypy a compound is its class). Escalations enter `person_after`, one of
    `work`, where one is given (it leads to the person by itself), else the person at once. To be assigned inside the
    `live` state of a chart: `rest = ways_out(desks, refunding)`.
    """
    offer = State("Offered a person")
    person = person or State("Waiting for a person")
    booking = State("Callback being booked")
    wanted = person_after or person
    _arrow(REFUSED_THRICE, desks, offer)
    _arrow(REFUSED_THRICE, offer, wanted)
    for state in (desks, *work, offer, booking):
        if state is not wanted:
            _arrow(ESCALATE, state, wanted)
        _arrow("take_over", state, person)
    for state in (offer, person):
        _arrow("return_to_desk", state, desks.before)
    _arrow("book_callback", person, booking, cond=[callback_number_given, callback_in_opening_hours])
    for outcome in ("callback_booked", "callback_failed", "callback_unconfirmed"):
        _arrow(outcome, booking, person)
    return States({"offer": offer, "person": person, "booking": booking})


def endings(live: Any, closed: State) -> None:
    """Goodbye, silence, hanging up and a handoff nobody came to, from everywhere in `live`."""
    person: State = live.person
    _arrow("say_goodbye", live, closed)
    _arrow(CALLER_SILENT, live, closed, cond=silent_twice)
    _arrow(CALLER_LEFT, live, closed)
    _arrow(REFUSED_THRICE, person, closed)
    _arrow(HANDOFF_FAILED, person, closed)
    _arrow(HANDOFF_FAILED, live, person)


def common_proposers(*reported: str, **others: frozenset[Proposer]) -> Mapping[str, frozenset[Proposer]]:
    """Who may ask for the common events, for those `reported` by the system, and for `others` as given."""
    by_system = (
        "callback_booked",
        "callback_failed",
        "callback_unconfirmed",
        REFUSED_THRICE,
        CALLER_SILENT,
        CALLER_LEFT,
        HANDOFF_FAILED,
        *reported,
    )
    common = {ESCALATE: ANYBODY, "say_goodbye": ANYBODY, "take_over": frozenset[Proposer]({"operator"})}
    return {**common, **dict.fromkeys(by_system, SYSTEM), **others}


COMMON_PROMISES: tuple[Promise, ...] = (
    never("booking").before(callback_in_opening_hours),
    reachable("person", from_="everywhere"),
    reachable("closed", from_="everywhere"),
)
"""What every flow promises: a person and an end reachable from everywhere, no callback outside opening hours."""


def _arrow(event: str, source: State, target: State, **given: Any) -> None:
    source.to(target, **given).add_event(event)
