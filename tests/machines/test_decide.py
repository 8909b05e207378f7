"""`decide` on its own: pure, total, and never left with anything from the proposal before."""

import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from statemachine import HistoryState, State

from interlock.guards.base import Proposal, guard
from interlock.guards.facts import Facts, established
from interlock.machines import decide as module
from interlock.machines.base import Machine, Snapshot, initial, states_of
from interlock.machines.decide import Verdict, decide
from machines.support import Support
from tests.machines.support_table import ARGS, CONTENT, LEGAL, STATES, ask, at, through_json


class Answers(Facts):
    """What each guard answers: this very value, or what the function of that name in `DOES` returns."""

    first: bool | int | str | None = established(True)
    second: bool | int | str | None = established(True)
    outer: bool | int | str | None = established(True)


def raising() -> Any:
    raise RuntimeError("Ann Smith")


async def disguised() -> bool:
    return True


DOES: dict[Any, Callable[[], Any]] = {"raising": raising, "disguised": disguised}
ASKED: list[str] = []


def answering(name: str) -> Callable[[Facts, Proposal], Any]:
    def answer(facts: Facts, proposal: Proposal) -> Any:
        ASKED.append(name)
        value = getattr(facts, name)
        return DOES[value]() if value in DOES else value

    return answer


ask_first, ask_second, ask_outer = answering("first"), answering("second"), answering("outer")


@guard("Not first.", say="First?")
def first(facts: Answers, proposal: Proposal) -> bool:
    """The first holds."""
    return ask_first(facts, proposal)  # type: ignore[no-any-return]


@guard("Not second.", say="Second?")
def second(facts: Answers, proposal: Proposal) -> bool:
    """The second holds."""
    return ask_second(facts, proposal)  # type: ignore[no-any-return]


@guard("Not outer.", say="Outer?")
def outer(facts: Answers, proposal: Proposal) -> bool:
    """The outer one holds."""
    return ask_outer(facts, proposal)  # type: ignore[no-any-return]


class Fork(Machine):
    """Three arrows for one event: two from the state, one from around it, sharing a guard."""

    class inside(State.Compound):
        start = State(initial=True)
        left = State()
        right = State()
        go = start.to(left, cond=[first, second]) | start.to(right, cond=second)
        _joined = left.to(start) | right.to(start)

    outside = State(final=True)
    go = inside.to(outside, cond=outer)


START = initial(Fork)


def fork(**answers: Any) -> Verdict:
    ASKED.clear()
    return decide(Fork, START, Proposal("go"), Answers(**answers))


@pytest.mark.parametrize(
    ("held", "target"),
    [
        ((True, True, True), "left"),
        ((True, True, False), "left"),
        ((False, True, True), "right"),
        ((False, True, False), "right"),
        ((True, False, True), "outside"),
        ((False, False, True), "outside"),
        ((True, False, False), None),
        ((False, False, False), None),
    ],
)
def test_the_first_arrow_whose_guards_all_hold_is_taken(held: tuple[bool, bool, bool], target: str | None) -> None:
    """Inner before outer, in the order of the file; every guard of every candidate asked once and told."""
    verdict = fork(first=held[0], second=held[1], outer=held[2])
    assert (verdict.after.state if verdict.accepted else None) == target
    assert ASKED == ["first", "second", "outer"], "each once, for the explanation and the engine together"
    assert [(g.name, g.held) for g in verdict.guards] == list(zip(("first", "second", "outer"), held, strict=True))


def test_a_refusal_names_the_first_false_guard_of_the_first_arrow() -> None:
    """That is the one whose reason the model is told."""
    assert fork(first=False, second=False, outer=False).refused_by == "first"
    verdict = fork(first=True, second=False, outer=False)
    assert (verdict.refused_by, verdict.reason, verdict.say) == ("second", "Not second.", "Second?")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("raising", "raised RuntimeError"),
        ("disguised", "returned coroutine, expected bool"),
        ("yes", "returned str, expected bool"),
        (1, "returned int, expected bool"),
        (None, "returned NoneType, expected bool"),
    ],
    ids=["fault 44", "fault 46", "fault 45 text", "fault 45 number", "fault 45 nothing"],
)
@pytest.mark.parametrize("name", ["first", "second", "outer"])
def test_one_broken_guard_among_the_candidates_refuses_all(name: str, answer: Any, error: str) -> None:
    """Even when another arrow is open: what cannot be checked is not decided. Nothing changed, nothing warned."""
    verdict = fork(**{name: answer})
    assert (verdict.kind, verdict.refused_by) == ("guard_error", name)
    assert verdict.before == verdict.after == START
    assert [g.error for g in verdict.guards if g.error] == [error]
    assert "Ann" not in repr(verdict)
    gc.collect(1)


def test_facts_of_another_flow_are_a_guard_error() -> None:
    """A guard that finds no such fact holds nothing open."""
    verdict = decide(Fork, START, Proposal("go"), Facts())
    assert verdict.kind == "guard_error"


@pytest.mark.parametrize("change", [{"machine": "Fork"}, {"version": 2}, {"machine": "support"}])
def test_a_snapshot_of_another_chart_or_version_is_not_judged(change: dict[str, Any]) -> None:
    """Equal names of states mean nothing in another chart: not even a refusal is given."""
    for event in ("begin_triage", "nonsense"):
        with pytest.raises(KeyError, match="expected Support version 1"):
            ask(replace(at("greeting"), **change), event)


@pytest.mark.parametrize("state", STATES)
def test_a_snapshot_comes_back_from_json_the_same(state: str) -> None:
    """And the same is decided from it."""
    here = at(state)
    back = Snapshot.from_json(through_json(here.to_json()))
    assert back == here
    for event, by in {(e, b) for s, e, b in LEGAL if s == state}:
        assert ask(back, event, by) == ask(here, event, by)


