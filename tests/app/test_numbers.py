"""What is listed is found however it is written: a number has one way of being in our tables."""

from datetime import UTC, date, datetime

import pytest

from agents.sales.systems import Lead
from app.business.numbers import numbers_in, one_number
from app.business.sales import open_sales_systems
from interlock.agents.systems import Refused

LISTED = "+4930555555"
AT = datetime(2026, 9, 1, 10, tzinfo=UTC)
LEAD = Lead("phones", 5_000_00, "decides", "now")
WRITTEN = (
    "+4930555555",
    "030 555555",
    "0049 30 555555",
    "+49 (0)30 555555",
    "0049(0)30555555",
    "0049 (0) 30 / 55 55 55",
    "030/555555",
    "+49.30.555555",
    "+ 49 30 555555",
    "0 30 55 55 55",
    "0 0 4 9 3 0 5 5 5 5 5 5",
    "+49 030 555555",
    "49 30 555555",
    "010 49 30 555555",
    "01149 30 555555",
    "tel:+49-30-555555",
    "sip:+4930555555@example.com",
    "+49 30 555555 ext 5",
    "030 555555 x12",
    "+49 30 555555;5",
    "+49 30 555555,,1",
    "+49 30 555555#1",
    "030 555555-12",
    "*31#030555555",
    "#31#030555555",
    "*67 030 555555",
    "*21*030555555#",
    "+49 30 JJJJJJ",
    "030 5J5 L5K",
    "\uff10\uff13\uff10\uff15\uff15\uff15\uff15\uff15\uff15",
    "\uff0b49 30 555555",
    "030\u200b555555",
    "O3O 555555",
    "030 555555 or 0171 2345678",
    "0171 2345678 or 030 555555",
    "0171 2345678 030 555555",
    "+49 171 2345678 / +49 30 555555",
    "call 030 555555 please",
)
OTHERS = ("030 555556", "030 55555", "0171 2345678", "+44 30 555555", "+1 800 FLOWERS", "040 555555", "")


@pytest.mark.parametrize("written", WRITTEN)
async def test_a_listed_number_is_found_however_it_is_written(written):
    """By who reads the list, and by the tables: nobody calls it, and nobody is told that they will."""
    systems = open_sales_systems()
    assert any(number.startswith(LISTED) for number in numbers_in(written))
    assert await systems.leads.note("a:1", "a", LEAD, [written])
    with pytest.raises(Refused):
        await systems.callbacks.book("a:2", written, AT)
    with pytest.raises(Refused):
        await systems.leads.follow_up("a:3", written, date(2026, 9, 1), written)


@pytest.mark.parametrize("written", OTHERS)
async def test_another_number_is_not_taken_for_it(written):
    """One that is shorter, that differs in a figure, or is another country's."""
    assert not any(number.startswith(LISTED) for number in numbers_in(written))
    assert not await open_sales_systems().leads.note("a:1", "a", LEAD, [written])


@pytest.mark.parametrize("line", WRITTEN[:12])
async def test_a_line_is_listed_once_however_it_shows_itself(line):
    """The seed has it: nothing is added, and it is on the list all the same."""
    systems = open_sales_systems()
    assert one_number(line) == LISTED
    assert await systems.leads.never_call("a:1", "a", line)
    assert await systems.leads.note("b:1", "b", LEAD, [LISTED])
