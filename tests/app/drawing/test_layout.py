"""Where things stand in a picture: everything is there once, and nothing hides anything else."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from xml.etree import ElementTree

import pytest
from statemachine import State

from interlock.agents.desks import Farewell, LiveDesk
from interlock.agents.flow import Flow
from interlock.app.draw import Picture, picture_of, svg
from interlock.app.draw.arrows import arrows_of
from interlock.app.draw.elk import laid_out
from interlock.app.project import FLOWS
from interlock.guards.base import guard
from interlock.guards.facts import Facts
from interlock.machines.base import Machine, history_of, states_of
from tests.app.drawing.geometry import faults

ROOT = Path(__file__).parents[3]
SVG = "{http://www.w3.org/2000/svg}"


@guard("Not yet.")
def early(facts, proposal):
    """It is early."""
    return False


@guard("Too late.")
def late(facts, proposal):
    """It is late."""
    return False


class Shop(Machine):
    """Two frames, one without a desk around it; a loop; an event with two ways to one end; long names."""

    class front(State.Compound, name="At the very long counter of the front of the shop", initial=True):
        hello = State("Hello", initial=True)
        listen = State("A desk with a name that no single line of a box has room for", final=False)
        hear_what_the_caller_has_to_say_about_all_of_it = hello.to(listen)

    class back(State.Compound, name="Back"):
        search = State("Search", initial=True)

    closed = State("Closed", final=True)
    again = front.listen.to.itself()
    look = front.to(back.search)
    tell = back.search.to(front.listen, cond=early) | back.search.to(front.listen, cond=late)
    leave = front.hello.to(closed) | front.listen.to(closed) | back.search.to(closed)


class Desk(LiveDesk):
    """Speaks."""


CAST = {"hello": Desk, "listen": Desk, "search": Desk, "closed": Farewell}
SHOP = Flow("shop", "A <shop> & more", "Frames.", Shop, Facts, CAST)
ALL = {**FLOWS, "shop": SHOP}


FAST = [name if name in ("shop", "support") else pytest.param(name, marks=pytest.mark.slow) for name in ALL]


@pytest.fixture(scope="module", params=FAST)
def drawn(request):
    flow = ALL[request.param]
    return flow, picture_of(flow)


def test_nothing_overlaps_and_no_line_crosses_what_is_not_its_own(drawn):
    """Places, labels, names of frames and chips, by geometry."""
    _, picture = drawn
    assert faults(picture) == []


def test_every_arrow_of_the_chart_is_in_the_picture_once(drawn):
    """As a line or in a chip, by the chart's own names, with what it needs in words."""
    flow, picture = drawn
    in_chart = sorted((a.source.id, a.event, a.target.id) for a in arrows_of(flow.machine))
    assert sorted((way.source, way.event, way.target) for way in picture.ways()) == in_chart
    for arrow in arrows_of(flow.machine):
        says = [way.says for way in picture.ways() if (way.source, way.event) == (arrow.source.id, arrow.event)]
        assert any(all(sentence in each for sentence in arrow.only_if) for each in says)


def test_every_state_of_the_chart_is_in_the_picture(drawn):
    """A box for one where a call can be, or where it was; a frame for one around others, but for all of a call."""
    flow, picture = drawn
    states = states_of(flow.machine).values()
    singles = [s.id for s in states if not s.states] + [h.id for h in history_of(flow.machine)]
    assert [place.state for place in picture.places] == singles
    assert {f.state for f in picture.frames} == {s.id for s in states if s.states} - {"live"}


def test_a_line_begins_at_its_source_and_ends_at_its_target(drawn):
    """Whatever ELK put where: the ends lie on the edges of the two boxes."""
    flow, picture = drawn
    boxes = {each.state: each.box for each in (*picture.places, *picture.frames)}
    targets = {a.target.id: a.target for a in arrows_of(flow.machine)}
    for edge in picture.edges:
        way = edge.ways[0]
        assert on_edge(boxes[way.source], edge.points[0]), way
        assert targets[way.target].states or on_edge(boxes[way.target], edge.points[-1]), way


def on_edge(box, point):
    x, y = point
    inside = box.x - 0.2 <= x <= box.x + box.width + 0.2 and box.y - 0.2 <= y <= box.y + box.height + 0.2
    sides = (abs(x - box.x), abs(x - box.x - box.width), abs(y - box.y), abs(y - box.y - box.height))
    return inside and min(sides) <= 0.2


def test_the_svg_has_an_id_for_each_state_and_arrow_and_real_text(drawn):
    """No HTML inside and no style attribute, which programs other than browsers and strict pages leave out."""
    _, picture = drawn
    root = ElementTree.fromstring(svg(picture))
    ids = [its.get("id") for its in root.iter() if its.get("id")]
    states = [f"state-{each.state}" for each in (*picture.places, *picture.frames)]
    assert sorted(ids) == sorted([*states, *(way.id for way in picture.ways())])
    assert all(its.tag.startswith(SVG) and "style" not in its.attrib for its in root.iter())
    words = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    assert all(line in words for place in picture.places for line in place.title)
    assert all(name in words for edge in picture.edges for name in edge.label.names)


def test_the_picture_comes_back_from_its_file(drawn):
    """Whoever draws it from the file draws the same."""
    _, picture = drawn
    again = Picture.model_validate_json(picture.to_json())
    assert again == picture
    assert svg(again) == svg(picture)


def test_an_event_with_two_ways_to_one_end_has_two_ids():
    """An id in a document is there once."""
    ids = [way.id for way in picture_of(SHOP).ways()]
    assert {"edge-search--tell--listen", "edge-search--tell--listen--2"} <= set(ids)


def test_a_page_may_bring_its_own_look():
    """A strict page takes no style from inside an SVG."""
    assert "<style>" in svg(picture_of(SHOP))
    assert "<style>" not in svg(picture_of(SHOP), styled=False)


def test_text_is_escaped():
    """Names are text, whatever is in them."""
    assert "<title>A &lt;shop&gt; &amp; more</title>" in svg(picture_of(SHOP))


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["0", "1"])
def test_the_same_bytes_come_out_of_every_process(seed):
    """Whatever order sets have in it."""
    told = "from interlock.app.draw import picture_of; from interlock.app.project import FLOWS"
    line = [sys.executable, "-c", f"{told}; print(picture_of(FLOWS['support']).to_json(), end='')"]
    env = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(line, cwd=ROOT, env=env, capture_output=True, check=True)
    assert done.stdout == picture_of(FLOWS["support"]).to_json().encode()


def test_threads_take_turns():
    """The interpreter is one, and two at once would end the process."""
    found = []
    threads = [threading.Thread(target=lambda: found.append(picture_of(SHOP).to_json())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [picture_of(SHOP).to_json()] * 3


def test_a_graph_that_elk_refuses_is_an_error_that_says_so():
    """And the next one is laid out."""
    with pytest.raises(RuntimeError, match=r"ELK did not lay out the graph: .*nowhere"):
        laid_out({"id": "root", "children": [], "edges": [{"id": "e", "sources": ["nowhere"], "targets": ["root"]}]})
    assert json.dumps(laid_out({"id": "root", "children": [{"id": "a", "width": 1, "height": 1}], "edges": []}))
