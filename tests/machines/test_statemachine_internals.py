"""What we use of python-statemachine without its promise: when one of these changes, so must machines/."""

from importlib.metadata import version

from statemachine import StateChart
from statemachine.callbacks import CallbackGroup
from statemachine.event import Event
from statemachine.factory import StateMachineMetaclass
from statemachine.orderedset import OrderedSet

from interlock.guards.base import Guard
from interlock.machines.base import clear, engine, history_of, load, read, states_of, transitions_of
from machines.support import Support
from tests.machines.support_table import GUARDED, at


def arrow(source: str, event: str):  # type: ignore[no-untyped-def]
    return next(t for t in states_of(Support)[source].transitions if t.event == event)


def test_the_version_is_the_one_that_was_read() -> None:
    """pyproject pins it; a newer one is read first, then pinned here too."""
    assert version("python-statemachine") == "3.2.2"


def test_a_transitions_specs_hold_its_conditions_and_the_names_looked_for() -> None:
    """`interlock.machines.strict` reads group, func, is_convention and expected_value of each."""
    specs = list(arrow("billing", "refund")._specs)
    guards = [s.func for s in specs if s.group == CallbackGroup.COND]
    assert [g.name for g in guards] == list(GUARDED["refund"])
    assert all(isinstance(g, Guard) for g in guards)
    assert {s.expected_value for s in specs if s.group == CallbackGroup.COND} == {True}
    looked_for = {s.func for s in specs if s.is_convention}
    assert looked_for == {
        "before_transition",
        "on_transition",
        "before_refund",
        "on_refund",
        "after_refund",
        "after_transition",
    }


def test_a_states_and_the_charts_specs_hold_the_names_looked_for() -> None:
    """These are how a method becomes a callback unseen."""
    state = states_of(Support)["billing"]
    looked_for = {"on_enter_state", "on_enter_billing", "on_exit_state", "on_exit_billing"}
    assert {s.func for s in state._specs} == looked_for | {"on_invoke_state", "on_invoke_billing"}
    assert [s.func for s in Support._specs] == ["prepare_event"]
    assert Support._class_listeners == []


def test_arrows_tell_their_events_targets_and_kind() -> None:
    """An event is text, with a delay and an internal mark."""
    refund = arrow("billing", "refund")
    assert [t.id for t in refund.targets] == ["refunding"]
    (event,) = refund.events
    assert isinstance(event, Event)
    assert (str(event), event.delay, event.internal) == ("refund", 0, False)
    assert (refund.initial, refund.is_eventless, refund.source.id) == (False, False, "billing")
    begins = [t for t in states_of(Support)["desks"].transitions if t.initial]
    assert [(t.target.id, t.is_eventless) for t in begins] == [("greeting", True)]
    (before,) = history_of(Support)
    assert (before.id, before.is_history, before.parent.id) == ("before", True, "desks")
    assert before not in list(states_of(Support).values())
    assert all(t.source is not before for t in transitions_of(Support))


def test_a_configuration_and_history_can_be_put_into_a_machine_object() -> None:
    """Both by plain assignment, states by their own objects; `load` and `read` are each other's inverse."""
    chart = engine(Support)
    assert isinstance(chart.history_values, dict)
    known = states_of(Support)
    chart.configuration = OrderedSet(known[name] for name in ("live", "desks", "billing"))
    assert list(chart.configuration_values) == ["live", "desks", "billing"]
    for state in ("person", "booking", "refunding", "greeting", "closed"):
        load(Support, chart, at(state))
        assert read(Support, chart, epoch=at(state).epoch) == at(state)


def test_what_a_history_state_remembers_is_kept_under_its_id() -> None:
    """As states that are or stand for the chart's own."""
    chart = engine(Support)
    load(Support, chart, at("triage"))
    chart.send("escalate", facts=None, proposal=None, answers={"disclosure_told": True})
    assert {h: [s.id for s in states] for h, states in chart.history_values.items()} == {"before": ["triage"]}


def test_an_end_is_told_and_the_metaclass_is_the_one_we_extend() -> None:
    """`is_terminated` is what keeps an ended object from being used again."""
    chart = engine(Support)
    assert chart.is_terminated is False
    chart.send("caller_left", facts=None, proposal=None, answers={})
    assert chart.is_terminated is True
    assert type(StateChart) is StateMachineMetaclass


def test_no_other_engine_is_ever_chosen() -> None:
    """With a coroutine anywhere it would be the asynchronous one."""
    assert type(engine(Support)._engine).__name__ == "SyncEngine"


def test_what_waits_in_a_machine_object_can_be_cleared() -> None:
    """`clear` empties both queues; without it, what a refusal left behind runs on the next send."""
    chart = engine(Support)
    chart._put_nonblocking(chart.caller_left.build_trigger(machine=chart))
    assert not chart._engine.external_queue.is_empty()
    clear(chart)
    assert chart._engine.external_queue.is_empty()
    assert chart._engine.internal_queue.is_empty()
    load(Support, chart, at("refunding"))
    chart.send("refund_paid", facts=None, proposal=None, answers={})
    assert read(Support, chart, epoch=0).state == "billing"
