"""Tampers with a record of calls by chance, over and over, and counts what is found of each kind.

`python -m tests.proof.tampered 10000 [--postgres] [--seed N]` prints the table.
"""

import argparse
import random
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.proof.tampering import KINDS
from tests.proof.world import World, copy_of

EACH = 450
"""So many tamperings share a record."""


NAMES = {
    "changed field": {"changed"},
    "changed order": {"swapped"},
    "dropped": {"dropped"},
    "duplicated": {"repeated"},
    "inserted": {"inserted"},
    "replaced with recomputed hashes": {"rewritten", "cut"},
    "truncated tail": {"cut"},
    "emptied": {"emptied", "gone"},
    "moved by its row": {"moved"},
    "kept apart": {"unfitting"},
    "kept apart, with recomputed commitments": {"rewritten"},
    "the conversation": {"unfitting"},
    "the call's row": {"unfitting"},
    "whole-store rollback": {"rolled back"},
}
"""What each kind is called by whoever finds it; a rewritten call that is shorter may as well have been cut."""


@dataclass
class Count:
    """Of one kind: how many, found with checkpoints and without, how many fit, and how many were called what it was."""

    many: int = 0
    signed: int = 0
    bare: int = 0
    fitting: int = 0
    named: int = 0


@dataclass
class Table:
    """Every kind's count, and what went wrong, by the number of the tampering."""

    kinds: dict[str, Count] = field(default_factory=lambda: {kind: Count() for kind in KINDS})
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """For a person to read."""
        rows = [
            f"| {kind} | {c.many} | {c.signed} | {c.named} | {c.bare} | {c.fitting} |" for kind, c in self.kinds.items()
        ]
        return ["| kind | how many | found with checkpoints | and called that | found without | made to fit |", *rows]


def tamper(world: World, number: int, seed: int, table: Table) -> None:
    """Do the tampering of this number to a copy, look, and note what was found."""
    drawn = random.Random(f"{seed} {number}")
    kind = list(KINDS)[number % len(KINDS)]
    image = copy_of(world.image)
    call_id, fits = KINDS[kind](image, world.earlier, drawn)
    if image == world.image:
        return tamper(world, number + 10_000_019 * len(KINDS), seed, table)  # nothing came of it: draw again
    world.put(image)
    count, where = table.kinds[kind], f"seed {seed}, number {number}, {kind}"
    found, _ = world.verified(signed=True)
    bare, _ = world.verified(signed=False)
    count.many += 1
    count.signed += bool(found)
    count.bare += bool(bare)
    count.fitting += fits
    count.named += bool({each.kind for each in found} & NAMES[kind])
    if not found:
        table.wrong.append(f"{where}: nothing was found with checkpoints")
    if bool(bare) == fits:
        table.wrong.append(f"{where}: without checkpoints {len(bare)} findings, made to fit: {fits}")
    if strange := {each.call_id for each in (*found, *bare)} - {call_id, None} if call_id else set():
        table.wrong.append(f"{where}: done to {call_id}, found of {strange}")
    return None


def run(stores: list[tuple[str, Path]], many: int, seed: int) -> Table:
    """Tamper `many` times, with as many records in turn as there are places for them."""
    table = Table()
    for index, (store, folder) in enumerate(stores):
        world = World(store, folder).write(seed + index)
        first, last = (many * n // len(stores) for n in (index, index + 1))
        for signed in (True, False):
            assert not (found := world.verified(signed=signed)[0]), found
        for number in range(first, last):
            tamper(world, number, seed, table)
    return table


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof.tampered", description=__doc__)
    parser.add_argument("many", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", action="store_true", help="in a PostgreSQL of its own")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder, parts = Path(made), max(1, given.many // EACH)
        if not given.postgres:
            stores = [(str(folder / f"{n}.sqlite"), folder / str(n)) for n in range(parts)]
            table = run(stores, given.many, given.seed)
        else:
            from tests.store.postgres import Postgres

            server = Postgres()
            try:
                table = run([(server.fresh(), folder / str(n)) for n in range(parts)], given.many, given.seed)
            finally:
                server.stop()
    print(*table.lines(), *table.wrong[:40], f"{len(table.wrong)} wrong", sep="\n")


if __name__ == "__main__":
    main()
