"""A drawing says all that a chart does, in words, and is the same on each run."""

import re
from xml.etree import ElementTree

import pytest
from statemachine import State

from agents.support import SUPPORT
from interlock.agents.desks import Farewell, LiveDesk
from interlock.agents.flow import Flow
from interlock.app.draw import draw, stale, write
from interlock.app.draw.arrows import arrows_of, drawn, from_anywhere, joined
from interlock.app.draw.picture import mermaid, svg
from interlock.app.draw.words import class_words, event_words, guard_words, listed, promise_words, who_words
from interlock.guards.base import guard
from interlock.guards.facts import Facts
from interlock.machines.base import ANYBODY, Machine, states_of, transitions_of
from interlock.machines.promises import never, reachable
from machines.support import Support

pytestmark = pytest.mark.slow


@guard("Pay first.")
def paid(facts, proposal):
    """The caller paid | in "full"."""
    return False


class Odd(Machine):
    hello = State('The "first" [desk] | *one*', initial=True)
    closed = State("Closed", final=True)
    pay_now = hello.to(closed, cond=paid)
    promises = (never("closed").before("pay_now"), reachable("closed", from_="hello"))


class HelloDesk(LiveDesk):
    """Takes money | gives change."""


ODD = Flow("odd", "An odd call", "Names with\nmarks.", Odd, Facts, {"hello": HelloDesk, "closed": Farewell})


@pytest.fixture(scope="module")
def drawing():
    return draw(SUPPORT)


def rows(markdown, heading):
    """The rows of the table under a heading, head left out."""
    table = markdown.split(f"## {heading}\n\n")[1].split("\n\n")[0]
    return [tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]) for line in table.splitlines()[2:]]


def shown(picture):
    """The words of an SVG, marks and line breaks left out."""
    labels = ElementTree.fromstring(picture).iter("{http://www.w3.org/1999/xhtml}p")
    return " ".join(" ".join(label.itertext()) for label in labels)


# Words


def test_ids_become_words():
    """As product would say them."""
    assert event_words("route_to_billing") == "Route to billing"
    assert class_words(HelloDesk) == "Hello desk"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a"], "or") == "a"
    assert who_words(ANYBODY) == "the agent, our systems, an operator"


def test_a_guard_reads_on_after_an_if():
    """The first paragraph of its docstring, without capital and full stop."""

    @guard("Wait.")
    def patient(facts, proposal):
        """The caller
        waited.

        How long is a matter of taste.
        """
        return False

    @guard("Wait.")
    def allowed(facts, proposal):
        """GDPR allows it."""
        return False

    assert guard_words(patient) == "the caller waited"
    assert guard_words(allowed) == "GDPR allows it"


@pytest.mark.parametrize(
    ("promise", "words"),
    [
        (Support.promises[0], "Never “Billing desk” before the caller proved who they are."),
        (never("refund").before("triage"), "Never “Refund” before “Triage”."),
        (reachable("person"), "From everywhere, there is a way to “Waiting for a person”."),
        (reachable("closed", from_="triage"), "From “Triage”, there is a way to “Goodbye”."),
    ],
)
def test_a_promise_is_a_sentence(promise, words):
    """States by their titles, events in words."""
    assert promise_words(Support, promise) == words


# What is drawn


def test_what_a_compound_state_says_is_not_drawn_as_arrows():
    """Escalation, goodbye, silence and hanging up are in the note; an inner exception to one is still an arrow."""
    steps = {(s.sources[0].id, e, s.target.id) for s in joined(drawn(arrows_of(Support))) for e in s.events}
    assert not {e for _, e, _ in steps} & {"escalate", "take_over", "say_goodbye", "caller_silent", "caller_left"}
    assert {s for s in steps if s[1] in ("handoff_failed", "refused_thrice")} == {
        ("person", "handoff_failed", "closed"),
        ("person", "refused_thrice", "closed"),
        ("offer", "refused_thrice", "person"),
    }


def test_the_note_joins_what_holds_at_the_same_places():
    """One line for events of one target and guards, places listed with the compound state first."""
    notes = from_anywhere(Support, arrows_of(Support))
    told = "the caller was told the disclosure"
    nothing_open = "the caller neither objects to hanging up nor asks anything"
    everywhere = ["desks", "refunding", "offer", "booking"]
    assert sorted((([s.id for s in n.sources], n.events, n.target.id, n.only_if) for n in notes), key=str) == sorted(
        [
            (["live"], ("say_goodbye",), "closed", (told, nothing_open)),
            (["live"], ("caller_left",), "closed", ()),
            (["live"], ("caller_silent",), "closed", ("the caller stayed silent twice in a row",)),
            (["live"], ("handoff_failed",), "person", ()),
            (["desks"], ("refused_thrice",), "offer", ()),
            (everywhere, ("escalate",), "person", (told,)),
            (everywhere, ("take_over",), "person", ()),
        ],
        key=str,
    )


