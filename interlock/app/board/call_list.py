"""A page of calls, by the index: those that fit, how many there are, and when they began."""

import time
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from interlock.app.board.filtering import TROUBLES, Asked, command_of, filters_of, in_words
from interlock.app.board.flows_shown import FlowsShown
from interlock.app.board.index import CallInList, Filters, Index
from interlock.app.board.index.answers import By
from interlock.app.board.names import ended, event

PAGE = 100
MOST_BARS = 120
BY_HOUR = timedelta(days=3)
"""What began within so long is shown by the hour."""


def calls_json(index: Index, asked: Asked, before: int | None, flows: FlowsShown) -> dict[str, Any]:
    """Plain JSON. Raises `FilterError` for filters nobody can read."""
    begun = time.perf_counter()
    filters = filters_of(asked)
    found = index.calls(filters, before, PAGE + 1)
    count, state = index.count(filters), index.state()
    by = _by(filters)
    answer = {
        "calls": [_row(call, flows) for call in found[:PAGE]],
        "older": str(found[PAGE - 1].n) if len(found) > PAGE else None,  # larger than a browser's numbers
        "command": command_of(asked),
        "count": count,
        "all": state.calls,
        "by": by,
        "bars": [[bar.at.timestamp(), bar.calls, bar.refused] for bar in index.bars(filters, by)[-MOST_BARS:]],
        "chips": list(in_words(asked, flows)),
        "index": {"newest": state.newest, "calls": state.calls, "whole": state.whole},
        "without": [index.count(filters_of(left)) for left in _each_left_out(asked)] if not count else [],
    }
    return answer | {"ms": round((time.perf_counter() - begun) * 1000, 1)}


def offered_json(index: Index, flow: str, flows: FlowsShown) -> dict[str, Any]:
    """What a filter can be, with words: only what there are calls of."""
    names, of = flows.names(flow), flow or None

    def values(what: Any, words: Any) -> list[list[str]]:
        return [[value, words(value)] for value in _plain(index.known(what, of))]

    return {
        "flow": [[name, its.title if (its := flows.flow(name)) else name] for name in _plain(index.known("flow"))],
        "ended": [["under way", "under way"], *values("ended", ended)],
        "place": values("place", names.place),
        "asked": values("asked", event),
        "refused_by": values("refused_by", names.sentence),
        "trouble": [["any", "any"], *values("trouble", lambda name: TROUBLES.get(name, name))],
    }


def _each_left_out(asked: Asked) -> list[Asked]:
    return [[*asked[:n], *asked[n + 1 :]] for n in range(len(asked))]


def _plain(values: Collection[str]) -> list[str]:
    return [value for value in values if value]


def _by(filters: Filters) -> By:
    if filters.since is None:
        return "day"
    until = filters.until or filters_of([("until", "1h")]).until
    return "hour" if until is not None and until - filters.since <= BY_HOUR else "day"


def _row(call: CallInList, flows: FlowsShown) -> dict[str, Any]:
    flow, names = flows.flow(call.flow), flows.names(call.flow)
    return {
        "c": call.call_id,
        "began": call.began.timestamp(),
        "flow": f"{flow.title if flow else call.flow} {call.version}",
        "place": names.place(call.state),
        "how": ended(call.why) if call.ended else "under way",
        "length": call.length.total_seconds() if call.length is not None else None,
        "accepted": call.accepted,
        "refused": call.refused,
        "slowest": call.slowest_ms,
        "person": call.person,
        "trouble": [TROUBLES.get(name, name) for name in call.trouble],
        "erased": call.erased,
    }
