"""What can happen in a random call, one dataclass a kind of step, and how often."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from interlock.guards.base import Proposer
from tests.machines.support_table import ARGS, EVENTS, KNOWN, PROPOSERS, STRANGE_NAMES


@dataclass(frozen=True)
class Asked:
    """How a step is asked for: awaited, left running, or cancelled after some rounds of the event loop."""

    how: str = "awaited"
    rounds: int = 0


@dataclass(frozen=True)
class Proposes:
    """A proposal; an event that is a number is that one of those offered just then.

    It was made `off` epochs from now; None is as of whenever it is judged.
    """

    event: str | int
    by: Proposer
    args: dict[str, Any] = field(default_factory=dict)
    off: int | None = 0
    tool_call_id: str | None = None
    asked: Asked = Asked()


@dataclass(frozen=True)
class Learns:
    """A claim or an established fact; forged when the fields are the other's, unknown or no value of theirs."""

    origin: str
    values: dict[str, Any]
    asked: Asked = Asked()


@dataclass(frozen=True)
class Fails:
    """A tool call that was malformed or a turn that failed: recorded by whoever may be cancelled any time."""

    turn: bool
    asked: Asked = Asked()


@dataclass(frozen=True)
class Waits:
    """The clock moves on."""

    seconds: float


@dataclass(frozen=True)
class JournalDownFor:
    """The journal fails for some appends."""

    appends: int


@dataclass(frozen=True)
class Systems:
    """The business systems work, refuse, raise or hang from now on."""

    mode: str


@dataclass(frozen=True)
class Hears:
    """Somebody speaks or falls silent."""

    who: str
    state: str


@dataclass(frozen=True)
class Ends:
    """The session closes: the caller left."""


Step = Proposes | Learns | Fails | Waits | JournalDownFor | Systems | Hears | Ends


@dataclass(frozen=True)
class History:
    """A call: what is known from the start, its steps, how slow its journal and session are, what its switches do."""

    known: dict[str, Any]
    steps: tuple[Step, ...]
    delays: tuple[int, ...]
    troubles: tuple[str, ...]


asked = st.sampled_from(
    [Asked()] * 4 + [Asked("left")] * 4 + [Asked("cancelled", rounds) for rounds in (0, 1, 2, 3, 4, 6, 9)]
)
proposers = st.sampled_from(PROPOSERS)
offsets = st.sampled_from([0] * 8 + [None] * 4 + [-2, -1, 1, 2**63])
tool_call_ids = st.sampled_from([None] * 6 + ["one", "two", "two"])
arguments = st.sampled_from(
    [ARGS] * 6
    + [
        {},
        {"amount_cents": 5001},
        {"amount_cents": "a lot"},
        {**ARGS, "time": "no time"},
        {"phone": {"deep": [[[[[[[[[1]]]]]]]]]}},
        {"phone": "x" * 9000},
        {"phone": object()},
        {"event": "closed", "state": "closed", "source": 1, "target": 2, "facts": {"caller_verified": True}},
    ]
)
mostly_agents = st.sampled_from([*["agent"] * 4, *PROPOSERS])
wanted = st.builds(Proposes, st.integers(0, 6), mostly_agents, arguments, offsets, tool_call_ids, asked)
agents_wish = st.builds(Proposes, st.integers(0, 6), st.just("agent"), st.just(ARGS), asked=asked)
anything = st.builds(
    Proposes, st.sampled_from([*EVENTS, *EVENTS, *STRANGE_NAMES]), proposers, arguments, offsets, tool_call_ids, asked
)
claims = st.sampled_from(
    [
        {"caller_name": "Ann"},
        {"issue_category": "billing"},
        {"issue_category": "technical", "issue_details": "it smokes"},
        {"caller_verified": True},
        {"issue_category": "general", "order_found": True},
        {"account_found": True},
        {"issue_category": "everything"},
        {"nothing_of_ours": 1},
        {"now": "2030-01-01T00:00:00Z"},
        {"silences": 0},
    ]
)
facts = st.sampled_from(
    [
        {"account_found": True, "caller_verified": True, "account_id": "4471", "order_number": "1042"},
        {"order_found": True, "order_paid_cents": 5000},
        {"caller_verified": False},
        {"silences": 1},
        {"caller_name": "Forged"},
        {"order_paid_cents": "plenty"},
        {"nothing_of_ours": 1},
    ]
)
step = st.one_of(
    agents_wish,
    agents_wish,
    agents_wish,
    agents_wish,
    wanted,
    wanted,
    anything,
    st.builds(Learns, st.just("claimed"), claims, asked),
    st.builds(Learns, st.just("established"), facts, asked),
    st.builds(Fails, st.booleans(), asked),
    st.builds(Waits, st.sampled_from([0.5, 3.0, 8.0, 12.0, 40.0])),
    st.builds(JournalDownFor, st.integers(1, 3)),
    st.builds(Systems, st.sampled_from(["works", "refuses", "raises", "hangs"])),
    st.builds(Hears, st.just("agent"), st.sampled_from(["listening", "speaking"])),
    st.builds(Hears, st.just("caller"), st.sampled_from(["listening", "speaking", "words"])),
)
CLAIMED_FROM_THE_START = {"caller_name": "Ann", "issue_category": "billing"}
PROVED_FROM_THE_START = {k: v for k, v in KNOWN.items() if k in ("caller_verified", "order_found", "order_paid_cents")}
ALL_KNOWN = {**CLAIMED_FROM_THE_START, **PROVED_FROM_THE_START}
beginnings = st.sampled_from(
    [
        (),
        (),
        (Proposes("begin_triage", "agent"),),
        (Proposes("begin_triage", "agent"), Proposes("route_to_billing", "agent")),
        (Proposes("begin_triage", "agent"), Proposes("route_to_billing", "agent"), Proposes("refund", "agent", ARGS)),
        (Proposes("escalate", "operator"), Proposes("book_callback", "agent", ARGS)),
    ]
)
middles = st.lists(step, min_size=6, max_size=30).map(tuple)
endings = st.just(()) | st.lists(step, max_size=2).map(lambda steps: (Ends(), *steps))
histories = st.builds(
    History,
    known=st.sampled_from([ALL_KNOWN, ALL_KNOWN, CLAIMED_FROM_THE_START, {}]),
    steps=st.tuples(beginnings, middles, endings).map(lambda parts: (*parts[0], *parts[1], *parts[2])),
    delays=st.lists(st.sampled_from([0, 0, 1, 2, 5]), min_size=1, max_size=5).map(tuple),
    troubles=st.lists(st.sampled_from([""] * 5 + ["raises", "fails", "hangs"]), min_size=1, max_size=4).map(tuple),
)
