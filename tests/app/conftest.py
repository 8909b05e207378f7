"""What tests of the process share."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A cache of its own: no server that runs beside the tests is found, and no line kept for real calls is touched.
    """
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
