"""A drawing says all that a chart does, in words, and is the same on each run."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from statemachine import State

from agents.support import SUPPORT
from interlock.agents.desks import Farewell, LiveDesk
from interlock.agents.flow import Flow
from interlock.app.draw import draw, stale, write
from interlock.app.draw.arrows import arrows_of, drawn, from_many
from interlock.app.draw.words import class_words, event_words, guard_words, listed, promise_words, who_words
from interlock.guards.base import guard
from interlock.guards.facts import Facts
from interlock.machines.base import ANYBODY, Machine, states_of, transitions_of
from interlock.machines.promises import never, reachable
from machines.support import Support

SVG = "{http://www.w3.org/2000/svg}"


@guard("Pay first.")
def paid(facts, proposal):
    """The caller paid | in "full"."""
    return False


class Odd(Machine):
    hello = State('The "first" [desk] & | *one*', initial=True)
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
    """The words of an SVG that stand on it, as one text."""
    texts = ElementTree.fromstring(picture).iter(f"{SVG}text")
    return " ".join(" ".join("".join(text.itertext()).split()) for text in texts)


def told(picture):
    """What an SVG says when somebody points at it."""
    return " ".join(title.text for title in ElementTree.fromstring(picture).iter(f"{SVG}title"))


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


def test_what_holds_at_many_places_is_not_drawn_from_each():
    """Goodbye, silence and hanging up are chips, escalation one line from the frame; an exception to one is a line."""
    lines = {(a.source.id, a.event, a.target.id) for line in drawn(Support, arrows_of(Support)) for a in line}
    assert not {e for _, e, _ in lines} & {"say_goodbye", "caller_silent", "caller_left"}
    assert {line for line in lines if line[1] in ("escalate", "handoff_failed", "refused_thrice")} == {
        ("desks", "escalate", "person"),
        ("desks", "refused_thrice", "offer"),
        ("person", "handoff_failed", "closed"),
        ("person", "refused_thrice", "closed"),
        ("offer", "refused_thrice", "person"),
    }


def test_chips_say_what_holds_at_the_same_places():
    """What holds at any time comes first; then what single places have as the frame has it."""
    shared = from_many(Support, arrows_of(Support))
    assert [([s.id for s in each.sources], sorted(its[0].event for its in each.arrows)) for each in shared] == [
        (["live"], ["caller_left", "caller_silent", "handoff_failed", "say_goodbye"]),
        (["refunding", "offer", "booking"], ["escalate", "take_over"]),
        (["offer", "person"], ["caller_changed"]),
    ]


def test_every_arrow_of_the_chart_is_a_line_or_a_chip_once():
    """Nothing is lost in the joining."""
    arrows = arrows_of(Support)
    lines = [arrow for line in drawn(Support, arrows) for arrow in line]
    chips = [arrow for each in from_many(Support, arrows) for its in each.arrows for arrow in its]
    assert sorted(map(id, lines + chips)) == sorted(map(id, arrows))
    assert len(arrows) == sum(len(list(t.events)) for t in transitions_of(Support))


def test_events_that_need_the_same_share_a_line():
    """Two outcomes of one work; not two events with other guards, or asked for by others."""
    lines = [[arrow.event for arrow in line] for line in drawn(Support, arrows_of(Support))]
    assert ["refund_paid", "refund_failed"] in lines
    assert [line for line in lines if line[0] in ("escalate", "take_over")] == [["escalate"], ["take_over"]]


# The page and the picture


def test_the_picture_shows_every_state_and_event_in_words(drawing):
    """No id of the chart is left in it; the guards are told to who points at a label."""
    words = shown(drawing.svg)
    for state in states_of(Support).values():
        assert state.name in words or state.id == "live"
    for arrow in arrows_of(Support):
        assert event_words(arrow.event) in words
        assert all(sentence in told(drawing.svg) for sentence in arrow.only_if)
    assert not re.search(r"\w_\w", words)


def test_a_label_says_how_much_must_be_true_and_whether_a_yes_is_needed(drawing):
    """The sentences are in the page beside it."""
    words = shown(drawing.svg)
    assert "Refund 8 conditions with the caller's yes" in words
    assert "Route to technical 1 condition" in words
    assert "Say goodbye → Goodbye 2 conditions" in words


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
    """A reader meets words only."""
    assert not re.findall(r"\b\w+_\w+\b", drawing.markdown)


def test_marks_in_names_reach_the_reader_as_they_are():
    """Quotes, brackets, bars and stars are neither SVG nor Markdown."""
    its = draw(ODD)
    assert 'The "first" [desk] & | *one*' in shown(its.svg)
    assert rows(its.markdown, "What can happen") == [
        ('The "first" [desk] & \\| *one*', "Pay now", "Closed", 'the caller paid \\| in "full"', "the agent")
    ]
    assert "Never “Closed” before “Pay now”." in its.markdown


def test_a_drawing_is_stale_when_missing_or_changed(tmp_path):
    """`stale` names the files that `write` would change."""
    folder = tmp_path / "diagrams"
    files = [str(folder / f"odd.{end}") for end in ("md", "json", "svg")]
    assert stale(ODD, folder) == files
    assert [str(path) for path in write(ODD, folder)] == files
    assert stale(ODD, folder) == []
    for path in files:
        Path(path).write_text("something else")
        assert stale(ODD, folder) == [path]
        write(ODD, folder)
