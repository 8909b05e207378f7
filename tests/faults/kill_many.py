"""Kills many processes of random calls and tells what came of it: `python -m tests.faults.kill_many --kills 5000`.

With --postgres in a PostgreSQL of its own, else in SQLite; with --really by `kill -9` of real processes. Exit 1 when
something was lost, done twice or is left unexplained; `--seed N --kills 1` does the call of a seed again.
"""

import argparse
import itertools
import shutil
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.engine import make_url

from tests.faults.kills import FORKED, Killed, kill_a_call, kill_for_real
from tests.store.postgres import Postgres

KILLS_A_CALL, CALLS_A_PROCESS = 6, 20
Job = tuple[int, bool, str, str]
"""A seed, whether processes are really killed, a folder and a store."""


def main() -> int:
    """Run until there were enough kills, and print the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="how many at least")
    parser.add_argument("--seed", type=int, default=0, help="of the first call; the next has the next")
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--really", action="store_true", help="kill -9 of real processes")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    server = Postgres() if given.postgres else None
    try:
        return _many(given.kills, given.seed, server, given.really)
    finally:
        if server is not None:
            server.stop()


def _many(kills: int, seed: int, server: Postgres | None, really: bool) -> int:
    began, failed = time.monotonic(), list[int]()
    sums, died = Counter[str](), Counter[str]()
    try:
        for killed in _all(seed, server, really):
            failed += [killed.seed] if killed.failed else []
            died.update(killed.deaths)
            sums.update(calls=1, accepted=killed.accepted, done=killed.done)
            if killed.failed or sums["calls"] % 100 == 0:
                print(f"{died.total()} kills, failed seeds: {failed} {killed.failed}", file=sys.stderr, flush=True)
            if died.total() >= kills:
                break
    except KeyboardInterrupt:
        print("interrupted: the sums so far", file=sys.stderr)
    how = f"{'kill -9' if really else 'in process'}, {'PostgreSQL' if server else 'SQLite'}"
    print(f"{how}: {died.total()} kills in {sums['calls']} calls, {time.monotonic() - began:.0f} s")
    print(f"told to be accepted: {sums['accepted']}; done in business systems: {sums['done']}; failed seeds: {failed}")
    for step, count in died.most_common():
        print(f"{count:6} {step}")
    return 1 if failed else 0


def _all(seed: int, server: Postgres | None, really: bool) -> Iterator[Killed]:
    """One call after the other; those whose deaths are ours in a process that is replaced now and then."""
    folder = Path(tempfile.mkdtemp(prefix="interlock-kills-"))

    def jobs() -> Iterator[Job]:
        for number in itertools.count(seed):
            place = folder / str(number)
            place.mkdir()
            yield number, really, str(place), server.fresh() if server else str(place / "calls.sqlite")

    try:
        if really:
            yield from (_forgotten(_one(job), job, server) for job in jobs())
        with FORKED.Pool(1, maxtasksperchild=CALLS_A_PROCESS) as pool:
            for job in jobs():
                yield _forgotten(pool.apply(_one, (job,)), job, server)
    finally:
        shutil.rmtree(folder)


def _one(job: Job) -> Killed:
    seed, really, place, store = job
    warnings.simplefilter("ignore")
    try:
        if really:
            return kill_for_real(store, f"{place}/business.sqlite", seed, KILLS_A_CALL)
        return kill_a_call(store, seed, KILLS_A_CALL)
    except Exception as error:
        return Killed(seed, "", failed=f"{type(error).__name__}: {error}")


def _forgotten(killed: Killed, job: Job, server: Postgres | None) -> Killed:
    shutil.rmtree(job[2])
    if server is not None:
        server.administer(f"DROP DATABASE {make_url(job[3]).database} WITH (FORCE)")
    return killed


if __name__ == "__main__":
    sys.exit(main())
