"""How often chance is asked: as often as `make test` has time for, or with `TEST_LONG=1` as often as a night has."""

import os
from typing import TypeVar

T = TypeVar("T")
LONG = os.environ.get("TEST_LONG") == "1"


def here_or_long(here: T, long: T) -> T:
    """The first in `make test`, the second with `TEST_LONG=1`."""
    return long if LONG else here
