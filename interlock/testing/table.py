"""What a flow may do, written down by hand from what product asked for; its chart is tested against it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, get_args

from interlock.agents.flow import Flow
from interlock.guards.base import Proposal, Proposer
from interlock.guards.facts import Facts
from interlock.guards.quotas import Quota
from interlock.machines.base import Snapshot, guards_of, initial, transitions_of
from interlock.machines.chart import quotas_of
from interlock.machines.decide import Verdict, decide

PROPOSERS: tuple[Proposer, ...] = get_args(Proposer)
AGENT: tuple[Proposer, ...] = ("agent",)
"""For an arrow of a table that agents may ask for."""
SYSTEM: tuple[Proposer, ...] = ("system",)
"""For one that is the system's to report."""
OPERATOR: tuple[Proposer, ...] = ("operator",)
"""For one that is our people's."""
Arrow = tuple[tuple[str, ...], str, tuple[Proposer, ...], str]
Step = tuple[str, Proposer] | tuple[str, Proposer, Mapping[str, Any]]
"""An event, who asks for it, and what is known then where that differs."""
Key = tuple[str, str, Proposer]

NOW = datetime(2026, 3, 23, 10, tzinfo=UTC)  # a Monday
CALLBACK = {"phone": "+4930123456", "time": "2026-03-24T10:00"}
COMMON_GUARDS: Mapping[str | tuple[str, str], tuple[str, ...]] = {
    "book_callback": (
        "callback_number_given",
        "callback_number_ordinary",
        "callback_number_heard",
        "callback_in_opening_hours",
        "callback_soon",
        "callback_time_heard",
        "agreed",
    ),
    "say_goodbye": ("nothing_open",),
    "caller_silent": ("silent_twice",),
}

DISCLOSED = ("disclosure_told",)
TOLD = (("disclosure", "1"),)


