"""Voice agents in which a state machine, not the language model, decides every handoff.

An application imports from five doors: `interlock.guards`, `interlock.machines`, `interlock.agents`, `interlock.app`
and `interlock.testing`. Everything below them is private and may change.
"""

from typing import Any

__all__ = ["__version__"]


def __getattr__(name: str) -> Any:
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version

    return version(__name__)
