"""The flows of a project as the pages show them: a picture, laid out once when it is asked for, and names in words."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from interlock.agents.flow import Flow
from interlock.app.board.names import Names
from interlock.app.draw import Picture, picture_of, svg
from interlock.app.draw.arrows import arrows_of
from interlock.app.draw.chips import way_of


class FlowsShown:
    """What is in the code now; calls of a flow that left it keep the names of their own record."""

    def __init__(self, flows: Mapping[str, Flow], drawn: Path | None = None) -> None:
        """`drawn` is where `interlock diagrams` wrote them: one that fits the code is taken, and laid out once less."""
        self._flows = {name: _Shown(flow, drawn) for name, flow in flows.items()}

    def flow(self, name: str) -> Flow | None:
        """None for one that is not in the code."""
        its = self._flows.get(name)
        return its.flow if its else None

    def names(self, name: str) -> Names:
        """Its names in words."""
        its = self._flows.get(name)
        return its.names if its else Names(None)

    def listed(self) -> list[dict[str, Any]]:
        """Every flow in the project's order, as plain JSON."""
        return [
            {"name": name, "title": its.flow.title, "version": its.flow.machine.version}
            for name, its in self._flows.items()
        ]

    def picture(self, name: str) -> dict[str, Any] | None:
        """The picture of a flow as plain JSON, its SVG for a page's own style; takes seconds where it is laid out."""
        its = self._flows.get(name)
        return its.picture if its else None


class _Shown:
    def __init__(self, flow: Flow, drawn: Path | None) -> None:
        self.flow = flow
        self._drawn = drawn

    @cached_property
    def names(self) -> Names:
        return Names(self.flow)

    @cached_property
    def picture(self) -> dict[str, Any]:
        drawn = self._kept() or picture_of(self.flow)
        return {
            "name": self.flow.name,
            "title": drawn.title,
            "version": drawn.version,
            "svg": svg(drawn, styled=False),
            "places": self.names.places,
            "guards": self.names.told(),
            "lines": [[way.id for way in edge.ways] for edge in drawn.edges],
            "ways": {way.id: {"event": way.event, "says": way.says} for way in drawn.ways()},
        }

    def _kept(self) -> Picture | None:
        """What was drawn of this very chart, with the same words."""
        if self._drawn is None:
            return None
        try:
            kept = Picture.model_validate_json((self._drawn / f"{self.flow.name}.json").read_bytes())
        except (OSError, ValidationError):
            return None
        ways = {way.id: way for way in map(way_of, arrows_of(self.flow.machine))}
        same = {way.id: way for way in kept.ways()} == ways and kept.version == self.flow.machine.version
        return kept if same and kept.title == " ".join(self.flow.title.split()) else None