def test_every_arrow_of_the_chart_is_drawn_or_in_the_note_once():
    """Nothing is lost in the joining."""
    arrows = arrows_of(Support)
    told = [
        (source, event, only_if)
        for its in (*joined(drawn(arrows)), *from_anywhere(Support, arrows))
        for source in its.sources
        for event in its.events
        for only_if in [its.only_if]
    ]
    assert sorted((s.id, e, c) for s, e, c in told) == sorted((a.source.id, a.event, a.only_if) for a in arrows)
    assert len(arrows) == sum(len(list(t.events)) for t in transitions_of(Support))


def test_arrows_of_one_event_meet_in_one_box():
    """`resolve` is one box with three arrows in and one out; two outcomes of one work share a box, dotted."""
    text = mermaid(SUPPORT)
    (box,) = re.findall(r"(e_\d+)\[\"`\*\*Resolve\*\*`\"\]", text)
    assert re.findall(rf"(\w+) --> {box}$", text, re.M) == ["s_triage", "s_technical", "s_billing"]
    assert re.findall(rf"^{box} --> (\w+)$", text, re.M) == ["s_resolved"]
    (box,) = re.findall(r"(e_\d+)\[\"`\*Refund paid\*<br/>\*Refund failed\*`\"\]", text)
    assert f"s_refunding -.-> {box}\n{box} -.-> s_before\n" in text


# The page and the picture


def test_the_picture_shows_every_state_event_and_guard_in_words(drawing):
    """No id of the chart is left in it."""
    words = shown(drawing.svg)
    for state in states_of(Support).values():
        assert state.name in words or state.id == "live"
    for arrow in arrows_of(Support):
        assert event_words(arrow.event) in words
        assert all(sentence in words for sentence in arrow.only_if)
    assert not re.search(r"\w_\w", words)


def test_the_page_has_a_row_for_every_transition(drawing):
    """From, what happens, to, only if, who may ask."""
    table = rows(drawing.markdown, "What can happen")
    assert len(table) == len(arrows_of(Support))
    assert (
        "Triage",
        "Route to technical",
        "Technical desk",
        "the caller said what the call is about",
        "the agent",
    ) in table
    assert ("Refund under way", "Refund paid", "↩ Where the caller was", "", "our systems") in table
    assert ("Anywhere in “Our desks”", "Take over", "Waiting for a person", "", "an operator") in table
    assert ("At any time", "Caller left", "Goodbye", "", "our systems") in table


def test_the_page_has_the_promises_and_the_cast(drawing):
    """Every promise a sentence, every state a voice."""
    assert "\n- Never “Refund under way” before the order was found.\n" in drawing.markdown
    assert ("Technical desk", "Technical desk", "Helps with what does not work.") in rows(
        drawing.markdown, "Who speaks"
    )
    assert len(rows(drawing.markdown, "Who speaks")) == len(SUPPORT.cast)


def test_the_page_says_what_before_means(drawing):
    """A caller once verified may fail a second check, and be at the billing desk unverified: the promise holds."""
    (words,) = re.findall(r"“Before” a condition means: (.+?)\n\n## Who speaks", drawing.markdown, re.S)
    assert "seen to be true at least once in the call by then. It may have stopped" in " ".join(words.split())
    assert "“Before”" not in draw(ODD).markdown, "no promise of it is about a condition"


def test_the_words_of_the_page_hold_no_ids(drawing):
    """Outside the Mermaid text, a reader meets words only."""
    words = re.sub(r"```mermaid.*?```", "", drawing.markdown, flags=re.S)
    assert not re.findall(r"\b\w+_\w+\b", words)


def test_marks_in_names_reach_the_reader_as_they_are():
    """Quotes, brackets, bars and stars are neither Mermaid nor Markdown."""
    its = draw(ODD)
    assert 'The "first" [desk] | *one*' in shown(its.svg)
    assert rows(its.markdown, "What can happen") == [
        ('The "first" [desk] \\| *one*', "Pay now", "Closed", 'the caller paid \\| in "full"', "the agent")
    ]
    assert "Never “Closed” before “Pay now”." in its.markdown


def test_a_picture_is_the_same_on_each_run(drawing):
    """`--check` compares bytes."""
    assert svg(mermaid(SUPPORT)) == drawing.svg
    assert "background-color: white" in drawing.svg


def test_a_drawing_is_stale_when_missing_or_changed(tmp_path):
    """`stale` names the files that `write` would change."""
    folder = tmp_path / "diagrams"
    page, picture = str(folder / "odd.md"), str(folder / "odd.svg")
    assert stale(ODD, folder) == [page, picture]
    assert [str(path) for path in write(ODD, folder)] == [page, picture]
    assert stale(ODD, folder) == []
    (folder / "odd.md").write_text("something else")
    assert stale(ODD, folder) == [page]
