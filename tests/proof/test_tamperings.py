"""Tampering by chance, over and over, TEST_TAMPERINGS times: all of it is found with checkpoints."""

import os
from pathlib import Path

import pytest

from tests.proof.tampered import run
from tests.proof.tampering import KINDS

MANY = int(os.environ.get("TEST_TAMPERINGS", "100"))
SEED = 1


@pytest.mark.slow
def test_every_tampering_is_found_and_no_call_is_accused_of_anothers(tmp_path: Path) -> None:
    """
    With checkpoints all kinds; without, all that no hash was made to fit for, and nothing else.
    """
    table = run([(str(tmp_path / "calls.sqlite"), tmp_path / "checkpoints")], MANY, SEED)
    assert len(table.kinds) == len(KINDS) == 14
    assert table.wrong == []


@pytest.mark.slow
def test_so_it_is_in_postgresql(postgres, tmp_path: Path) -> None:
    """
    Some of each kind.
    """
    table = run([(postgres.fresh(), tmp_path / "checkpoints")], min(MANY, 28), SEED)
    assert table.wrong == []
