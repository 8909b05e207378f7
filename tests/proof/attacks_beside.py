"""The same, of what is beside the chains: what is kept apart, the calls' rows, the database, the store's key."""

import json

from sqlalchemy import update

from interlock.app.store import tables
from tests.proof.attacks import ARGS, ENDED, LIVE, ONE, OTHER, Attack
from tests.proof.forger import Forger


def facts_changed(its: Forger) -> None:
    """changes a fact"""
    its.keep(ENDED, 2, {"facts": {"caller_name": "Mallory"}})


def arguments_changed(its: Forger) -> None:
    """changes the arguments of a proposal"""
    its.keep(ENDED, 6, ARGS)


def salt_changed(its: Forger) -> None:
    """changes a salt"""
    its.connection.execute(update(tables.private).where(tables.private.c.call_id == ENDED).values(salt=b"x" * 16))


def private_gone(its: Forger) -> None:
    """takes away all that is kept apart of a call"""
    its.gone("private", ENDED)


def private_of_another(its: Forger) -> None:
    """exchanges what is kept apart with that of another call"""
    rows = {call_id: its.gone("private", call_id) for call_id in (ENDED, OTHER)}
    its.put("private", *({**row, "call_id": OTHER} for row in rows[ENDED]))
    its.put("private", *({**row, "call_id": ENDED} for row in rows[OTHER]))


def arguments_committed(its: Forger) -> None:
    """changes arguments, and makes commitment, hashes and row fit"""
    its.keep(ENDED, 6, ARGS, commit=True)
    its.fit(ENDED)


def covers_stripped(its: Forger) -> None:
    """changes arguments, and makes a whole call look as if from before anything was covered"""
    its.keep(ENDED, 6, ARGS)
    its.sql(f"UPDATE records SET covers = NULL WHERE {ONE}")
    its.fit(ENDED)


def first_covers_stripped(its: Forger) -> None:
    """the same of the first half of a call"""
    its.keep(ENDED, 2, ARGS)
    its.sql(f"UPDATE records SET covers = NULL WHERE {ONE} AND seq < 4")
    its.fit(ENDED)


def words_changed(its: Forger) -> None:
    """changes what the caller said"""
    said = json.dumps({"role": "user", "text": "I confirm the refund of 5000.", "interrupted": False}).encode()
    its.connection.execute(update(tables.turns).where(tables.turns.c.call_id == ENDED).values(data=said))


def turn_more(its: Forger) -> None:
    """adds a turn to a conversation"""
    its.put("turns", {**its.rows("turns", ENDED)[-1], "n": 99})


def turn_of_live_gone(its: Forger) -> None:
    """takes the last turn of a call that has not ended away, and that it was there"""
    its.sql(
        f"DELETE FROM turns WHERE call_id = '{LIVE}' AND n = 3",
        f"UPDATE calls SET uncovered = NULL WHERE call_id = '{LIVE}'",
    )


def erased_by_hand(its: Forger) -> None:
    """erases a call, and makes up the line that says so"""
    fence = its.rows("calls", ENDED)[0]["fence"]
    for name in ("private", "turns"):
        its.gone(name, ENDED)
    its.add(ENDED, "private.erased", {"entries": 3, "why": "asked for"}, {"driver": fence, "owner": "mallory"})
    its.sql(f"UPDATE calls SET fence = fence + 1, lease_until = NULL WHERE {ONE}")
    its.fit(ENDED)


def flow_changed(its: Forger) -> None:
    """changes the flow in a call's row"""
    its.sql(f"UPDATE calls SET flow = 'intake' WHERE {ONE}")


def start_changed(its: Forger) -> None:
    """changes the start in a call's row"""
    its.sql(f"UPDATE calls SET started_at = '2020-01-01T00:00:00.000000+00:00' WHERE {ONE}")


def end_taken_back(its: Forger) -> None:
    """takes the end out of a call's row"""
    its.sql(f"UPDATE calls SET ended_at = NULL, end_reason = NULL WHERE {ONE}")


def reason_changed(its: Forger) -> None:
    """changes why a call ended in its row"""
    its.sql(f"UPDATE calls SET end_reason = 'caller_was_rude' WHERE {ONE}")


def place_changed(its: Forger) -> None:
    """changes where a call stands in its row"""
    its.sql(f"UPDATE calls SET snapshot = replace(snapshot, 'billing', 'technical') WHERE {ONE}")


def history_changed(its: Forger) -> None:
    """changes the history in a call's row"""
    its.sql(f"UPDATE calls SET snapshot = replace(snapshot, 'before', 'behind') WHERE call_id = '{LIVE}'")


def epoch_changed(its: Forger) -> None:
    """changes the epoch in a call's row"""
    its.sql(f"UPDATE calls SET epoch = epoch + 1 WHERE call_id = '{LIVE}'")


def driver_changed(its: Forger) -> None:
    """changes who drove a call that has ended"""
    its.sql(f"UPDATE calls SET fence = fence + 5, owner = 'mallory' WHERE {ONE}")


def live_driver_changed(its: Forger) -> None:
    """changes who drives a call that has not ended"""
    its.sql(f"UPDATE calls SET fence = fence + 1, owner = 'mallory' WHERE call_id = '{LIVE}'")


def tag_gone(its: Forger) -> None:
    """takes a call's tag away"""
    its.sql(f"UPDATE calls SET tag = NULL WHERE {ONE}")


def trigger_made(its: Forger) -> None:
    """adds a trigger"""
    if its.is_sqlite:
        its.sql("CREATE TRIGGER evil AFTER INSERT ON private BEGIN DELETE FROM private WHERE seq = new.seq; END")
        return
    its.sql(
        "CREATE FUNCTION evil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        "CREATE TRIGGER evil BEFORE INSERT ON private FOR EACH ROW EXECUTE FUNCTION evil()",
    )


def view_made(its: Forger) -> None:
    """adds a view"""
    its.sql("CREATE VIEW seen AS SELECT * FROM private")


def column_made(its: Forger) -> None:
    """adds a column"""
    its.sql("ALTER TABLE calls ADD COLUMN note TEXT")


def key_exchanged(its: Forger) -> None:
    """puts another key of the commitments in the place of the store's"""
    its.connection.execute(update(tables.secrets).values(value=b"k" * 64))


def key_exchanged_and_fitted(its: Forger) -> None:
    """the same, not sealed, and makes every commitment, hash and tag fit it"""
    key_exchanged(its)
    its.key = b"k" * 64
    for call_id in (OTHER, ENDED, "call-2", LIVE):
        its.gone("turns", call_id)
        for row in its.rows("private", call_id):
            its.keep(call_id, row["seq"], ARGS, commit=True)
        for row in its.gone("records", call_id):
            covers = {name: value for name, value in json.loads(row["covers"]).items() if name != "turns"}
            its.put("records", {**row, "covers": json.dumps(covers, sort_keys=True, separators=(",", ":"))})
        its.fit(call_id)
    its.sql("UPDATE calls SET uncovered = NULL")


def limits_reset(its: Forger) -> None:
    """sets counts back that limit what callers may try"""
    its.sql("UPDATE counters SET count = 0")


def room_given_away(its: Forger) -> None:
    """gives the room of a call to another"""
    its.sql(f"UPDATE rooms SET call_id = '{OTHER}'")


BESIDE: list[Attack] = [
    value for value in list(globals().values()) if callable(value) and getattr(value, "__module__", "") == __name__
]