@pytest.mark.parametrize("part", ["machine", "version", "configuration", "history", "epoch"])
def test_a_snapshot_with_a_part_missing_is_refused_by_name(part: str) -> None:
    """A torn record is not guessed at."""
    torn = at("person").to_json()
    del torn[part]
    with pytest.raises(KeyError, match=part):
        Snapshot.from_json(torn)


def test_a_decision_changes_nothing_it_was_given() -> None:
    """The same question twice has the same answer."""
    before = at("billing")
    kept, args = through_json(before.to_json()), dict(ARGS)
    proposal = Proposal("refund", args, "agent", before.epoch)
    assert decide(Support, before, proposal, CONTENT) == decide(Support, before, proposal, CONTENT)
    assert through_json(before.to_json()) == kept
    assert (proposal.args, args) == (ARGS, ARGS)


def everything() -> list[tuple[Snapshot, str, Any, Any]]:
    """Every legal question with guards content and not, in an order that mixes acceptances, refusals and goodbyes."""
    plain: list[tuple[Snapshot, str, Any, Any]] = [(at(s), e, b, a) for s, e, b in LEGAL for a in (ARGS, {})]
    return [q for pair in zip(plain, reversed(plain), strict=True) for q in pair]


def put(question: tuple[Snapshot, str, Any, Any]) -> Verdict:
    snapshot, event, by, args = question
    return ask(snapshot, event, by, args=args)


def put_afresh(question: tuple[Snapshot, str, Any, Any]) -> Verdict:
    module._spare(Support).clear()
    return put(question)


def test_no_decision_leaves_anything_for_the_next() -> None:
    """Each verdict is what a machine object never used before gives: a refusal's queued event runs nowhere else."""
    questions = everything()
    used = [put(q) for q in questions]
    assert used == [put_afresh(q) for q in questions]
    assert {v.kind for v in used} == {"accepted", "guard_error", "guard_false"}


def test_only_clean_machine_objects_are_used_again() -> None:
    """None that ended, none with an event in its queues: one that refused is cleared first."""
    billing = at("billing")
    module._spare(Support).clear()
    for question in everything():
        put(question)
    spare = module._spare(Support)
    assert len(spare) == 1
    assert not spare[0].is_terminated
    kept = spare[0]
    waits = kept._engine.external_queue
    kept._engine.put = lambda trigger, internal=False: (waits.put(trigger), waits.put(trigger))
    assert ask(billing, "refund", args={"amount_cents": 9999}).kind == "guard_false"
    assert module._spare(Support) == [kept]
    assert kept._engine.external_queue.is_empty()
    assert kept._engine.internal_queue.is_empty()
    del kept._engine.put
    assert ask(billing, "say_goodbye").accepted
    assert module._spare(Support) == []


@pytest.mark.slow
def test_decisions_in_many_threads_at_once_are_the_decisions_alone() -> None:
    """No machine object is shared between two decisions."""
    questions = everything() * 3
    alone = [put(q) for q in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(put, questions)) == alone


def test_a_wrong_explanation_is_an_error_and_not_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should python-statemachine ever move where the explanation did not say, nothing is accepted."""
    elsewhere = at("closed")
    monkeypatch.setattr(module, "_send", lambda *_: elsewhere)
    with pytest.raises(AssertionError, match="the chart and its explanation differ"):
        ask(at("greeting"), "begin_triage")
    monkeypatch.setattr(module, "_send", lambda *_: None)
    with pytest.raises(AssertionError, match="the chart and its explanation differ"):
        ask(at("greeting"), "begin_triage")
    monkeypatch.setattr(module, "_send", lambda *_: at("triage"))
    with pytest.raises(AssertionError, match="the chart and its explanation differ"):
        ask(at("greeting"), "begin_triage", facts=type(CONTENT)())


def test_a_history_with_nothing_to_return_to_is_an_error_and_not_an_empty_call() -> None:
    """python-statemachine would accept it and be nowhere; `interlock check` finds such a chart."""

    class Lost(Machine):
        first = State(initial=True)

        class desks(State.Compound):
            one = State(initial=True)
            two = State()
            back = HistoryState()
            swap = one.to(two) | two.to(one)

        over = State(final=True)
        enter = first.to(desks.back)
        end = desks.to(over)

    with pytest.raises(AssertionError, match="enter: the chart and its explanation differ"):
        decide(Lost, initial(Lost), Proposal("enter"), Facts())


def test_a_call_that_ends_inside_a_compound_state_is_not_over() -> None:
    """Only a final state at the top ends a call; python-statemachine's own done event moves nothing."""

    class Nested(Machine):
        class task(State.Compound):
            doing = State(initial=True)
            done = State(final=True)
            finish = doing.to(done)

        over = State(final=True)
        leave = task.to(over)

    done = decide(Nested, initial(Nested), Proposal("finish"), Facts()).after
    assert done.configuration == ("task", "done")
    assert decide(Nested, done, Proposal("finish", seen_epoch=1), Facts()).kind == "not_from_here"
    assert decide(Nested, done, Proposal("leave", seen_epoch=1), Facts()).after.state == "over"


def test_every_verdict_ends_in_one_innermost_state() -> None:
    """With all its compound states around it, outermost first."""
    for state, event, by in LEGAL:
        after = ask(at(state), event, by).after
        inner = states_of(Support)[after.state]
        assert after.configuration == tuple(s.id for s in reversed([inner, *inner.ancestors()]))
        assert not inner.states
