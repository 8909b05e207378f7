"""What can be wrong with what is asked, answered and told in a flow: each taken out of one of ours."""

import ast
import inspect
import sys
from dataclasses import replace
from types import ModuleType
from typing import Annotated, Any, ClassVar

import pytest
from statemachine import State

from agents.service.desks import EmergencyDesk, SafetyDesk
from agents.support.desks import BillingDesk, SupportDesk
from interlock.agents import Answer, Desk, Slot, proposes
from interlock.agents.effects import effect
from interlock.agents.flow import Flow
from interlock.app.check import Finding, check
from interlock.app.check.evidence import names_read
from interlock.app.check.paths import explore
from interlock.app.check.untold import untold_findings
from interlock.app.project import FLOWS
from interlock.guards.base import guard
from interlock.machines.base import Machine
from tests.app.check_parts import CAST, PERSON, ROOT, SENDING, Clerk, Sound, flow, send_it, text_at

pytestmark = pytest.mark.slow  # each entry of each flow taken out

SERVICE, SUPPORT = FLOWS["service"], FLOWS["support"]


@pytest.fixture(autouse=True)
def from_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


class WithoutEntry(ast.NodeTransformer):
    """Takes one entry out of what a chart declares."""

    def __init__(self, declaration: str, key: str) -> None:
        self.declaration, self.key = declaration, key

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        """`needs_yes: ClassVar = {...}`."""
        if isinstance(node.target, ast.Name) and node.target.id == self.declaration:
            assert isinstance(node.value, ast.Dict)
            kept = [(k, v) for k, v in zip(node.value.keys, node.value.values, strict=True) if k.value != self.key]
            assert len(kept) < len(node.value.keys)
            node.value.keys, node.value.values = [k for k, _ in kept], [v for _, v in kept]
        return node


def without(its: Flow, declaration: str, key: str) -> Flow:
    """The flow over a chart made anew without that entry; promises of it left out, which would be found as well."""
    module = sys.modules[its.machine.__module__]
    tree = WithoutEntry(declaration, key).visit(ast.parse(inspect.getsource(module)))
    again = ModuleType(module.__name__)
    exec(compile(ast.fix_missing_locations(tree), str(module.__file__), "exec"), again.__dict__)
    return replace(its, machine=getattr(again, its.machine.__name__))


def found(its: Flow, code: str) -> list[Finding]:
    return [finding for finding in check(its) if finding.code == code]


DECLARED = [
    pytest.param(its, declaration, event, id=f"{name}-{declaration}-{event}")
    for name, its in FLOWS.items()
    for declaration in ("needs_yes", "harmless")
    for event in getattr(its.machine, declaration)
    if event != "book_callback"
]


@pytest.mark.parametrize(("its", "declaration", "event"), DECLARED)
def test_a_declaration_taken_out_of_a_flow_is_found(its: Flow, declaration: str, event: str) -> None:
    """Whatever begins work has its yes or its reason, and a guard of a yes has something to listen for."""
    findings = check(without(its, declaration, event))
    about = [f for f in findings if f.code in ("effect_without_yes", "yes_taken_as_given", "unproven_promise")]
    assert [f for f in about if event in f.text or event in f.path], findings


def test_a_call_that_moves_money_without_a_yes_is_shown() -> None:
    """The way to it, and what to declare."""
    (finding,) = found(without(SUPPORT, "needs_yes", "refund"), "effect_without_yes")
    assert finding.path == ("begin_triage", "route_to_billing", "refund")
    assert finding.text.startswith("refund begins the work of refunding, and no yes of the caller's stands before it")


class Unasked(Sound):
    harmless: ClassVar = {}


class Unreasoned(Sound):
    harmless: ClassVar = {"post": " "}


@pytest.mark.parametrize("machine", [Unasked, Unreasoned])
def test_work_that_nothing_is_said_of_is_found(machine: type[Machine]) -> None:
    """In any chart, at the line of the arrow; a reason is words."""
    (finding,) = check(flow(machine))
    assert finding.code == "effect_without_yes"
    assert text_at(finding.where) == "post = desks.desk.to(sending)"
    assert finding.path == ("go", "post")


class HarmlessToo(Sound):
    harmless: ClassVar = {"post": "it only writes a letter", "go": "it is only a step", "sent": "it is over"}


