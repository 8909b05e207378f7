"""A chart of desks: a flow draws its desks and its work; the ways out, the endings and who may ask come along.

class Lost(Desks):
    common = Common()
    reception = State("Reception", initial=True)
    filing = EffectState("Report being filed")
    filed = State("Report filed")

    file_report = reception.to(filing, cond=item_described)
    report_filed = filing.to(filed)
    report_unclear = filing.to(common.person)
"""

from collections.abc import Iterable, Mapping
from typing import Any

from statemachine import HistoryState, State
from statemachine.callbacks import CallbackGroup, CallbackPriority
from statemachine.transition import Transition
from statemachine.transition_list import TransitionList

from interlock.guards.answers import agreed
from interlock.guards.base import Guard
from interlock.guards.quotas import Quota, left
from interlock.guards.told import DISCLOSURE, told
from interlock.machines.base import Machine, _Checked
from interlock.machines.chart import AGENTS, ChartError, guards_of
from interlock.machines.common import (
    COMMON_NEEDS_YES,
    COMMON_PROMISES,
    COMMON_QUOTAS,
    common_proposers,
    endings,
    newcomers,
    ways_out,
)

COMMON_STATES = ("live", "desks", "before", "offer", "person", "booking", "closed")
"""The ids of what every flow has: a flow's own states and events have other names."""


class EffectState(State):
    """A state that stands for work in the outside world; what comes of it is the system's to report."""


class SideDesk(State):
    """A desk beside the others: nobody comes back to it, but to the one they were at before."""


class Common:
    """What every flow has, to draw arrows from and to: see `interlock.machines.common`.

    `before` is where the caller was, `person` one who takes over, `offer` where one is offered, `booking` where their
    call is booked, `closed` the end; `desks` are all desks of the flow but side desks, `live` is the whole call.
    Whoever asks for a person goes to `person_after` first, where one is given: an effect that leads there by itself.
    """

    def __init__(self, *, person_after: EffectState | None = None) -> None:
        self.person_after = person_after
        self.before = HistoryState("Where the caller was", type="deep")
        self.offer = State("Offered a person")
        self.person = State("Waiting for a person")
        self.booking = State("Callback being booked")
        self.desks = State("Our desks")
        self.live = State("In a call")
        self.closed = State("Goodbye", final=True)


class _Drawn(_Checked):
    """Puts a flow's desks and its work into the states every flow has, before the chart is made and checked."""

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> Any:
        if any(isinstance(base, _Drawn) for base in bases):
            drawn = _drawn(name, attrs)  # in place: `__init__` is given the same namespace
            attrs.clear()
            attrs.update(drawn)
        return super().__new__(mcs, name, bases, attrs)


class Desks(Machine, metaclass=_Drawn):
    """The base of a chart of desks.

    A caller is told first that a machine speaks: whatever an agent may ask for at the first desk asks for that.

    A subclass has `common = Common()`, its desks (`State`, one with `initial=True`; `SideDesk`), its work
    (`EffectState`) and arrows. Events that leave nothing but work are the system's to report, so `proposers` names only
    who else asks for what (`reported` for the system's). `needs_yes` gives for an event that moves money, books,
    cancels, sends or files the facts and arguments that the caller's yes to it covers: each of its arrows asks
    `agreed` last, where none has a guard that implies it. `harmless` gives for every other event that begins work the
    reason why no yes is needed; `quotas` gives for work the limits that outlive a call and that beginning it takes
    from: each arrow to it asks last whether something is left; `unbroken` names the desks whose opening nobody may cut
    off. `promises` are proven with `COMMON_PROMISES`.

    Raises `ChartError` at import for a chart without `Common` or an initial desk, for a name of `COMMON_STATES`, and
    for quotas of what is no work.
    """


def _drawn(name: str, attrs: Mapping[str, Any]) -> dict[str, Any]:
    common = _common(name, attrs)
    states = {its: each for its, each in attrs.items() if isinstance(each, State)}
    beside = {its: each for its, each in states.items() if isinstance(each, EffectState | SideDesk)}
    desks = {its: each for its, each in states.items() if its not in beside}
    _refuse_desks(name, attrs, desks)
    needs_yes = attrs.get("needs_yes", {})
    _ask_for_a_yes(name, attrs, needs_yes)
    first = next(each for each in desks.values() if each.initial)
    common.before.to(first).add_event("_before_anywhere")
    _fill(common.desks, desks, common.before)
    before = _arrows(common, beside.values())
    ways_out(common, *beside.values(), person_after=common.person_after)
    stays = [desks[its] for its in attrs.get("unbroken", ()) if its in desks]
    newcomers(common, first, [its for its in beside.values() if isinstance(its, SideDesk)], stays)
    _put_first(before)
    ways = {"offer": common.offer, "person": common.person, "booking": common.booking}
    _fill(common.live, {"desks": common.desks, **beside, **ways})
    endings(common.live, common.closed)
    proposers = {**common_proposers(*_reported(attrs)), **attrs.get("proposers", {})}
    around = (first, common.desks, common.live)
    quotas = {**COMMON_QUOTAS, **attrs.get("quotas", {})}
    _ask_what_is_left(name, quotas, {**states, "booking": common.booking}, {*states.values(), *ways.values(), *around})
    _disclose_first(attrs, {*states.values(), *ways.values(), *around}, around, proposers)
    rest = {its: each for its, each in attrs.items() if its not in states and each is not common}
    promises = (*attrs.get("promises", ()), *COMMON_PROMISES)
    drawn = {"live": common.live, "closed": common.closed, "proposers": proposers, "promises": promises}
    return {**rest, **drawn, "needs_yes": {**COMMON_NEEDS_YES, **needs_yes}, "quotas": quotas}


