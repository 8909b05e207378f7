"""That every benchmark runs; how long it takes is for `make bench` to say."""

import io

import pytest
from rich.console import Console

from tests.bench.__main__ import Counts, run
from tests.bench.guessing import Scenario, a_day

pytestmark = pytest.mark.slow

TINY = Counts(
    decisions=4,
    verdicts=13,
    calls=2,
    verdicts_per_call=13,
    sessions=1,
    handoffs=13,
    rounds=1,
    together=((1, 2), (3, 2)),
    records=(100,),
    listed=300,
)


def test_each_benchmark_runs_and_prints_its_table() -> None:
    """With a median, and where there is something to compare with, a ratio."""
    console = Console(record=True, width=160, file=io.StringIO())
    found = run(TINY, console)
    printed = console.export_text()
    assert list(found) == ["Deciding", "Recording", "Handing over"]
    assert "Verifying, with a checkpoint of each" in printed
    assert "interlock audit list, the whole command" in printed
    for store in ("SQLite FULL", "PostgreSQL"):
        assert f"{store}, 1 call " in printed
        assert f"{store}, 3 calls at once" in printed
    for title, figures in found.items():
        assert title in printed
        for figure in figures:
            assert figure.times.what in printed
            assert figure.times.p50 > 0
            assert figure.beside is None or f"{figure.ratio:.2f}x" in printed


def test_hardly_a_guess_gets_through_and_no_honest_caller_is_turned_away() -> None:
    """Of a thousand from a hundred numbers three a number are tried; who erred and then proved it is still checked."""
    day = a_day(Scenario("a hundred numbers, all accounts", 100, 1000), guesses=1000, honest=500)
    assert (day.tried, day.fell) == (300, set())
    assert day.turned_away == {True: 0, False: 0}


def test_one_account_is_tried_so_often_and_its_customer_still_gets_in() -> None:
    """However many numbers try, and whoever calls from the line they always call from."""
    day = a_day(Scenario("a hundred numbers, one account", 100, 1), guesses=500, honest=500)
    assert (day.tried, day.fell) == (20, set())
    assert day.turned_away == {True: 0, False: 0}