def test_a_reason_for_what_begins_no_work_is_found() -> None:
    """It would hide work that the event begins one day."""
    findings = check(flow(HarmlessToo))
    assert [f.text.split(",")[0] for f in findings] == [
        "harmless of HarmlessToo names go",
        "harmless of HarmlessToo names sent",
    ]
    assert {f.code for f in findings} == {"harmless_for_nothing"}


def test_a_yes_that_no_desk_can_ask_for_is_found() -> None:
    """A question nobody words is never told, and so never answered."""

    class Careless(SupportDesk):
        @proposes("refund me", "pay it back", "my money")
        def refund(self) -> None:
            """Pay it back."""

    assert not found(SUPPORT, "yes_nobody_asks_for")
    (finding,) = found(replace(SUPPORT, cast={**SUPPORT.cast, "billing": Careless}), "yes_nobody_asks_for")
    assert "Careless proposes refund, which needs a yes, and lacks the method ask_refund" in finding.text
    assert "consent=Consent(...)" in finding.text


class Silent(BillingDesk):
    def opening(self) -> str:
        """Nothing, after a refund."""
        return "" if self.event == "refund_paid" else super().opening()


class Forgetful(BillingDesk):
    OPENINGS: ClassVar = {}

    def opening(self) -> str:
        """The greeting, whatever happened."""
        return self.OPENING


class Droppable(BillingDesk):
    def _kind(self, resuming: bool) -> Any:
        return "plain"


@pytest.mark.parametrize(
    ("agent", "event", "why"),
    [
        (Silent, "refund_paid", "Silent says nothing then"),
        (Forgetful, "refund_failed", "Forgetful says the same then as after route_to_billing"),
        (Droppable, "refund_paid", "Droppable says it as a plain line then"),
    ],
)
def test_an_outcome_nobody_is_told_is_found(agent: type[Desk], event: str, why: str) -> None:
    """No words for it, those of any caller who comes in, or words that a caller who speaks does not hear."""
    findings = found(replace(SUPPORT, cast={**SUPPORT.cast, "billing": agent}), "outcome_untold")
    texts = [f.text for f in findings if f"when {event} leads to billing" in f.text]
    assert len(texts) == 1
    assert why in texts[0]
    assert text_at(findings[0].where) == f"class {agent.__name__}(BillingDesk):"


OUTCOMES = [
    pytest.param(its, state, event, id=f"{name}-{state}-{event}")
    for name, its in FLOWS.items()
    for state, agent in its.cast.items()
    for event in agent.OPENINGS
    if agent.opening is Desk.opening and event.startswith(("callback_", "refund_", "not_connected", "number_listed"))
    if state in ("person", "technical", "billing", "closed")
    if name != "helpdesk"
]
"""The words of one outcome, at desks that are entered in another way as well."""


@pytest.mark.parametrize(("its", "state", "event"), OUTCOMES)
def test_the_words_for_an_outcome_taken_out_of_a_desk_are_missed(its: Flow, state: str, event: str) -> None:
    """What is left are the words for whoever comes in, which tell nobody what came of it."""
    agent = its.cast[state]
    left = {name: words for name, words in agent.OPENINGS.items() if name != event}
    less = type("Less", (agent,), {"OPENINGS": left, "__module__": __name__})
    texts = [f.text for f in untold_findings(replace(its, cast={**its.cast, state: less}), explore(its.machine))]
    assert [text for text in texts if f"when {event} leads to {state}: Less says" in text]


def test_what_is_noted_of_facts_is_told() -> None:
    """An outcome worded of what our systems found is none without words, though nothing is known before a call."""
    for its in FLOWS.values():
        assert not found(its, "outcome_untold")


@guard("Ask them.")
def caller_fine(facts: Any, proposal: Any) -> bool:
    """The caller said that it smells of nothing."""
    return proposal.args.get("smell") is False


@guard("Ask them.")
def caller_fine_by_detour(facts: Any, proposal: Any) -> bool:
    """The caller is fine."""
    return _smells(proposal) is False


@guard("Ask for less.")
def little(facts: Any, proposal: Any) -> bool:
    """The amount is small."""
    return bool(proposal.args["smell"])


def _smells(proposal: Any) -> Any:
    return {"smell": proposal.args["smell"]}["smell"]


