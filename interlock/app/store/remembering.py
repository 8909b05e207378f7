"""The conversation, kept for whoever takes a call over: apart from the audit chain, sealed, erased with the facts."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from interlock.agents.call.journal import Turn
from interlock.app.store import tables
from interlock.app.store.chain import canonical
from interlock.app.store.covering import commitment, new_salt, tag, turns_of
from interlock.app.store.rows import text_of
from interlock.app.store.sealing import Seal

turns = tables.turns.c


def keep(connection: Connection, seal: Seal, call_id: str, turn: Turn, fence: int) -> None:
    """Write one turn down, in place of what was kept of it before; a driver that lost the call, or whose call was
    erased, writes nothing. The call's next record covers it."""
    calls = tables.calls.c
    mine = select(calls.uncovered, calls.last_seq, calls.head).where(calls.call_id == call_id, calls.fence == fence)
    found = connection.execute(mine.with_for_update()).one_or_none()
    if found is None:
        return
    said = json.dumps(_plain(turn)).encode()
    place, salt = (call_id, "turn", turn.n), new_salt()
    uncovered = canonical({**turns_of(found[0]), str(turn.n): commitment(seal.commitment_key, salt, said, *place)})
    new = {"uncovered": uncovered, "tag": tag(seal.commitment_key, call_id, found[1], bytes(found[2]), uncovered)}
    connection.execute(delete(tables.turns).where(turns.call_id == call_id, turns.n == turn.n))
    connection.execute(
        insert(tables.turns), {"call_id": call_id, "n": turn.n, "data": seal.close(said, *place), "salt": salt}
    )
    connection.execute(update(tables.calls).where(calls.call_id == call_id).values(new))


def recall(connection: Connection, seal: Seal, call_id: str) -> Sequence[Turn]:
    """Every turn of a call in order, unsealed. Raises `StoreError` without the key it was sealed with."""
    rows = connection.execute(select(turns.n, turns.data).where(turns.call_id == call_id).order_by(turns.n))
    return [_turn(n, json.loads(seal.open(bytes(data), call_id, "turn", n))) for n, data in rows]


_TIMES = ("at", "began", "ended")


def _plain(turn: Turn) -> dict[str, Any]:
    """What is not known of it is left out."""
    times = {name: text_of(at) for name in _TIMES if (at := getattr(turn, name)) is not None}
    said = {"role": turn.role, "text": turn.text, "interrupted": turn.interrupted, **times}
    return said if turn.after is None else {**said, "after": turn.after}


def _turn(n: int, plain: dict[str, Any]) -> Turn:
    return Turn(n, **{**plain, **{name: datetime.fromisoformat(plain[name]) for name in _TIMES if name in plain}})
