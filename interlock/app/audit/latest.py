"""The latest calls of a file, asked of SQLite itself: to list calls is not to wait for what else a record needs.

What is unusual about a record is not judged here: then it is opened as always, which says what is wrong.
"""

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from interlock.app.audit.answers import CallSummary
from interlock.app.store.kinds import ACCEPTED, ERASED, REFUSED
from interlock.app.store.log import lacks_log
from interlock.app.store.revision import REVISION

_COUNT = "(SELECT count(*) FROM records WHERE call_id = c.call_id AND kind = ?)"
_LATEST = (
    "SELECT c.call_id, c.flow, c.started_at, c.ended_at, c.end_reason, c.snapshot, c.epoch,"
    f" {_COUNT}, {_COUNT}, {_COUNT}"
    " FROM (SELECT rowid AS id FROM calls ORDER BY started_at DESC, call_id LIMIT ?) AS latest"
    " CROSS JOIN calls AS c ON c.rowid = latest.id ORDER BY c.started_at DESC, c.call_id"
)


def latest_calls(place: str, limit: int) -> list[CallSummary] | None:
    """The latest calls of a record at a path, newest first; None where it has to be opened as any other."""
    if "://" in place or not place:
        return None
    try:
        path = Path(place).expanduser().absolute()
        if not path.is_file() or lacks_log(path):
            return None
        uri = f"file:{quote(str(path))}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=1.0)) as connection:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            if found != [(REVISION,)]:
                return None
            rows = connection.execute(_LATEST, (ACCEPTED, REFUSED, ERASED, limit)).fetchall()
        return [_summary(row) for row in rows]
    except (sqlite3.Error, OSError, RuntimeError, ValueError, TypeError, LookupError, AttributeError):
        return None


def _summary(row: tuple[Any, ...]) -> CallSummary:
    call_id, flow, began, ended, why, snapshot, epoch, accepted, refused, erased = row
    return CallSummary(
        call_id=call_id,
        flow=flow,
        started_at=_iso(began),
        ended_at=_iso(ended) if ended else None,
        end_reason=why,
        state=_state(snapshot) if snapshot is not None else "",
        epoch=epoch,
        accepted=accepted,
        refused=refused,
        erased=erased > 0,
    )


def _state(snapshot: str) -> str:
    """Where it stands. Raises `ValueError` for what is not as the journal writes it."""
    its = json.loads(snapshot)
    names = [its["machine"], *its["configuration"], *(name for kept in its["history"].values() for name in kept)]
    plain = all(type(name) is str for name in names) and all(type(its[name]) is int for name in ("version", "epoch"))
    if not plain or not isinstance(its["configuration"], list) or not its["configuration"]:
        raise ValueError
    return str(its["configuration"][-1])


def _iso(at: str) -> str:
    return datetime.fromisoformat(at).isoformat(timespec="milliseconds")
