"""The drawing of a flow for product review: `diagrams/<flow>.md` and `<flow>.svg`, the same bytes on each run."""

from dataclasses import dataclass
from pathlib import Path

from interlock.agents.flow import Flow
from interlock.app.draw.page import markdown
from interlock.app.draw.picture import mermaid, svg

__all__ = ["Drawing", "draw", "stale", "write"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A page in Markdown, with its picture as Mermaid text, and the same picture as SVG."""

    markdown: str
    svg: str


def draw(flow: Flow) -> Drawing:
    """Draw a flow; takes about two seconds. Raises `RuntimeError` when Mermaid refuses the picture."""
    picture = mermaid(flow)
    return Drawing(markdown(flow, picture), svg(picture))


def write(flow: Flow, folder: Path) -> list[Path]:
    """Write a flow's drawing into `folder`, which is made when missing; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = _files(flow, folder)
    for path, text in files.items():
        path.write_bytes(text.encode())
    return list(files)


def stale(flow: Flow, folder: Path) -> list[str]:
    """The files in `folder` that are missing or are not what `write` would write now."""
    return [
        str(path)
        for path, text in _files(flow, folder).items()
        if not path.is_file() or path.read_bytes() != text.encode()
    ]


def _files(flow: Flow, folder: Path) -> dict[Path, str]:
    drawing = draw(flow)
    return {folder / f"{flow.name}.md": drawing.markdown, folder / f"{flow.name}.svg": drawing.svg}
