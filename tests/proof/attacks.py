"""What somebody who may write the store could do to it, one thing each; `told` has what is found of it.

The docstring of each stands in the table that `python -m tests.proof.told` prints.
"""

import json
from collections.abc import Callable

from tests.proof.forger import Forger

Attack = Callable[[Forger], object]
ENDED, OTHER, LIVE = "call-1", "call-0", "call-live"
ONE = f"call_id = '{ENDED}'"
ARGS = {"args": {"amount_cents": 100}, "facts": {"caller_name": "Mallory"}}


def verdict_changed(its: Forger) -> None:
    """changes what a record says"""
    its.record(ENDED, 3, lambda audit: {**audit, "outcome": "accepted"})


def kind_changed(its: Forger) -> None:
    """changes the kind of a record"""
    its.sql(f"UPDATE records SET kind = 'transition.accepted' WHERE {ONE} AND kind = 'transition.refused'")


def time_changed(its: Forger) -> None:
    """changes the time of a record"""
    its.sql(f"UPDATE records SET at = '2026-03-02T09:31:00.000000+00:00' WHERE {ONE} AND seq = 4")


def record_gone(its: Forger) -> None:
    """takes a record away"""
    its.sql(f"DELETE FROM private WHERE {ONE} AND seq = 5", f"DELETE FROM records WHERE {ONE} AND seq = 5")


def records_swapped(its: Forger) -> None:
    """swaps two records"""
    for old, new in ((4, 100), (5, 4), (100, 5)):
        its.sql(f"UPDATE records SET seq = {new} WHERE {ONE} AND seq = {old}")


def records_renamed(its: Forger) -> None:
    """gives a call another id"""
    rows = {name: its.gone(name, ENDED) for name in ("turns", "private", "records", "calls")}
    for name in ("calls", "records", "private", "turns"):
        its.put(name, *({**row, "call_id": "call-9"} for row in rows[name]))


def renamed_and_fitted(its: Forger) -> None:
    """gives a call another id, and makes hashes and row fit"""
    records_renamed(its)
    its.fit("call-9")


def ids_exchanged(its: Forger) -> None:
    """exchanges the records of two calls"""
    rows = {call_id: its.gone("records", call_id) for call_id in (ENDED, OTHER)}
    its.put("records", *({**row, "call_id": OTHER} for row in rows[ENDED]))
    its.put("records", *({**row, "call_id": ENDED} for row in rows[OTHER]))


def other_type(its: Forger) -> None:
    """stores text where a number was (SQLite)"""
    its.sql(f"UPDATE records SET epoch = epoch || 'x' WHERE {ONE} AND seq = 3")


def other_bytes(its: Forger) -> None:
    """stores text as bytes (SQLite)"""
    its.sql(f"UPDATE records SET audit = cast(audit AS blob) WHERE {ONE} AND seq = 3")


def rewritten(its: Forger) -> None:
    """rewrites a record, and makes hashes and row fit"""
    verdict_changed(its)
    its.fit(ENDED)


def reason_rewritten(its: Forger) -> None:
    """rewrites why a call ended, in record and row, and makes hashes fit"""
    its.record(ENDED, 7, lambda audit: {**audit, "reason": "caller_was_rude"})
    its.sql(f"UPDATE calls SET end_reason = 'caller_was_rude' WHERE {ONE}")
    its.fit(ENDED)


def cut_and_fitted(its: Forger) -> None:
    """cuts off the end of a call, and makes the row fit"""
    its.sql(
        f"DELETE FROM private WHERE {ONE} AND seq > 6",
        f"DELETE FROM records WHERE {ONE} AND seq > 6",
        f"DELETE FROM turns WHERE {ONE} AND n > 2",
        f"UPDATE calls SET ended_at = NULL, end_reason = NULL WHERE {ONE}",
    )
    its.fit(ENDED)


def call_gone(its: Forger) -> None:
    """removes a call"""
    for name in ("turns", "private", "records", "calls"):
        its.gone(name, ENDED)


def put_back(its: Forger) -> None:
    """puts one call back to what it was once, row and all"""
    call_gone(its)
    for name in ("calls", "records", "private", "turns"):
        its.put(name, *(row for row in its.earlier[name] if row["call_id"] == ENDED))


def store_put_back(its: Forger) -> None:
    """puts the whole store back to what it was once"""
    for name in ("turns", "private", "records", "calls"):
        its.sql(f"DELETE FROM {name}")
    for name in ("calls", "records", "private", "turns"):
        its.put(name, *its.earlier[name])


def added_after_end(its: Forger) -> None:
    """adds a record after the end of a call, and makes hashes and row fit"""
    its.add(ENDED, "facts.established", {"fields": ["caller_verified"]})
    its.fit(ENDED)


def live_moved_on(its: Forger) -> None:
    """adds a record to a call that has not ended, and makes hashes and row fit"""
    its.add(LIVE, "facts.established", {"fields": ["caller_verified"]})
    its.fit(LIVE)


def made_up_ended(its: Forger) -> None:
    """makes up a call that has ended"""
    its.copied(OTHER, "call-made-up", only=("calls", "records"))
    its.sql("UPDATE records SET covers = '{}' WHERE call_id = 'call-made-up' AND seq IN (2, 5)")
    _without_private(its, "call-made-up")
    its.fit("call-made-up")


def made_up_live(its: Forger) -> None:
    """makes up a call that has not ended"""
    its.copied(LIVE, "call-made-up", only=("calls", "records"))
    _without_private(its, "call-made-up")
    its.sql("UPDATE calls SET uncovered = NULL WHERE call_id = 'call-made-up'")
    its.fit("call-made-up")


def _without_private(its: Forger, call_id: str) -> None:
    for row in its.gone("records", call_id):
        covers = {name: value for name, value in json.loads(row["covers"]).items() if name not in ("private", "turns")}
        its.put("records", {**row, "covers": json.dumps(covers, sort_keys=True, separators=(",", ":"))})


BY_RECORDS: list[Attack] = [
    value
    for name, value in list(globals().items())
    if callable(value) and getattr(value, "__module__", "") == __name__ and not name.startswith("_")
]
