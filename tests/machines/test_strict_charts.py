"""What a chart may not hold: each refused at import, with an error that names it."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from statemachine import Event, HistoryState, State
from statemachine.exceptions import InvalidDefinition

from interlock.guards.base import Guard, Proposal, guard
from interlock.guards.facts import Facts
from interlock.machines.base import ChartError, Machine, check_chart
from machines.support import Support


@guard("Not now.")
def allowed(facts: Facts, proposal: Proposal) -> bool:
    """It is allowed."""
    return False


def another_allowed() -> Guard:
    @guard("Not now.")
    def allowed(facts: Facts, proposal: Proposal) -> bool:
        """Anything is allowed."""
        return True

    return allowed


def anything(*_: Any) -> bool:
    return True


async def later(*_: Any) -> bool:
    return False


class Sound:
    """What every chart below would be without its one fault; no machine itself."""

    @staticmethod
    def states() -> tuple[State, State]:
        return State(initial=True), State(final=True)


def arrow(**kwargs: Any) -> type[Machine]:
    class Faulty(Machine):
        a, b = Sound.states()
        go = a.to(b, **kwargs)

    return Faulty


def with_member(name: str, member: Any) -> type[Machine]:
    a, b = Sound.states()
    return type(Machine)("Faulty", (Machine,), {"a": a, "b": b, "go": a.to(b), name: member})


def with_states(**kwargs: Any) -> type[Machine]:
    class Faulty(Machine):
        a = State(initial=True, **kwargs)
        b = State(final=True)
        go = a.to(b)

    return Faulty


def with_event(event: Any) -> type[Machine]:
    class Faulty(Machine):
        a, b = Sound.states()
        go = Event(a.to(b), **event)

    return Faulty


def internal_arrow() -> type[Machine]:
    class Faulty(Machine):
        a, b = Sound.states()
        again = a.to.itself(internal=True)
        go = a.to(b)

    return Faulty


def internal_arrow_inwards() -> type[Machine]:
    class Faulty(Machine):
        class live(State.Compound):
            a = State(initial=True)
            b = State()
            go = a.to(b)

        over = State(final=True)
        again = live.to(live.a, internal=True)
        end = live.to(over)

    return Faulty


def with_history(kind: str = "deep", **kwargs: Any) -> type[Machine]:
    class Faulty(Machine):
        class desks(State.Compound):
            one = State(initial=True)
            two = State()
            back = HistoryState(type=kind)
            swap = one.to(two) | two.to(one)
            _anywhere = back.to(one, **kwargs)

        away = State()
        over = State(final=True)
        leave = desks.to(away)
        come_back = away.to(desks.back)
        end = away.to(over)

    return Faulty


def nested_callback() -> type[Machine]:
    class Faulty(Machine):
        class inner(State.Compound):
            a = State(initial=True)
            b = State()
            go = a.to(b)

            def on_enter_b(self) -> None: ...

        c = State(final=True)
        end = inner.to(c)

    return Faulty


def parallel() -> type[Machine]:
    class Faulty(Machine):
        class both(State.Parallel):
            class left(State.Compound):
                a = State(initial=True)
                b = State(final=True)
                go = a.to(b)

            class right(State.Compound):
                c = State(initial=True)
                d = State(final=True)
                gone = c.to(d)

        over = State(final=True)
        end = both.to(over)

    return Faulty


def eventless() -> type[Machine]:
    class Faulty(Machine):
        a, b = Sound.states()
        c = State()
        a.to(c)
        go = c.to(b)

    return Faulty


def two_targets() -> type[Machine]:
    class Faulty(Machine):
        a, b = Sound.states()
        c = State()
        go = a.to(b) | a.to(c)
        end = c.to(b)
        a.transitions[0]._targets.append(c)

    return Faulty


def decorated() -> type[Machine]:
    class Faulty(Machine):
        a, b = Sound.states()
        go = a.to(b)

        @go.on
        def shout(self) -> None: ...

    return Faulty


def same_guard_name() -> type[Machine]:
    class Faulty(Machine):
        a, b = Sound.states()
        go = a.to(b, cond=allowed)
        run = a.to(b, cond=another_allowed())

    return Faulty


def same_state_name() -> type[Machine]:
    class Faulty(Machine):
        class left(State.Compound):
            a = State(initial=True)
            b = State()
            go = a.to(b)

        class right(State.Compound):
            a = State("Another", initial=True)
            b = State("Yet another")
            run = a.to(b)

        over = State(final=True)
        cross = left.to(right)
        end = right.to(over)

    return Faulty


def history_called_like_a_state() -> type[Machine]:
    class Faulty(Machine):
        class left(State.Compound):
            a = State(initial=True)
            over = HistoryState("Another")
            go = a.to.itself()
            _anywhere = over.to(a)

        over = State(final=True)
        back = left.to(left.over)
        end = left.to(over)

    return Faulty


def flag(name: str, value: Any) -> Callable[[], type[Machine]]:
    return lambda: with_member(name, value)


def mixed_in() -> type[Machine]:
    class Lax:
        allow_event_without_transition = True

    class Faulty(Lax, Machine):
        a, b = Sound.states()
        go = a.to(b)

    return Faulty


def mixed_in_code() -> type[Machine]:
    class Busy:
        def helper(self) -> None: ...

    class Faulty(Machine, Busy):
        a, b = Sound.states()
        go = a.to(b)

    return Faulty


def inherited_callback() -> type[Machine]:
    class Base(Machine):
        def on_enter_b(self) -> None: ...

    class Faulty(Base):
        a, b = Sound.states()
        go = a.to(b)

    return Faulty


def event_called(name: str) -> Callable[[], type[Machine]]:
    def make() -> type[Machine]:
        a, b = Sound.states()
        c = State()
        attrs = {"a": a, "b": b, "c": c, "go": a.to(c), name: c.to(b)}
        return type(Machine)("Faulty", (Machine,), attrs)

    return make


class Listening:
    def on_enter_b(self) -> None: ...


FAULTY: dict[str, tuple[Callable[[], Any], str]] = {
    "on_enter_x by name": (lambda: with_member("on_enter_b", anything), r"has the callback Faulty\.on_enter_b"),
    "on_exit_x by name": (lambda: with_member("on_exit_a", anything), r"has the callback Faulty\.on_exit_a"),
    "on_enter_state": (lambda: with_member("on_enter_state", anything), r"callback Faulty\.on_enter_state"),
    "on_invoke_x": (lambda: with_member("on_invoke_a", anything), r"callback Faulty\.on_invoke_a"),
    "before_go by name": (lambda: with_member("before_go", anything), r"callback Faulty\.before_go"),
    "on_go by name": (lambda: with_member("on_go", anything), r"callback Faulty\.on_go"),
    "after_go by name": (lambda: with_member("after_go", anything), r"callback Faulty\.after_go"),
    "after_transition": (lambda: with_member("after_transition", anything), r"callback Faulty\.after_transition"),
    "prepare_event": (lambda: with_member("prepare_event", anything), r"callback Faulty\.prepare_event"),
    "coroutine callback": (lambda: with_member("on_enter_b", later), r"callback Faulty\.on_enter_b"),
    "nested callback": (nested_callback, r"callback Faulty\.on_enter_b"),
    "inherited callback": (inherited_callback, r"callback Faulty\.on_enter_b"),
    "decorated callback": (decorated, "a -> go has the callback <function .*shout"),
    "event that is a callback": (event_called("after_go"), r"callback Faulty\.after_go"),
    "event on entry": (event_called("on_enter_c"), r"callback Faulty\.on_enter_c"),
    "before=": (lambda: arrow(before=anything), "a -> go has the callback <function anything"),
    "on=": (lambda: arrow(on=anything), "a -> go has the callback <function anything"),
    "after=": (lambda: arrow(after="later"), "a -> go has the callback 'later'"),
    "validators=": (lambda: arrow(validators=anything), "a -> go has the callback <function anything"),
    "enter=": (lambda: with_states(enter=anything), r"Faulty\.a has the callback <function anything"),
    "exit=": (lambda: with_states(exit="leave"), r"Faulty\.a has the callback 'leave'"),
    "invoke=": (lambda: with_states(invoke=anything), r"Faulty\.a has the callback"),
    "unless=": (lambda: arrow(unless=allowed), "a -> go has the condition <guard allowed>"),
    "text condition": (lambda: arrow(cond="allowed"), "a -> go has the condition 'allowed'"),
    "text expression": (lambda: arrow(cond="allowed and not later"), "has the condition 'allowed and"),
    "function condition": (lambda: arrow(cond=anything), "has the condition <function anything"),
    "coroutine condition": (lambda: arrow(cond=later), "has the condition <function later"),
    "lambda condition": (lambda: arrow(cond=lambda: True), "has the condition <function .*<lambda>"),
    "one bad of two": (lambda: arrow(cond=[allowed, anything]), "has the condition <function anything"),
    "eventless arrow": (eventless, r"a -> \(no event\) has no event"),
    "parallel": (parallel, r"Faulty\.both is parallel"),
    "two targets": (two_targets, "a -> go has 2 targets, expected one"),
    "delayed event": (lambda: with_event({"delay": 5}), "a -> go is delayed, internal or oddly named"),
    "internal event": (lambda: with_event({"internal": True}), "a -> go is delayed, internal or oddly named"),
    "internal arrow": (internal_arrow, "a -> again is an internal arrow"),
    "internal arrow into a compound": (internal_arrow_inwards, "live -> again is an internal arrow"),
    "dotted event": (lambda: with_event({"id": "go.on"}), r"a -> go\.on is delayed, internal or oddly named"),
    "wildcard event": (lambda: with_event({"id": "*"}), r"a -> \* is delayed, internal or oddly named"),
    "done_state event": (event_called("done_state_c"), "done.state.c is delayed, internal or oddly named"),
    "error event": (event_called("error_execution"), "error.execution is delayed, internal or oddly named"),
    "event called model": (event_called("model"), r"Faulty\.model hides a part of Machine"),
    "event called version": (event_called("version"), r"Faulty\.version hides a part of Machine"),
    "event called send": (event_called("send"), r"Faulty\.send hides a part of Machine"),
    "guard on the way out of history": (lambda: with_history(cond=allowed), "back -> _anywhere has a guard"),
    "callback on the way out of history": (lambda: with_history(on=anything), "back -> _anywhere has the callback"),
    "value of a state": (lambda: with_states(value=7), r"Faulty\.a has the value 7"),
    "two states of one name": (same_state_name, "Faulty has two states called a"),
    "history called like a state": (history_called_like_a_state, "Faulty has two states called over"),
    "two guards of one name": (same_guard_name, "Faulty has two guards called allowed"),
    "listener": (lambda: with_member("listeners", [Listening]), "Faulty has the listener <class .*Listening"),
    "coroutine method": (lambda: with_member("helper", later), r"Faulty\.helper is a function: charts hold no code"),
    "method": (lambda: with_member("helper", anything), r"Faulty\.helper is a function: charts hold no code"),
    "property": (lambda: with_member("helper", property(anything)), r"Faulty\.helper is a property"),
    "own send": (lambda: with_member("send", anything), r"Faulty\.send is a function"),
    "mixed-in method": (mixed_in_code, r"Faulty\.helper is a function"),
    "unknown event in proposers": (
        lambda: with_member("proposers", {"go": frozenset({"agent"}), "gone": frozenset({"agent"})}),
        "Faulty.proposers names gone: no such event",
    ),
    "unknown proposer": (lambda: with_member("proposers", {"go": frozenset({"admin"})}), "propose go: expected"),
    "text for proposers": (lambda: with_member("proposers", {"go": "operator"}), "lets 'operator' propose go"),
    "nobody may propose": (lambda: with_member("proposers", {"go": frozenset()}), "propose go: expected"),
    "lax about unknown events": (
        flag("allow_event_without_transition", True),
        "allow_event_without_transition is True",
    ),
    "errors as events": (flag("catch_errors_as_events", True), "catch_errors_as_events is True"),
    "no atomic update": (flag("atomic_configuration_update", False), "atomic_configuration_update is False"),
    "no self entries": (flag("enable_self_transition_entries", False), "enable_self_transition_entries is False"),
    "mixed-in flag": (mixed_in, "allow_event_without_transition is True: Machine fixes it"),
}


@pytest.mark.parametrize(("make", "words"), FAULTY.values(), ids=FAULTY)
def test_a_chart_that_could_let_something_happen_unseen_is_refused(make: Callable[[], Any], words: str) -> None:
    """When the class is made, before any call."""
    with pytest.raises(ChartError, match=words):
        make()


def test_an_arrow_without_a_target_is_refused() -> None:
    """An event that goes nowhere would be accepted without a move."""
    with pytest.raises((ChartError, InvalidDefinition)):

        class Faulty(Machine):
            a, b = Sound.states()
            stay = a.to(None)
            go = a.to(b)


def test_what_the_faulty_charts_are_built_from_is_sound() -> None:
    """Otherwise each of them could be refused for something else."""
    for made in (arrow(), arrow(cond=allowed), arrow(cond=[allowed]), with_states(), with_event({}), with_history()):
        check_chart(made)
    check_chart(event_called("gone")())
    check_chart(with_member("note", 5))
    check_chart(Support)


def test_the_same_guard_may_stand_on_many_arrows() -> None:
    """Also on arrows that python-statemachine copies, one for each state."""

    class Anywhere(Machine):
        a = State(initial=True)
        b = State()
        over = State(final=True)
        go = a.to(b, cond=allowed) | b.to(a, cond=allowed)
        end = over.from_.any(cond=allowed)

    check_chart(Anywhere)


def test_a_class_that_only_fixes_more_is_a_machine() -> None:
    """An abstract base without states is checked for its flags alone."""

    class Base(Machine):
        proposers: ClassVar[Any] = {}

    class Sure(Base):
        a, b = Sound.states()
        go = a.to(b)

    check_chart(Sure)
    with pytest.raises(ChartError, match=r"Lax\.catch_errors_as_events is True"):

        class Lax(Machine):
            catch_errors_as_events = True
