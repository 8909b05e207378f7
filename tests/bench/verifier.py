"""A process that verifies one record and prints how long it took, and its own largest size: `STORE FOLDER KEY`."""

import json
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from interlock.app.proof.checkpoint_index import CheckpointIndex
from interlock.app.proof.folder import statements_of
from interlock.app.proof.keys import public_keys
from interlock.app.proof.stored import Stored
from interlock.app.proof.verifying import Verification
from interlock.app.store import BUSY_TIMEOUT_MS
from interlock.app.store.opening import database_for_reading


def main(store: str, folder: str, key: str) -> None:
    """Verify as `interlock audit verify` does, with checkpoints, then without."""
    signed, records = _timed(store, lambda: CheckpointIndex(statements_of(Path(folder)), public_keys([key])))
    bare, _ = _timed(store, lambda: None)
    print(json.dumps({"records": records, "seconds": signed, "bare_seconds": bare, "mib": _peak_mib()}))


def _timed(store: str, indexed: Callable[[], CheckpointIndex | None]) -> tuple[float, int]:
    began = time.perf_counter()
    with closing(database_for_reading(store, BUSY_TIMEOUT_MS)) as database:
        index = indexed()
        its = Verification(Stored(database), index)
        found = list(its.findings())
        if index is not None:
            index.close()
    assert not found, found[0]
    return time.perf_counter() - began, its.sums.records


def _peak_mib() -> float:
    """By the kernel's own account (proc(5), VmHWM); what `getrusage` tells counts who started the process as well."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
