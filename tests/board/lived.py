"""Calls that could have been, by chance, for a journal."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from interlock.agents.call.journal import Entry
from interlock.app.board.index import TROUBLE, Edge, Filters
from interlock.machines.base import Snapshot

FIRST = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FLOWS, VERSIONS = ("support", "booking"), (1, 2)
PLACES, EVENTS, GUARDS = ("triage", "billing", "person"), ("route", "escalate"), ("verified", "named")
REASONS = ("guard_false", "guard_error", "not_from_here")
ENDS = ("caller_left", "agent_closed")


@st.composite
def verdicts(draw):
    """A verdict's audit part, as the journal has it."""
    accepted, place = draw(st.booleans()), draw(st.sampled_from(PLACES))
    reason = draw(st.sampled_from(REASONS))
    guards = [
        {"name": name, "held": draw(st.booleans()), "reason": "", "error": draw(st.sampled_from(("", "", "KeyError")))}
        for name in draw(st.lists(st.sampled_from(GUARDS), unique=True, max_size=2))
    ]
    refused_by = draw(st.sampled_from(GUARDS)) if not accepted and reason != "not_from_here" else ""
    return {
        "event": draw(st.sampled_from(EVENTS)),
        "kind": "accepted" if accepted else reason,
        "refused_by": refused_by,
        "before": ["live", place],
        "after": ["live", draw(st.sampled_from(PLACES)) if accepted else place],
        "guards": guards,
    }


LINES = st.one_of(
    verdicts(),
    verdicts(),
    st.integers(0, 4000).map(lambda ms: {"answer_ms": ms}),
    st.sampled_from(TROUBLE),
    st.just("line.told"),
)


@dataclass
class Lived:
    """A call that happens in several portions; `left` are those to come."""

    call_id: str
    flow: str
    version: int
    began: datetime
    left: list[list[Entry]] = field(default_factory=list)


@st.composite
def lived(draw, number, began):
    """One call, in portions that are appended one after the other."""
    flow, version = draw(st.sampled_from(FLOWS)), draw(st.sampled_from(VERSIONS))
    call = Lived(f"c{number % 2}-{number}", flow, version, began)
    at, seq, epoch = call.began, 1, 0

    def entry(kind, audit, place=None):
        snapshot = Snapshot("M", version, ("live", place), {}, epoch) if place else None
        private = {"args": "secret"} if kind.startswith("transition") else {}
        return Entry(call.call_id, flow, seq, kind, at, epoch, audit, private, snapshot)

    portions = [[entry("call.opened", {}, "triage")]]
    for line in draw(st.lists(LINES, max_size=6)):
        seq, at = seq + 1, at + timedelta(seconds=1)
        if isinstance(line, str):
            made = entry(line, {})
        elif "answer_ms" in line:
            made = entry("turn.measured", line)
        elif line["kind"] == "accepted":
            epoch += 1
            made = entry("transition.accepted", line, line["after"][-1])
        else:
            made = entry("transition.refused", line)
        if draw(st.booleans()):
            portions.append([])
        portions[-1].append(made)
    if draw(st.integers(0, 3)):
        seq += 1
        portions.append([entry("call.ended", {"reason": draw(st.sampled_from(ENDS))})])
    call.left = [portion for portion in portions if portion]
    return call


@st.composite
def many(draw, most=8):
    """Some calls of several days, no two begun in the same microsecond."""
    offsets = draw(st.lists(st.integers(0, 4 * 86_400_000), min_size=1, max_size=most, unique=True))
    return [draw(lived(n, FIRST + timedelta(milliseconds=offset))) for n, offset in enumerate(offsets)]


TIMES = st.integers(-1, 100).map(lambda hours: FIRST + timedelta(hours=hours))
EDGES = st.builds(Edge, st.sampled_from(PLACES), st.sampled_from(EVENTS), st.sampled_from(("", "", *PLACES)))


def _few(values):
    return st.lists(values, min_size=1, max_size=2).map(tuple)


ONE_BY_ONE = {
    "flow": st.sampled_from((*FLOWS, "none")),
    "version": st.sampled_from(VERSIONS),
    "since": TIMES,
    "until": TIMES,
    "ended": st.sampled_from(("", *ENDS)),
    "place": st.sampled_from(PLACES),
    "went": _few(EDGES),
    "asked": _few(st.sampled_from(EVENTS)),
    "refused_by": _few(st.sampled_from(GUARDS)),
    "reasons": _few(st.sampled_from(REASONS)),
    "person": st.booleans(),
    "trouble": st.sampled_from(("any", *TROUBLE)),
    "slower_s": st.sampled_from((0.5, 1.0, 3.0)),
    "erased": st.booleans(),
    "call": st.sampled_from(("c", "c1-", "c1-1", "x")),
}


@st.composite
def filters(draw):
    """One filter as a rule, sometimes several."""
    names = draw(st.lists(st.sampled_from(sorted(ONE_BY_ONE)), min_size=1, max_size=3, unique=True))
    return Filters(**{name: draw(ONE_BY_ONE[name]) for name in names})
