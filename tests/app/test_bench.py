"""That every benchmark runs; how long it takes is for `make bench` to say."""

import io

import pytest
from rich.console import Console

from tests.bench.__main__ import Counts, run

pytestmark = pytest.mark.slow

TINY = Counts(
    decisions=4,
    verdicts=3,
    calls=2,
    verdicts_per_call=3,
    sessions=1,
    handoffs=2,
    rounds=1,
    together=((1, 2), (3, 2)),
    records=(100,),
)


def test_each_benchmark_runs_and_prints_its_table() -> None:
    """With a median, and where there is something to compare with, a ratio."""
    console = Console(record=True, width=160, file=io.StringIO())
    found = run(TINY, console)
    printed = console.export_text()
    assert list(found) == ["Deciding", "Recording", "Handing over"]
    assert "Verifying, with a checkpoint of each" in printed
    for store in ("SQLite FULL", "PostgreSQL"):
        assert f"{store}, 1 call " in printed
        assert f"{store}, 3 calls at once" in printed
    for title, figures in found.items():
        assert title in printed
        for figure in figures:
            assert figure.times.what in printed
            assert figure.times.p50 > 0
            assert figure.beside is None or f"{figure.ratio:.2f}x" in printed
