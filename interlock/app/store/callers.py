"""Finding a caller's calls: their facts are sealed, so each call's are opened and compared."""

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, select

from interlock.app.store import tables
from interlock.app.store.reading import ACCEPTED, REFUSED
from interlock.app.store.upkeep import Upkeep

CALLER_FIELDS = frozenset({"account_id", "caller_identity", "caller_phone"})
"""The facts that say who calls, all of them established: what callers only say of themselves can be anybody's."""
PAGE = 200
"""How many calls' facts are held at once."""

_ELSEWHERE_TOO = (ACCEPTED, REFUSED, "facts.claimed")
_AROUND_DIGITS = re.compile(r"[\s().\-/]")


def calls_of(store: Upkeep, caller: str) -> Iterator[tuple[str, bool]]:
    """Every call there is, by id, and whether it is this caller's.

    Raises `StoreError` when facts are sealed with another key.
    """
    wanted = _plain(caller)
    ids = store.ids(limit=PAGE)
    while ids:
        last = ids[-1]
        rows = store.read(partial(_learned, first=ids[0], last=last))
        theirs = {row.call_id for row in rows if wanted in _who(store, row)}
        yield from ((call_id, call_id in theirs) for call_id in ids)
        ids = store.ids(last, PAGE)


def _learned(connection: Connection, first: str, last: str) -> list[Row[Any]]:
    """What our own systems found in calls: a verdict's facts stand in an earlier line, too."""
    private, records = tables.private.c, tables.records.c
    same = (records.call_id == private.call_id) & (records.seq == private.seq)
    found = select(private.call_id, private.seq, private.data).join_from(tables.private, tables.records, same)
    found = found.where(private.call_id.between(first, last), records.kind.not_in(_ELSEWHERE_TOO))
    return list(connection.execute(found))


def _who(store: Upkeep, row: Row[Any]) -> set[str]:
    facts = json.loads(store.seal.open(bytes(row.data), row.call_id, row.seq)).get("facts", {})
    return {_plain(str(facts[name])) for name in CALLER_FIELDS & facts.keys() if facts[name]}


def _plain(text: str) -> str:
    """A phone number without what people put between its digits; anything else as it is."""
    digits = _AROUND_DIGITS.sub("", text)
    return digits if re.fullmatch(r"\+?[0-9]{5,}", digits) else text.strip()
