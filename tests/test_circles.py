"""The engine's files stand in a line: none imports, by whatever way, one that imports it."""

import pytest

from tests.import_graph import below, circles, graph_of, sources

CALL = "interlock.agents.call.call"
GRAPH = graph_of(sources())


def test_no_files_of_the_engine_import_each_other() -> None:
    """Imports for types count: whoever needs another's type needs the other."""
    assert {CALL, "interlock.app.command"} <= set(GRAPH)
    assert circles(GRAPH) == []


@pytest.mark.parametrize(
    "importing",
    [
        "from room.b import B",
        "import room.b",
        "from room import b",
        "if TYPE_CHECKING:\n    from room.b import B",
        "def f():\n    import room.b",
    ],
)
def test_a_circle_is_found_however_it_is_closed(importing: str) -> None:
    """Over a third file, too."""
    texts = {
        "room.a": importing,
        "room.b": "import room.c",
        "room.c": "from room.a import A",
        "room.d": "import room.a",
    }
    assert circles(graph_of(texts)) == [{"room.a", "room.b", "room.c"}]


def test_nobody_below_the_call_knows_the_call() -> None:
    """Its parts name the neighbours they use; the owner is nobody's neighbour."""
    parts = below(GRAPH, CALL)
    assert {"interlock.agents.call.interlocking", "interlock.agents.flow", "interlock.agents.caller.hearing"} <= parts
    assert [part for part in sorted(parts) if CALL in GRAPH.get(part, ())] == []


def test_what_judges_knows_no_loop_no_session_and_no_journal() -> None:
    """Nor does anything it imports, standard library and pydantic's depths aside."""
    judging = below(GRAPH, "interlock.agents.call.interlocking")
    assert "interlock.machines.decide" in judging
    outside = {"asyncio", "time", "structlog", "livekit.agents", "interlock.agents.call.journal"}
    assert {module for module in judging if module in outside or module.startswith("livekit")} == set()


def test_only_the_record_says_that_something_is_durable() -> None:
    """So a `Written` is had from a durable write, or not at all."""
    named = {module for module, text in sources().items() if "durable(" in text}
    assert named == {"interlock.agents.call.ready", "interlock.agents.call.record"}