def _common(name: str, attrs: Mapping[str, Any]) -> Common:
    found = [each for each in attrs.values() if isinstance(each, Common)]
    if len(found) != 1:
        raise ChartError(f"{name} has {len(found)} of Common, expected one: write common = Common() first in its body")
    return found[0]


def _refuse_desks(name: str, attrs: Mapping[str, Any], desks: Mapping[str, State]) -> None:
    taken = [its for its in COMMON_STATES if its in attrs]
    if taken:
        raise ChartError(f"{name}.{taken[0]} is called like what every flow has: choose another name")
    initial = [its for its, each in desks.items() if each.initial]
    if len(initial) != 1:
        found = ", ".join(initial) or "none"
        raise ChartError(f"{name} begins at {found}, expected one desk: give it State(..., initial=True)")


def _ask_for_a_yes(name: str, attrs: Mapping[str, Any], needs_yes: Mapping[str, tuple[str, ...]]) -> None:
    for event in needs_yes:
        arrows = attrs.get(event)
        if not isinstance(arrows, TransitionList):
            raise ChartError(f"{name}.needs_yes names {event}: expected an event that {name} draws")
        if any(agreed in each.implies for arrow in arrows for each in guards_of(arrow)):
            continue
        for arrow in arrows:
            _also_ask(arrow, agreed)


def _ask_what_is_left(
    name: str, quotas: Mapping[str, tuple[Quota, ...]], states: Mapping[str, State], sources: Iterable[State]
) -> None:
    """Have every arrow to work that a quota limits ask last whether something is left of it."""
    for its in quotas:
        if its != "booking" and not isinstance(states.get(its), EffectState):
            raise ChartError(f"{name}.quotas names {its}: expected an EffectState of {name}")
    work = {id(states[its]): quotas[its] for its in quotas}
    for arrow in [arrow for state in sources for arrow in state.transitions]:
        for quota in work.get(id(arrow.target), ()):
            _also_ask(arrow, left(quota))


def _fill(compound: State, states: Mapping[str, State], *history: HistoryState) -> None:
    """Put states into one that arrows may lead from already: python-statemachine makes both at once."""
    for its, state in states.items():
        state._set_id(its)
    for each in history:
        each._set_id("before")
    compound.states, compound.history, compound.is_atomic = list(states.values()), list(history), False
    compound._init_states()  # type: ignore[no-untyped-call]


def _arrows(common: Common, beside: Iterable[State]) -> list[tuple[TransitionList, int]]:
    """The arrows from each state, and how many the flow drew itself."""
    every = (common.desks, *beside, common.offer, common.person, common.booking)
    return [(state.transitions, len(state.transitions.transitions)) for state in every]


def _put_first(arrows: Iterable[tuple[TransitionList, int]]) -> None:
    """What every flow has is offered, and tried, before what a flow draws itself."""
    for its, own in arrows:
        its.transitions[:] = [*its.transitions[own:], *its.transitions[:own]]


def _reported(attrs: Mapping[str, Any]) -> tuple[str, ...]:
    """The events that lead out of work and from nowhere else."""
    events = {its: each for its, each in attrs.items() if isinstance(each, TransitionList)}
    return tuple(its for its, each in events.items() if all(isinstance(arrow.source, EffectState) for arrow in each))


def _disclose_first(
    attrs: Mapping[str, Any], states: Iterable[State], beginning: Iterable[State], proposers: Mapping[str, Any]
) -> None:
    """Have every arrow of the events that an agent may ask for at the first desk ask for the disclosure before all."""
    named = {id(arrow): its for its, each in attrs.items() if isinstance(each, TransitionList) for arrow in each}
    every = [arrow for state in states for arrow in state.transitions if not arrow.initial]
    events = {id(arrow): {str(event) for event in arrow.events} | {named.get(id(arrow), "")} - {""} for arrow in every}
    at_first = {event for state in beginning for arrow in state.transitions for event in events.get(id(arrow), ())}
    asked = {event for event in at_first if "agent" in proposers.get(event, AGENTS)}
    for arrow in every:
        if events[id(arrow)] & asked:
            _ask_first(arrow)


def _also_ask(arrow: Transition, guard: Guard) -> None:
    arrow.cond.add(guard, priority=CallbackPriority.INLINE, expected_value=True)


def _ask_first(arrow: Transition) -> None:
    """Ask for the disclosure before whatever else the arrow asks."""
    others = list(arrow.cond)
    _also_ask(arrow, told(DISCLOSURE))
    specs = arrow._specs.items
    conditions = [spec for spec in specs if spec.group == CallbackGroup.COND and spec not in others]
    arrow._specs.items = [*conditions, *(spec for spec in specs if spec not in conditions)]
