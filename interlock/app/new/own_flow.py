"""One of Interlock's own flows as a project: what of our application it imports, and nothing else of it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from interlock.app.project_code import ROOMS


def flow_files(root: Path, flow: str) -> dict[str, bytes]:
    """Every file that the flow needs by its path, `app/flows.py` for it alone among them."""
    listed = _listed(root, flow)
    files = {"app/flows.py": listed.encode(), **dict(_code(root, listed))}
    for folder, pattern in ((f"tests/calls/{flow}", "*.yaml"), (f"app/callers/{flow}", "caller.txt")):
        files |= {f"{folder}/{path.name}": path.read_bytes() for path in sorted((root / folder).glob(pattern))}
    files[f"tests/tables/{flow}.py"] = (root / f"tests/machines/tables/{flow}.py").read_bytes()
    drawn = (f"diagrams/{flow}.{end}" for end in ("md", "json", "svg"))
    return files | {path: (root / path).read_bytes() for path in drawn}


def _listed(root: Path, flow: str) -> str:
    """Our list of flows with this one alone."""
    tree = ast.parse((root / "app/flows.py").read_text(encoding="utf-8"))
    served = next(
        call
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "Served"
        and _names(call.args[0]) == {flow.upper()}
    )
    wanted = _names(served)
    kept = [statement for statement in tree.body if wanted & _bound(statement)]
    imports = [ast.unparse(its) for its in kept if isinstance(its, ast.ImportFrom)]
    constants = [ast.unparse(its).replace("'", '"') for its in kept if isinstance(its, ast.Assign)]
    blocks = ['"""The flows this project serves, and what does their business."""', "\n".join(imports), *constants]
    return "\n\n".join([*blocks, f"FLOWS = ({ast.unparse(served)},)"]) + "\n"


def _names(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _bound(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.ImportFrom):
        return {alias.asname or alias.name for alias in statement.names}
    return _names(statement.targets[0]) if isinstance(statement, ast.Assign) else set()


def _code(root: Path, source: str) -> Iterator[tuple[str, bytes]]:
    """The modules that a source imports, and what they import; of a package on the way only what it says it is for."""
    wanted, seen, above = list(_imported(root, source)), set[Path](), set[Path]()
    while wanted:
        file = wanted.pop()
        if file in seen:
            continue
        seen.add(file)
        above |= {folder / "__init__.py" for folder in file.parents if folder.is_relative_to(root) and folder != root}
        wanted += _imported(root, file.read_text(encoding="utf-8"))
    for file in sorted(seen):
        yield file.relative_to(root).as_posix(), file.read_bytes()
    for file in sorted((above | {root / room / "__init__.py" for room in ROOMS}) - seen):
        yield file.relative_to(root).as_posix(), _only_docstring(file)


def _imported(root: Path, source: str) -> Iterator[Path]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] in ROOMS:
            submodules = [_file(root, f"{node.module}.{alias.name}") for alias in node.names]
            yield from (file for file in submodules if file)
            if not all(submodules) and (file := _file(root, node.module)):
                yield file


def _file(root: Path, module: str) -> Path | None:
    path = root / module.replace(".", "/")
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def _only_docstring(file: Path) -> bytes:
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return f'"""{said.partition(chr(10))[0]}"""\n'.encode()
