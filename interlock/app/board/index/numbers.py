"""The numbers of calls: by when they began, so that one number is a call's place in every list, in any index."""

from datetime import UTC, datetime, timedelta
from zlib import crc32

BITS = 11
"""Beside the microsecond, for calls that began in the same one."""
LAST_US = 2**52 - 1
HOUR_US, DAY_US = 3_600_000_000, 86_400_000_000
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(at: datetime) -> int:
    """Since 1970."""
    return (at - _BEGINNING) // timedelta(microseconds=1)


def time_at(us: int) -> datetime:
    """The time so many microseconds after 1970, UTC."""
    return _BEGINNING + timedelta(microseconds=us)


def number_at(us: int) -> int:
    """The smallest number of a call that began then."""
    return max(0, min(us, LAST_US)) << BITS


def number_of(us: int, call_id: str) -> int:
    """The number of a call, where no other has it."""
    return number_at(us) | (crc32(call_id.encode(errors="surrogatepass")) % (1 << BITS))


def day_of(n: int) -> int:
    """The day a call began on, counted from 1970, in UTC."""
    return (n >> BITS) // DAY_US
