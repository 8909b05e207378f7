"""Random dialogues: whatever is said, cut off and proposed, one yes does one thing, and only what it was a yes to."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.agents.speech.asking import Asked, Asking, Said, Subject
from interlock.guards.answers import AGREED

ACTS = ("refund", "pay back")
AMOUNTS = (10, 20)
YES, NO = (
    ("Yes.", "yes please", "go ahead", "That is right, do it."),
    ("No.", "No, wait.", "Do not do that.", "not now"),
)
ASKING = ("Did you do it?", "how much is that", "Is that all right?")
ELSE = ("My cat is grey.", "Hm.", "Order 1042.", "the blue one")
REQUESTS = ("Please refund it.", "I want a refund.", "can you refund that please")
OTHER_LINES = ("Is there anything else?", "Shall I spell that for you?", "One moment.", "The router is grey.")

said = st.sampled_from([*YES, *YES, *NO, *ASKING, *ELSE, *REQUESTS])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(AMOUNTS), st.booleans()),  # told to its end, or cut off
        st.tuples(st.just("line"), st.sampled_from(OTHER_LINES), st.booleans()),
        st.tuples(st.just("caller"), said, st.booleans()),  # over a line that is not over yet, or after it
        st.tuples(st.just("propose"), st.sampled_from(AMOUNTS), st.just(True)),
        st.tuples(st.just("moves on"), st.none(), st.just(True)),
    ),
    min_size=3,
    max_size=14,
)


@dataclass
class Context:
    """Where a call's questions are noted."""

    noted: list[Any] = field(default_factory=list)

    def spawn(self, entry: Any) -> None:
        self.noted.append(entry)

    def record_if_possible(self, *entries: Any) -> Any:
        return entries


def asked_for(amount: int) -> Asked:
    return Asked(Subject.of("refund", {"amount": amount}), f"Shall I pay {amount} back?", "removal", ACTS)


@dataclass
class Dialogue:
    """The same call, told by a much simpler rule: what was told last, and the caller's last words."""

    asking: Asking
    told: int | None = None
    agreed: int | None = None
    words: Said = field(default_factory=Said)
    turn: int = 0
    done: list[tuple[int, str, str]] = field(default_factory=list)

    def ask(self, amount: int, to_its_end: bool) -> None:
        if to_its_end:
            self.asking.put(asked_for(amount))
            self.told = amount

    def line(self, words: str, to_its_end: bool) -> None:
        if to_its_end:
            self.asking.told(words)
            self.told = None if words.endswith("?") else self.told

    def caller(self, words: str, after_it: bool) -> None:
        self.turn += 1
        self.words = Said(words, words if after_it else "", f"message {self.turn}")
        self.asking.heard(self.words)
        if words in YES and after_it and self.told is not None:
            self.agreed = self.told
        elif words in NO or words in ASKING:
            self.agreed = None

    def propose(self, amount: int) -> None:
        stands = self.asking.consent(asked_for(amount).subject, "removal", ACTS, self.words, by_value=False)
        if stands not in AGREED:
            return
        self.done.append((amount, stands, self.words.message))
        if stands == "agreed":
            assert self.agreed == amount, f"{amount} was done, agreed to was {self.agreed}"
        else:
            assert self.words.words in REQUESTS
        self.asking.use_up(self.words)
        self.agreed = self.told = None

    def moves_on(self) -> None:
        self.asking.moved_on(tuple)
        self.told = self.agreed = None


def play(steps: list[tuple[str, Any, bool]]) -> Dialogue:
    dialogue = Dialogue(Asking(Context()))  # type: ignore[arg-type]
    for what, its, whole in steps:
        if what == "ask":
            dialogue.ask(its, whole)
        elif what == "line":
            dialogue.line(its, whole)
        elif what == "caller":
            dialogue.caller(its, whole)
        elif what == "propose":
            dialogue.propose(its)
        else:
            dialogue.moves_on()
    messages = [message for _, _, message in dialogue.done]
    assert len(messages) == len(set(messages)), "something else was done on the same words"
    return dialogue


@given(steps=steps)
@settings(max_examples=300, deadline=None)
def test_one_yes_does_one_thing_and_only_that(steps: list[tuple[str, Any, bool]]) -> None:
    """Lines cut off anywhere, words over them, questions in between, requests, proposals at the wrong moment."""
    play(steps)


@pytest.mark.slow
@given(steps=steps)
@settings(max_examples=5_000, deadline=None)
def test_one_yes_does_one_thing_in_five_thousand_dialogues(steps: list[tuple[str, Any, bool]]) -> None:
    """The same, at length."""
    play(steps)
