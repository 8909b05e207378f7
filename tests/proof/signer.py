"""A process that writes a call of 40 records and signs each as soon as it can: `STORE FOLDER KEY CALL`."""

import asyncio
import sys
from pathlib import Path

from interlock.app.proof.keys import PrivateKey, key_of
from tests.proof.world import World
from tests.store.entries import accepted, ended, opened

RECORDS = 40


async def main(store: str, folder: str, key: str, call_id: str) -> None:
    """Write and sign."""
    private = key_of(key)
    assert isinstance(private, PrivateKey)
    with World(store, Path(folder), private).journal(every_records=1) as journal:
        await journal.append([opened(call_id)])
        for seq in range(2, RECORDS):
            await journal.append([accepted(seq, seq - 1, call_id)])
        await journal.append([ended(RECORDS, call_id)])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
