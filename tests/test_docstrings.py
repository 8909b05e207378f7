"""What is public in the engine says what its name and signature do not; what would say nothing is left out."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from inspect import getdoc
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(
    path.relative_to(ROOT)
    for path in (ROOT / "interlock").rglob("*.py")
    if path.stem != "env" and "templates" not in path.parts  # Alembic's, runs at once; a project's own
)
SAYS_ALL = frozenset({"to_json", "close", "aclose", "listen", "stop"})
"""Methods whose name says all: plain JSON; let go of what is held; begin to hear a session's events; wait no more."""
FILLERS = frozenset(
    re.findall(
        r"\w+",
        """a all an and any are as at be been begin by each every for from had has have in is it its more never nothing
        now of on once one only or plain so some that the their them there these they this those to was were what when
        which who whole whose with""",
    )
)
Defined = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def public(node: ast.Module | ast.ClassDef, within: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Defined]]:
    """Classes, functions and methods without an underscore, by the names that lead to them.

    A setter is its property; a property of a Protocol is a value somebody reads, of which the Protocol tells.
    """
    for its in node.body:
        if not isinstance(its, Defined) or its.name.startswith("_") or _is_marked(its, "setter"):
            continue
        if not (_is_protocol(node) and _is_marked(its, "property")):
            yield (*within, its.name), its
        if isinstance(its, ast.ClassDef):
            yield from public(its, (*within, its.name))


def _is_marked(its: Defined, *marks: str) -> bool:
    return any(
        re.split(r"[.(]", ast.unparse(mark))[-1 if "setter" in marks else 0] in marks for mark in its.decorator_list
    )


def _is_protocol(its: ast.AST) -> bool:
    return isinstance(its, ast.ClassDef) and any(ast.unparse(base) == "Protocol" for base in its.bases)


def silent(path: str, source: str) -> list[str]:
    """What says nothing of itself; a method may leave it to the base class that it fills in."""
    return [
        ".".join(names)
        for names, its in public(ast.parse(source))
        if not ast.get_docstring(its)
        and its.name not in SAYS_ALL
        and (len(names) == 1 or isinstance(its, ast.ClassDef) or not _taken_over(path, names))
    ]


def _taken_over(path: str, names: tuple[str, ...]) -> str | None:
    its: object = import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    for name in names:
        its = getattr(its, name)
    return getdoc(its)


def empty(source: str) -> list[str]:
    """What only repeats its names and types; a tool's docstring is read by a model, and may."""
    return [
        ".".join(names)
        for names, its in public(ast.parse(source))
        if (said := ast.get_docstring(its))
        and its.name not in SAYS_ALL
        and not _is_marked(its, "proposes", "data_tool")
        and _words(said) <= _words(_signature(names, its))
    ]


def _signature(names: tuple[str, ...], its: Defined) -> str:
    if isinstance(its, ast.ClassDef):
        return " ".join(names)
    arguments = [each.arg for each in (*its.args.posonlyargs, *its.args.args, *its.args.kwonlyargs)]
    return " ".join((*names, *arguments, ast.unparse(its.returns) if its.returns else ""))


def _words(text: str) -> set[str]:
    apart = re.sub(r"([a-z])([A-Z])", r"\1 \2", text).replace("_", " ").lower()
    return {_stem(word) for word in re.findall("[a-z]{2,}", apart) if word not in FILLERS}


def _stem(word: str) -> str:
    return next((word.removesuffix(end) for end in ("ing", "ed", "es", "s", "e") if word.endswith(end)), word)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_what_is_public_says_what_it_is(path: Path) -> None:
    """Each module, class, function and method of the engine."""
    source = (ROOT / path).read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(source)), "the module has no docstring"
    assert silent(str(path), source) == []


@pytest.mark.parametrize("path", FILES, ids=str)
def test_what_says_nothing_is_left_out(path: Path) -> None:
    """A docstring has a word that is in neither the name nor the signature."""
    assert empty((ROOT / path).read_text(encoding="utf-8")) == []


def test_the_check_sees_what_is_missing() -> None:
    """In a file as it would be without its docstrings; what is private or says all by its name needs none."""
    path = "interlock/app/store/sealing.py"
    method = "    def {}(self): ...\n"
    bare = f"class Seal:\n{method.format('open')}{method.format('close')}{method.format('_tear')}def new_key(): ...\n"
    assert silent(path, bare) == ["Seal", "new_key"]  # the real Seal.open has one, which is taken over


def test_the_check_sees_what_is_empty() -> None:
    """However it is bent; one word more is something."""
    of = 'class Seal:\n    """The seals."""\n    def opened(self, value: str):\n        """{}"""\n'
    assert empty(of.format("Open each value.")) == ["Seal", "Seal.opened"]
    assert empty(of.format("Open each value. Raises `StoreError`.")) == ["Seal"]
