"""What tests of spoken calls share."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.agents.stage import Stage


@pytest.fixture
async def on_stage(journal: Any, systems: Any) -> AsyncIterator[Callable[..., Stage]]:
    """
    Makes stages, and closes those that are left.
    """
    made: list[Stage] = []

    def make(**cast: Any) -> Stage:
        made.append(Stage(journal, systems, **cast))
        return made[-1]

    yield make
    for stage in made:
        await stage.close()
