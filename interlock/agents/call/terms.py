"""The terms of a call, whatever its flow: what is said before anything else, and how much of a call there may be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds of one call beside its flow.

    `disclosure` takes the place of the flow's own; `undisclosed` leaves it out, which goes on record.
    """

    disclosure: str = ""
    undisclosed: bool = False