@dataclass(frozen=True)
class OneFalse:
    """One guard made false: by what is known or by the arguments. `leads_to` when another arrow takes its place.

    Meant for every state whose arrow asks it, or for those of `states`.
    """

    event: str
    guard: str
    known: Mapping[str, Any] = field(default_factory=dict)
    args: Mapping[str, Any] = field(default_factory=dict)
    leads_to: str = ""
    states: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One flow, by hand; the arrows, guards and ways that every flow has are added.

    `arrows` are (from, event, who may ask, to) with every guard content. `guarded` names all guards asked, in order, by
    event or by (state, event). `ways` lead from the first desk to each other desk and work state. `back` is the desk
    that the common ways return to. `known` and `args` make every guard content. `escalates_to` is where an escalation
    enters, and `arrives` the steps from there to the person.
    """

    flow: Flow
    desks: tuple[str, ...]
    arrows: tuple[Arrow, ...]
    work: tuple[str, ...] = ()
    guarded: Mapping[str | tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    one_false: tuple[OneFalse, ...] = ()
    ways: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)
    args: Mapping[str, Any] = field(default_factory=dict)
    back: str = ""
    escalates_to: str = "person"
    arrives: tuple[Step, ...] = ()
    _at: dict[str, Snapshot] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def live(self) -> tuple[str, ...]:
        """Every state in which the call goes on."""
        return (*self.desks, *self.work, "offer", "person", "booking")

    @property
    def states(self) -> tuple[str, ...]:
        """Every state a call can be in."""
        return (*self.live, "closed")

    @cached_property
    def legal(self) -> dict[Key, str]:
        """Where each legal (state, event, proposer) leads when every guard is content."""
        arrows = (*self.arrows, *self._common())
        return {(state, event, by): to for states, event, whom, to in arrows for state in states for by in whom}

    @cached_property
    def may_ask(self) -> dict[str, tuple[Proposer, ...]]:
        """Who may ask for each event."""
        return {event: whom for _, event, whom, _ in (*self.arrows, *self._common())}

    @property
    def events(self) -> tuple[str, ...]:
        """Every event of the chart."""
        return tuple(self.may_ask)

    def guards(self, state: str, event: str) -> tuple[str, ...]:
        """The guards asked for `event` in `state`."""
        its: dict[str | tuple[str, str], tuple[str, ...]] = {**COMMON_GUARDS, **self.guarded}
        first = DISCLOSED if event in self.disclosed_first else ()
        last = tuple(f"{quota.name}_left" for quota in self.quotas(state, event))
        return (*first, *its.get((state, event), its.get(event, ())), *last)

    def quotas(self, state: str, event: str) -> tuple[Quota, ...]:
        """The limits that `event` takes from in `state`: those of the work it leads to."""
        targets = {to for (its, asked, _), to in self.legal.items() if (its, asked) == (state, event)}
        return tuple(quota for to in sorted(targets) for quota in quotas_of(self.flow.machine, to))

    @cached_property
    def disclosed_first(self) -> frozenset[str]:
        """The events an agent may ask for at the first desk: they ask first whether the caller knows who speaks."""
        return frozenset(event for state, event, by in self.legal if (state, by) == (self.desks[0], "agent"))

    def implied_by(self, guard: str) -> frozenset[str]:
        """The guards that cannot hold where this one does not."""
        every = (g for arrow in transitions_of(self.flow.machine) for g in guards_of(arrow))
        return frozenset(g.name for g in every if any(each.name == guard for each in g.implies))

    @cached_property
    def content(self) -> Facts:
        """What is known when every guard is content."""
        return self.facts()

    def facts(self, **known: Any) -> Facts:
        """The same, but for `known`."""
        return self.flow.facts(**{"now": NOW, "silences": 2, "told": TOLD, **self.known, **known})

    def every_false(self) -> tuple[OneFalse, ...]:
        """Each guard of the flow seen false at least once; where a flow has an arrow of its own, so has it a row."""
        own = {state for states, event, _, _ in self.arrows for state in states if event == "caller_silent"}
        silent = tuple(state for state in self.live if state not in own)
        return (
            *self.one_false,
            OneFalse("book_callback", "callback_number_given", args={"phone": ""}),
            OneFalse("book_callback", "callback_number_ordinary", args={"phone": "+49900123456"}),
            OneFalse("book_callback", "callback_number_heard", args={"evidence": {"phone": "unheard"}}),
            OneFalse("book_callback", "callback_in_opening_hours", args={"time": "2026-03-24T20:00"}),
            OneFalse("book_callback", "callback_soon", args={"time": "2099-03-24T10:00"}),
            OneFalse("book_callback", "callback_time_heard", args={"evidence": {"time": "unheard"}}),
            OneFalse("book_callback", "agreed", args={"consent": "no"}),
            OneFalse("say_goodbye", "nothing_open", args={"more": "unclear", "objection": "no"}),
            OneFalse("say_goodbye", "nothing_open", args={"more": "unclear", "objection": "question"}),
            *(OneFalse(event, *DISCLOSED, {"told": ()}) for event in sorted(self.disclosed_first)),
            *self._spent(),
            OneFalse("caller_silent", "silent_twice", {"silences": 1}, states=silent),
        )

    def _spent(self) -> Iterator[OneFalse]:
        """Each quota with nothing left; where the flow has a way round that work, it is another guard's too."""
        ways_round = {one.event: one.leads_to for one in self.one_false if one.leads_to}
        asked = {(event, quota.name) for state, event, _ in self.legal for quota in self.quotas(state, event)}
        for event, name in sorted(asked):
            known = {"spent": ((name, "caller", 600),)}
            yield OneFalse(event, f"{name}_left", known, leads_to=ways_round.get(event, ""))

    def ask(
        self, here: Snapshot, event: str, by: Proposer = "agent", *, facts: Facts | None = None, args: Any = None
    ) -> Verdict:
        """Propose in the snapshot's own epoch; with every guard content unless told otherwise."""
        given = {**CALLBACK, **self.args} if args is None else args
        return decide(self.flow.machine, here, Proposal(event, given, by, here.epoch), facts or self.content)

    def walk(self, *steps: Step) -> Snapshot:
        """Where a call stands after these steps, each of which must be accepted."""
        here = initial(self.flow.machine)
        for event, by, *known in steps:
            verdict = self.ask(here, event, by, facts=self.facts(**known[0]) if known else None)
            assert verdict.accepted, f"{event} by {by} from {here.state}: {verdict.kind} {verdict.refused_by}"
            here = verdict.after
        return here

    def at(self, state: str) -> Snapshot:
        """A call that stands in this state, come there by a legal way."""
        if state not in self._at:
            self._at[state] = self.walk(*self.way(state))
        here = self._at[state]
        assert here.state == state, f"the way to {state} leads to {here.state}"
        return here

    def way(self, state: str) -> tuple[Step, ...]:
        """The steps from the first desk to this state."""
        if state in self.ways:
            return self.ways[state]
        if state == self.desks[0]:
            return ()
        if self.lacks_way(state):
            raise LookupError(f"{self.flow.name}: the table has no way to {state}: add the steps there to ways")
        there = self.ways.get(self.back or self.desks[0], ())
        person = (*there, ("escalate", "agent"), *self.arrives)
        common: dict[str, tuple[Step, ...]] = {
            "offer": (*there, ("refused_thrice", "system")),
            "person": person,
            "booking": (*person, ("book_callback", "agent")),
            "closed": (*there, ("say_goodbye", "agent")),
        }
        return common[state]

    def lacks_way(self, state: str) -> bool:
        """Whether nobody said how one comes to this state."""
        return state in (*self.desks[1:], *self.work) and state not in self.ways

    def asking(self, one: OneFalse) -> tuple[str, ...]:
        """The states in which `one.event` asks `one.guard`, of those the row is meant for."""
        states = [s for s, event, _ in self.legal if event == one.event and one.guard in self.guards(s, event)]
        return tuple(dict.fromkeys(state for state in states if state in (one.states or states)))

    def may_take(self, verdict: Verdict) -> bool:
        """Whether an acceptance stands: each guard held, or another arrow is there for when it does not."""
        wrong = [guard.name for guard in verdict.guards if not guard.held]
        ways_round = {(one.event, one.guard) for one in self.every_false() if one.leads_to}
        return all((verdict.event, name) in ways_round for name in wrong)

    def _common(self) -> tuple[Arrow, ...]:
        away = (*self.desks, *self.work, "offer", "booking")
        asking = tuple(state for state in away if state != self.escalates_to)
        back = self.back or self.desks[0]
        alone = tuple(state for state in self.live if state != "person")
        own = {(state, event) for states, event, _, _ in self.arrows for state in states}
        stays = self.flow.machine.unbroken
        anew = tuple(state for state in (*self.desks, "offer", "person") if state not in stays)

        def but(states: tuple[str, ...], event: str) -> tuple[str, ...]:
            return tuple(state for state in states if (state, event) not in own)

        return (
            (but(asking, "escalate"), "escalate", PROPOSERS, self.escalates_to),
            (but(away, "take_over"), "take_over", OPERATOR, "person"),
            (but(self.live, "say_goodbye"), "say_goodbye", PROPOSERS, "closed"),
            (but(self.live, "caller_silent"), "caller_silent", SYSTEM, "closed"),
            (but(self.live, "caller_left"), "caller_left", SYSTEM, "closed"),
            (anew, "caller_changed", SYSTEM, self.desks[0]),
            *(((state,), "caller_changed", SYSTEM, state) for state in stays),
            (but(self.desks, "refused_thrice"), "refused_thrice", SYSTEM, "offer"),
            (but(("offer",), "refused_thrice"), "refused_thrice", SYSTEM, self.escalates_to),
            (("person",), "refused_thrice", SYSTEM, "closed"),
            (but(alone, "handoff_failed"), "handoff_failed", SYSTEM, "person"),
            (("person",), "handoff_failed", SYSTEM, "closed"),
            (but(("offer", "person"), "return_to_desk"), "return_to_desk", AGENT, back),
            (("person",), "book_callback", AGENT, "booking"),
            (("booking",), "callback_booked", SYSTEM, "person"),
            (("booking",), "callback_failed", SYSTEM, "person"),
            (("booking",), "callback_unconfirmed", SYSTEM, "person"),
        )
