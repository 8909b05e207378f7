"""Which file of the engine imports which, wherever in it, also under TYPE_CHECKING and inside a function."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
Graph = Mapping[str, frozenset[str]]


def module_of(path: Path) -> str:
    """The dotted name of a file; a package's is its folder's."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def sources(room: str = "interlock") -> dict[str, str]:
    """Each module of a room, with its text."""
    return {module_of(path): path.read_text(encoding="utf-8") for path in sorted((ROOT / room).rglob("*.py"))}


def graph_of(texts: Mapping[str, str]) -> Graph:
    """Whom each module imports, of these modules and of others; a name of a package is the package's own file."""
    return {name: frozenset(_imported(text, texts)) - {name} for name, text in texts.items()}


def _imported(text: str, known: Mapping[str, str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield from (inner if (inner := f"{module}.{alias.name}") in known else module for alias in node.names)


def below(graph: Graph, module: str) -> set[str]:
    """Everything that a module imports, and what that imports, and so on."""
    found: set[str] = set()
    left = [module]
    while left:
        new = graph.get(left.pop(), frozenset()) - found
        found |= new
        left += new
    return found


def circles(graph: Graph) -> list[set[str]]:
    """The largest groups of modules that all import each other, one way or another."""
    under = {module: below(graph, module) for module in graph}
    inside = [module for module in graph if module in under[module]]
    groups = [frozenset(other for other in under[module] if module in under.get(other, ())) for module in inside]
    return [set(group) for group in dict.fromkeys(groups)]
