"""The terms of a call, whatever its flow: what is said before anything else, and how much of a call there may be."""

from dataclasses import dataclass, field

from interlock.guards.quotas import Limits


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds of one call beside its flow.

    `disclosure` takes the place of the flow's own; `undisclosed` leaves it out, which goes on record. A call may last
    `longest_s` seconds, hold `idle_turns` of the caller's turns in a row in which nothing is accepted or learnt, and
    use `tokens` of language models, in and out. With `asks_to_record` the caller is asked whether it may be recorded.
    `quotas` are the limits that outlive a call and differ from what a flow says; in a `rehearsal` they count apart for
    each call, so that it can be played again.
    """

    disclosure: str = ""
    undisclosed: bool = False
    longest_s: float = 3600.0
    idle_turns: int = 20
    tokens: int = 1_000_000
    asks_to_record: bool = False
    quotas: Limits = field(default_factory=dict)
    rehearsal: bool = False
