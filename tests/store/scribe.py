"""A process that writes 40 entries of its own call and tries for as many of a shared one; it prints those it got."""

import asyncio
import sys

from interlock.agents.call.journal import JournalDown
from interlock.app.store import StoreJournal, open_journal
from tests.store.entries import accepted, opened

ENTRIES = 40


async def write(journal: StoreJournal, name: str) -> None:
    """Print the numbers of the shared call that were this process's."""
    await journal.append([opened(name)])
    for seq in range(2, ENTRIES + 2):
        if seq <= ENTRIES:
            await journal.append([accepted(seq, seq - 1, name)])
        try:
            await journal.append([accepted(seq, seq - 1, "shared", audit={"by": name})])
            print(seq)
        except JournalDown:
            pass


def main(store: str, name: str) -> None:
    """Say when the record is open, and wait to be told."""
    with open_journal(store) as journal:
        print("ready", flush=True)
        sys.stdin.readline()
        asyncio.run(write(journal, name))


if __name__ == "__main__":
    main(*sys.argv[1:])
