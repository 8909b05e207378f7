"""`python -m tests.bench.committing [N]`: what commitments and tags add to a durable verdict.

Two calls, each in a record of its own on the same disk, take turns: one as it is, one that covers nothing.
"""

import argparse
import asyncio
import os
import random
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from rich.console import Console

from interlock.agents.call.call import Call
from interlock.app.store import open_journal
from interlock.app.telemetry.logs import configure_logs
from tests.bench.deciding import BACK, THERE
from tests.bench.recording import desk_to_desk, news
from tests.bench.times import Figure as Line
from tests.bench.times import Times, table

WITHOUT = {
    "rows.commitment": lambda *_: "",
    "rows.fingerprint": lambda _: "",
    "rows.new_salt": lambda: b"",
    "writing.covers_text": lambda *_: "{}",
    "writing.tag": lambda *_: b"",
}
"""What a record covers, each made to cost nothing."""
ROUNDS = 10


async def committing(folder: Path, many: int) -> tuple[list[Times], list[float]]:
    """Verdicts with and without, in pairs, in an order of chance; and the ratio of the medians in each round."""
    covered, bare = Times("durable verdict that covers"), Times("one that covers nothing")
    with open_journal(folder / "covered.sqlite") as one, open_journal(folder / "bare.sqlite") as other:
        calls = {True: await desk_to_desk(one), False: await desk_to_desk(other)}
        chance = random.Random(1)
        for _ in range(many):
            for covers in chance.sample((True, False), 2):
                await _decide(calls[covers], covered if covers else bare, covers=covers)
    size = many // ROUNDS
    parts = [slice(n * size, (n + 1) * size) for n in range(ROUNDS)]
    ratios = [statistics.median(covered.seconds[its]) / statistics.median(bare.seconds[its]) for its in parts]
    return [covered, bare], ratios


async def _decide(call: Call, times: Times, *, covers: bool) -> None:
    await news(call)
    event = BACK if call.state == "billing" else THERE
    with _covering(covers=covers), times.one():
        verdict = await call.propose(event)
    assert verdict.accepted, f"{verdict.event} was refused: {verdict.kind}"


@contextmanager
def _covering(*, covers: bool) -> Iterator[None]:
    patches = [] if covers else [patch(f"interlock.app.store.{name}", new) for name, new in WITHOUT.items()]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()


def main() -> None:
    """Print both, and how far the ratio was spread."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.committing", description=__doc__)
    parser.add_argument("many", type=int, nargs="?", default=2000)
    with open(os.devnull, "w") as nowhere, tempfile.TemporaryDirectory(prefix="interlock-bench-") as made:
        configure_logs("INFO", json=True, stream=nowhere)
        (covered, bare), ratios = asyncio.run(committing(Path(made), parser.parse_args().many))
    Console().print(table("Covering", [Line(bare), Line(covered, bare)]))
    low, high = min(ratios), max(ratios)
    print(f"of the medians of {ROUNDS} rounds: {statistics.median(ratios):.3f} ({low:.3f} to {high:.3f})")


if __name__ == "__main__":
    main()
