"""ELK's layered layout: the unmodified `elkjs`, run in an interpreter of its own inside this process."""

import json
from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Any

from quickjs import Context, JSException  # type: ignore[import-untyped]

Graph = dict[str, Any]
"""A graph as ELK's JSON has it: children, edges, layoutOptions; with x, y and sections after the layout."""

# The file is a web worker's: it hears by `onmessage` of what it takes for its own scope, and answers by `postMessage`.
SCOPE = "var self = globalThis, answer = null; self.postMessage = function(message) { answer = message; };"
ASK = """
function ask(text) {
    self.onmessage({data: JSON.parse(text)});
    return JSON.stringify(answer, function(key, value) {
        return value instanceof Error ? value.message : value;
    });
}
ask('{"id": 0, "cmd": "register", "algorithms": ["layered"]}');
"""

_ONE_AT_A_TIME = Lock()  # the interpreter lets go of Python's lock and is not made for two threads at once


def laid_out(graph: Graph) -> Graph:
    """The same graph with coordinates; the same bytes each time. Raises `RuntimeError` when ELK refuses the graph."""
    told = json.dumps({"id": 1, "cmd": "layout", "graph": graph, "layoutOptions": {}, "options": {}})
    try:
        with _ONE_AT_A_TIME:
            answer = json.loads(_engine().get("ask")(told))
    except JSException as error:
        raise RuntimeError(f"ELK did not lay out the graph: {error}") from error
    if "error" in answer:
        raise RuntimeError(f"ELK did not lay out the graph: {answer['error']}")
    its: Graph = answer["data"]
    return its


@cache
def _engine() -> Context:
    context = Context()
    context.set_max_stack_size(4 * 1024 * 1024)
    context.eval(SCOPE)
    context.eval(files("interlock.third_party").joinpath("elkjs/elk-worker.min.js").read_text(encoding="utf-8"))
    context.eval(ASK)
    return context
