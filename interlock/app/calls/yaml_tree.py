"""A YAML document that a stranger wrote, as a tree of nodes, within bounds: no alias makes a small file a large one."""

from collections.abc import Iterator

import yaml
from yaml.constructor import ConstructorError

LARGEST = 1 << 20
"""So many nodes and letters it may unfold to, each time they are named: as many as the largest file has bytes."""
MOST_NODES = 50_000
DEEPEST = 40
LONGEST_TAG = 80
LONGEST_NUMBER = 40
"""Digits; a longer number is no number of anybody's."""
CORE = frozenset(
    f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge")
)
NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")


class NotWithinBounds(Exception):
    """What a document has too much of; `line` is where, from 1, or None."""

    def __init__(self, found: str, line: int | None = None) -> None:
        super().__init__(found)
        self.line = line


def tree_of(text: str) -> yaml.Node | None:
    """The document's root, None for an empty one. Raises `NotWithinBounds`, and `yaml.YAMLError` for no plain YAML."""
    try:
        root = yaml.compose(text, Loader=_FewNodes)
    except RecursionError:
        raise NotWithinBounds("nested too deeply") from None
    if root is not None:
        _require_small(root)
    return root


class _FewNodes(yaml.SafeLoader):
    """Gives up in the middle of a document of too many nodes, instead of at its end."""

    nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise NotWithinBounds(f"more than {MOST_NODES} values in it")
        return super().compose_node(parent, index)


def value_of(node: yaml.Node) -> object:
    """What a node of such a tree says. Raises `yaml.YAMLError`, and `ValueError` for a value that cannot be read."""
    return yaml.SafeLoader("").construct_object(node, deep=True)


def _require_small(root: yaml.Node) -> None:
    sizes: dict[int, int] = {}
    _size(root, sizes, [])
    if sizes[id(root)] > LARGEST:
        raise NotWithinBounds(f"unfolds to more than {LARGEST >> 20} MiB", _line(root))


def _size(node: yaml.Node, sizes: dict[int, int], above: list[int]) -> int:
    """How much a node unfolds to; `sizes` knows those that were met, `above` are those this one is in."""
    if id(node) in above:
        raise ConstructorError(None, None, "found unconstructable recursive node", node.start_mark)
    if len(above) >= DEEPEST:
        raise NotWithinBounds("nested too deeply", _line(node))
    if id(node) not in sizes:
        _require_plain(node)
        above.append(id(node))
        sizes[id(node)] = 1 + sum(_size(each, sizes, above) for each in _children(node)) + _letters(node)
        above.pop()
    return sizes[id(node)]


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _letters(node: yaml.Node) -> int:
    return len(node.value) if isinstance(node, yaml.ScalarNode) else 0


def _require_plain(node: yaml.Node) -> None:
    if node.tag not in CORE:
        found = f"could not determine a constructor for the tag {node.tag[:LONGEST_TAG]!r}"
        raise ConstructorError(None, None, found, node.start_mark)
    if node.tag in NUMBERS and _letters(node) > LONGEST_NUMBER:
        raise NotWithinBounds(f"has a number of more than {LONGEST_NUMBER} digits", _line(node))


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
