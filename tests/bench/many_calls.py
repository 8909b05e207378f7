"""A record of very many calls, written fast: in the form of the tables, with nothing in it that is sealed or signed."""

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from interlock.app.store import open_journal
from interlock.app.store.rows import text_of

LAST = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
BATCH = 500
EVENTS = ("name_caller", "begin_triage", "route_to_billing", "route_to_technical", "refund", "escalate", "say_goodbye")
PLACES = ("greeting", "triage", "billing", "technical", "refunding", "person", "closed")
GUARDS = ("caller_named", "issue_known", "caller_verified", "within_refund_limit", "nothing_open", "agreed")
FLOWS = ("support", "booking", "sales", "helpdesk")
ENDS = ("agent_closed", "caller_left", "caller_silent", "drained")
KINDS = ("guard_false", "not_from_here", "stale")


def write_many(path: Path, calls: int, days: int = 28, seed: int = 7) -> int:
    """Write so many calls that began within so many days before `LAST`; how many records they are. All are over."""
    open_journal(path).close()
    chance, written = random.Random(seed), 0
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        for first in range(0, calls, BATCH):
            made = [_call(chance, n, calls, days) for n in range(first, min(first + BATCH, calls))]
            connection.execute("BEGIN")
            connection.executemany(f"INSERT INTO calls VALUES ({','.join('?' * 16)})", (row for row, _ in made))
            lines = [line for _, its in made for line in its]
            connection.executemany("INSERT INTO records VALUES (?,?,?,?,?,?,?,?)", lines)
            connection.execute("COMMIT")
            written += len(lines)
    return written


def _call(chance: random.Random, n: int, calls: int, days: int) -> tuple[tuple[Any, ...], list[tuple[Any, ...]]]:
    call_id, flow = f"call-{chance.getrandbits(48):012x}", chance.choice(FLOWS)
    began = LAST - timedelta(days=days) * ((calls - n) / calls)
    lines, place = [], 0
    for seq, (kind, audit) in enumerate(_happened(chance), 1):
        if kind == "transition.accepted":
            place = PLACES.index(audit["after"][-1])
        at = text_of(began + timedelta(seconds=3 * seq))
        lines.append((call_id, seq, kind, at, seq, json.dumps(audit), b"\0" * 32, "{}"))
    snapshot = {"machine": "M", "version": 1, "configuration": ["live", PLACES[place]], "history": {}, "epoch": 3}
    why = lines[-1] and chance.choice(ENDS)
    ends = (lines[-1][3], why, len(lines), b"\0" * 32, 1, "owner", None, None, None)
    return (call_id, flow, "M", 1, json.dumps(snapshot), 3, text_of(began), *ends), lines


def _happened(chance: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "call.opened", {"machine": "M", "version": 1, "state": "greeting"}
    place = 0
    for _ in range(chance.randint(4, 12)):
        accepted = chance.random() < 0.7
        event, after = _drawn(chance, EVENTS), _drawn(chance, PLACES)
        yield from (("question.asked", {"event": event, "version": "1"}), ("line.told", {"line": "opening"}))
        yield (
            ("transition.accepted" if accepted else "transition.refused"),
            _verdict(chance, accepted, place, event, after),
        )
        yield "turn.measured", {"state": PLACES[place], "answer_ms": chance.randint(300, 2500), "llm_ttft_ms": 400}
        place = PLACES.index(after) if accepted else place
    if chance.random() < 0.01:
        yield "turn.failed", {"why": "the model gave no answer"}
    yield "call.ended", {"reason": "agent_closed"}


def _drawn(chance: random.Random, of: tuple[str, ...]) -> str:
    """The earlier ones often, the last ones seldom."""
    return of[min(int(chance.expovariate(0.7)), len(of) - 1)]


def _verdict(chance: random.Random, accepted: bool, place: int, event: str, after: str) -> dict[str, Any]:
    asked = chance.sample(GUARDS, 3)
    reason = "Ask for the account number first, then for the date of birth."
    guards = [{"name": g, "held": accepted or n < 2, "reason": "", "error": ""} for n, g in enumerate(asked)]
    kind = "accepted" if accepted else chance.choice(KINDS)
    before = ["live", "desks", PLACES[place]]
    return {
        "event": event,
        "by": "agent",
        "kind": kind,
        "reason": "" if accepted else reason,
        "refused_by": asked[2] if kind == "guard_false" else "",
        "seen_epoch": 3,
        "before": before,
        "after": ["live", "desks", after] if accepted else before,
        "offered": list(EVENTS),
        "guards": guards,
    }
