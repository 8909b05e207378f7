"""A spoken support call on a stage."""

from typing import Any

from agents.support import SUPPORT
from interlock.agents.flow import Flow
from interlock.testing.spoken import SpokenStage


class Stage(SpokenStage):
    """A support call, unless another flow is named; what asks for its triage is called a handoff."""

    def __init__(self, journal: Any, systems: Any, *, flow: Flow = SUPPORT, **cast: Any) -> None:
        super().__init__(flow, journal, systems, **cast)
        self.model.named = lambda answer: "handoff" if any(c.name == "begin_triage" for c in answer.calls) else "other"