def posted_if(asked: Any) -> type[Machine]:
    class Posting(Machine):
        class live(State.Compound):
            hello = State(initial=True)
            desk = State()
            sending = State()
            person = State()
            go = hello.to(desk)
            post = desk.to(sending, cond=asked)
            sent = sending.to(desk)
            not_sent = sending.to(person)
            escalate = hello.to(person) | desk.to(person) | sending.to(person)

        closed = State(final=True)
        say_goodbye = live.to(closed)
        caller_silent = live.to(closed)
        proposers = SENDING
        promises = (PERSON,)
        harmless: ClassVar = {"post": "it only writes a letter"}

    return Posting


class Told(Clerk):
    @proposes("send", "send it", "post")
    def post(self, smell: Annotated[bool, Slot("whether it smells", ask="Does it smell?", kind="yes_no")]) -> None:
        """Send it."""


class Heard(Clerk):
    @proposes("send", "send it", "post")
    def post(self, smell: Annotated[str, Answer("danger")]) -> None:
        """Send it."""


@pytest.mark.parametrize("asked", [caller_fine, caller_fine_by_detour])
def test_a_guard_about_the_caller_that_a_model_can_satisfy_is_found(asked: Any) -> None:
    """At the guard, read there or in a function that it calls."""
    (finding,) = found(flow(posted_if(asked), {**CAST, "desk": Told}), "guard_fed_by_argument")
    assert finding.text.startswith(
        f"“{asked.sentence}” is asked of post by {asked.name}, which reads the argument smell"
    )
    assert text_at(finding.where).startswith('@guard("Ask them.")')


@pytest.mark.parametrize(("asked", "desk"), [(caller_fine, Heard), (little, Told)])
def test_an_argument_of_our_ears_or_a_sentence_about_no_caller_is_sound(asked: Any, desk: type) -> None:
    """What our judge filled in is the caller's; an amount may be too large whoever gave it."""
    assert not found(flow(posted_if(asked), {**CAST, "desk": desk}), "guard_fed_by_argument")


def test_a_model_asked_for_what_the_caller_smells_is_found_in_the_repair_flow() -> None:
    """Its guard stands on the answer to the question; where it did on an argument, the check would say so."""

    class Trusting(SafetyDesk):
        @proposes("no smell", "I smell nothing", "no gas here")
        def rule_gas_out(
            self, consent: Annotated[str, Slot("whether they smell gas", ask="Do you smell gas?")]
        ) -> None:
            """Rule it out."""

    findings = found(replace(SERVICE, cast={**SERVICE.cast, "safety": Trusting}), "guard_fed_by_argument")
    assert {f.text.split(" by ")[1].split(",")[0] for f in findings} == {"gas_question_answered", "no_gas_smell"}


@guard("Wait.")
def of_facts(facts: Any, proposal: Any) -> bool:
    """Nothing is open."""
    return facts.last_refund != "unconfirmed"


def test_only_arguments_are_read_as_such() -> None:
    """A text in a guard that reads facts alone names no argument."""
    assert "smell" in names_read(caller_fine_by_detour)
    assert not names_read(of_facts)


class Interruptible(EmergencyDesk):
    UNBROKEN = False


class Wordless(EmergencyDesk):
    OPENING = ""


class Softened(EmergencyDesk):
    def _kind(self, resuming: bool) -> Any:
        return "owed"


@pytest.mark.parametrize(
    ("agent", "text"),
    [
        (Interruptible, "what is said in the state emergency can be cut off"),
        (Softened, "what is said in the state emergency can be cut off"),
        (Wordless, "Wordless says nothing in the state emergency"),
    ],
)
def test_a_warning_that_can_be_cut_off_is_found(agent: type[Desk], text: str) -> None:
    """The chart says where a caller must hear all of it."""
    (finding,) = found(replace(SERVICE, cast={**SERVICE.cast, "emergency": agent}), "safety_line_breakable")
    assert text in finding.text
    assert text_at(finding.where) == f"class {agent.__name__}(EmergencyDesk):"


class Nowhere(Sound):
    unbroken = ("cellar", "desks")


def test_a_warning_nowhere_is_found() -> None:
    """A state that is not there, or none in which a call is at rest."""
    its = flow(Nowhere, effects={"sending": effect(failed="not_sent")(send_it)})
    assert [f.text for f in found(its, "unbroken_for_nothing")] == [
        "unbroken of Nowhere names cellar: no such state",
        "unbroken of Nowhere names desks: a compound state, name those it holds",
    ]
