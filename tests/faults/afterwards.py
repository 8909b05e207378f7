"""What must hold of a call whose processes died, whoever looks at its record and at the business systems."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection

from interlock.agents.call.effects import key_of
from interlock.agents.flow import Flow
from interlock.app.replay import replay
from interlock.app.store import ACCEPTED, AuditRecord, StoreJournal
from interlock.app.store.standing import disagreement
from interlock.app.worker.last_driver import facts_at_the_end
from tests.faults.lives import CALL_ID

DONE = {
    "refund_paid": {"refunds"},
    "callback_booked": {"callbacks"},
    "booked": {"appointments"},
    "moved": {"changes"},
    "cancelled": {"changes"},
    "link_delivered": {"links"},
    "details_matched": {"checks"},
    "details_unmatched": {"checks"},
    "details_filed": {"intakes"},
    "diagnosed": {"quotes"},
    "visit_booked": {"orders"},
    "lead_noted": {"leads"},
    "follow_up_noted": {"follow_ups"},
    "ticket_opened": {"tickets"},
}
"""What an outcome says was done, and in which table its key must be."""
NOT_DONE = {
    "refund_failed": {"refunds"},
    "callback_failed": {"callbacks"},
    "time_lost": {"appointments", "changes"},
    "cancel_failed": {"changes"},
    "link_refused": {"links"},
    "filing_failed": {"intakes"},
    "visit_refused": {"orders"},
}
"""What an outcome says was not done, and in which tables its key must not be."""
SEVERAL = {"do_not_call"}
"""Tables where one work may put several rows."""


def check(journal: StoreJournal, flow: Flow, services: Any, told: Iterable[tuple[str, int]]) -> None:
    """0 accepted verdicts lost, 0 effects done twice, 0 states that the record does not explain."""
    records = journal.records(CALL_ID)
    check_nothing_lost(records, told)
    if not records:
        assert not keys(services)
        return
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    assert replay(journal, CALL_ID, flow.machine, flow.facts) == []
    assert [record.kind for record in records].count("call.opened") == 1
    row = journal.call(CALL_ID)
    assert row is not None
    assert disagreement(row, records) == ""
    check_begun_once(records)
    check_done_once(flow, records, keys(services))


def check_nothing_lost(records: Iterable[AuditRecord], told: Iterable[tuple[str, int]]) -> None:
    """What anybody was told was accepted is on record."""
    accepted = {(record.audit["event"], record.epoch) for record in records if record.kind == ACCEPTED}
    assert set(told) <= accepted, f"lost: {set(told) - accepted}"


CALLBACK = "callback_booked"


def check_begun_once(records: Iterable[AuditRecord]) -> None:
    """No work is on record as started twice; whoever takes a call over asks for it again, and says so."""
    started = [record.audit["key"] for record in records if record.kind == "effect.started"]
    assert len(started) == len(set(started)), f"started twice: {started}"
    taken_over = False
    for record in records:
        taken_over |= record.kind == "call.resumed"
        assert taken_over or record.kind != "effect.asked_again", "asked for again, and nobody took the call over"


def check_done_once(flow: Flow, records: Iterable[AuditRecord], done: dict[str, list[str]]) -> None:
    """Nothing was done that was not accepted, nothing twice, and every outcome on record is true."""
    accepted = [record for record in records if record.kind == ACCEPTED]
    begun = {key_of(CALL_ID, record.epoch) for record in accepted if record.audit["after"][-1] in flow.effects}
    assert done.keys() <= begun, f"done and never accepted: {done.keys() - begun}"
    twice = {key: its for key, its in done.items() if len(its) > 1 and not SEVERAL & set(its)}
    assert not twice, f"done twice: {twice}"
    asked_last = max((r.seq for r in accepted if r.audit["event"] == "book_callback"), default=0)
    for record in accepted:
        if record.audit["event"] == CALLBACK and record.seq < asked_last:
            continue  # a later one took its place
        where = set(done.get(key_of(CALL_ID, record.audit["seen_epoch"]), ()))
        event = record.audit["event"]
        assert where or event not in DONE, f"{event} is on record, and nothing was done"
        assert not where & NOT_DONE.get(event, set()), f"{event} is on record, and it was done: {where}"


OF_A_MOMENT = frozenset({"now", "spent"})
"""Facts that are found out anew for each judgement, and go on record with its verdict."""


def check_agrees(call: Any, journal: StoreJournal) -> None:
    """The call in memory, at rest, is where its record says, knows what that says, and leaves no work undone."""
    assert call.state not in call.flow.effects, f"the call stays in {call.state}"
    assert journal.snapshot(CALL_ID) == call.snapshot
    on_record = facts_at_the_end(journal.records(CALL_ID), journal.private(CALL_ID))
    assert on_record is not None
    known = call.facts.model_dump(mode="json")
    assert {n: v for n, v in on_record.items() if n not in OF_A_MOMENT} == {
        n: v for n, v in known.items() if n not in OF_A_MOMENT
    }


def keys(services: Any) -> dict[str, list[str]]:
    """Every key of this call in the business systems, with the tables it is in, one entry a row."""
    found: dict[str, list[str]] = {}
    for database in _databases(services):
        for table, key in database._transact(_keyed):
            found.setdefault(key, []).append(table)
    return found


def _databases(services: Any) -> list[Any]:
    its = [getattr(getattr(services, part.name), "_database", None) for part in fields(services)]
    return list(
        {database._transact(_file) or id(database): database for database in its if database is not None}.values()
    )


def _file(connection: Connection) -> str:
    return str(connection.exec_driver_sql("SELECT file FROM pragma_database_list WHERE name = 'main'").scalar_one())


def _keyed(connection: Connection) -> list[tuple[str, str]]:
    tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
    found = []
    for table in tables:
        columns = {row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")}
        if "key" in columns:
            rows = connection.exec_driver_sql(f"SELECT key FROM {table} WHERE key LIKE '{CALL_ID}:%'").scalars()
            found += [(table, key) for key in rows]
    return found
