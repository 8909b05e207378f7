"""The drawing of a flow for product review: `diagrams/FLOW.md`, `.json` and `.svg`, the same bytes on each run."""

from dataclasses import dataclass
from pathlib import Path

from interlock.agents.flow import Flow
from interlock.app.draw.layout import picture_of
from interlock.app.draw.page import markdown
from interlock.app.draw.picture import Picture
from interlock.app.draw.svg import svg

__all__ = ["Drawing", "Picture", "draw", "picture_of", "stale", "svg", "write"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A page in Markdown, its picture as data, and the same picture as SVG."""

    markdown: str
    json: str
    svg: str


def draw(flow: Flow) -> Drawing:
    """Draw a flow; takes about a second. Raises `RuntimeError` when it cannot be laid out."""
    picture = picture_of(flow)
    return Drawing(markdown(flow), picture.to_json(), svg(picture))


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
    its = draw(flow)
    texts = {"md": its.markdown, "json": its.json, "svg": its.svg}
    return {folder / f"{flow.name}.{end}": text for end, text in texts.items()}
