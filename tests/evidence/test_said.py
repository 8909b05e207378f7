"""What is heard in what callers say, and what is not, in every usual writing."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from interlock.agents.evidence.marks import Around, Said, mark_of
from tests.evidence.said import HEARD, UNHEARD

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=ZoneInfo("Europe/Berlin"))  # a Monday
AROUND = Around(NOW, "DE")
MONTHS = {"3": ("in three months", "in a quarter"), "6": ("in six months", "in half a year"), "12": ("in a year",)}


def rows(table):
    return [
        pytest.param(kind, said, value, id=f"{kind}: {said[:40]} = {value}")
        for kind, pairs in table.items()
        for said, value in pairs
    ]


def mark(kind, said, value, around=AROUND):
    return mark_of(kind, value, Said((said,)), around, phrases=MONTHS.get(str(value), ()))


@pytest.mark.parametrize(("kind", "said", "value"), rows(HEARD))
def test_what_was_said_is_heard(kind, said, value):
    """Words, figures and mixtures of them, as recognisers write them."""
    assert mark(kind, said, value) == "heard"


@pytest.mark.parametrize(("kind", "said", "value"), rows(UNHEARD))
def test_what_nobody_said_is_not(kind, said, value):
    """Neither what was made up nor what is nearly what was said."""
    assert mark(kind, said, value) == "unheard"
