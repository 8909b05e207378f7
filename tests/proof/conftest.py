"""Records to tamper with: small ones, written by the real journal and signed by the real thread."""

from pathlib import Path

import pytest

from tests.proof.world import World
from tests.store.entries import accepted, ended, opened

SELDOM = 1000
"""So many records: each call is signed once only, at its end."""


@pytest.fixture
async def world(tmp_path: Path) -> World:
    """
    Two calls: `one` of six records, `two` of four; the checkpoint of each is of its end.
    """
    made = World(str(tmp_path / "calls.sqlite"), tmp_path / "checkpoints")
    with made.journal(SELDOM) as journal:
        for call_id, length in (("one", 6), ("two", 4)):
            moved = [accepted(seq, seq - 1, call_id, audit={"event": f"e{seq}"}) for seq in range(2, length)]
            await journal.append([opened(call_id), *moved, ended(length, call_id)])
    return made
