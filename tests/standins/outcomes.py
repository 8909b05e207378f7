"""The outcomes the tests of the faults share."""

from livekit.agents import APIConnectionError, APIError, APIStatusError

from tests.standins.faults import Fault

AT_THE_DOOR = [
    (Fault.RATE_LIMITED, APIStatusError, 429),
    (Fault.SERVER_ERROR, APIStatusError, 503),
    (Fault.REFUSED, APIConnectionError, None),
]
SLOW = [Fault.SLOW_FIRST_BYTE, Fault.SLOW_DRIP]


def is_error(
    error: Exception | None, kind: type[APIError], *, status: int | None = None, retryable: bool = True
) -> bool:
    """Whether it is exactly that error; fails with what it is instead."""
    assert type(error) is kind, repr(error)
    assert getattr(error, "status_code", None) == status
    assert error.retryable is retryable
    return True
