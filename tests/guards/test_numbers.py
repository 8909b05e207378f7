"""A number has one canonical form, and what is dialled after a whole number makes no other number of it."""

import pytest

from interlock.guards.callbacks import costs_the_caller
from interlock.guards.numbers import begins_with, is_somebodys, one_number


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("030 1234567", "+49301234567"),
        ("+49 (0)30 / 123 45 67", "+49301234567"),
        ("*31#030 1234567 ext. 9", "+49301234567"),
        ("0049301234567", "+49301234567"),
        ("+44 20 7183 8750", "+442071838750"),
        ("+1 212 555 0123", "+12125550123"),
        ("anonymous", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_there_is_one_form_however_it_is_written(said, number):
    """E.164; what has no digit is no number."""
    assert one_number(said) == number


@pytest.mark.parametrize("written", ["+12125550123", "+44 20 71838750", "+4915112345678"])
def test_more_digits_than_its_plan_has_are_cut_off(written):
    """Whoever dials them rings the number they follow."""
    assert {one_number(f"{written}{more}") for more in ("", "1", "99", "1234")} == {one_number(written)}


def test_a_plan_without_one_length_says_which_numbers_a_longer_one_may_ring():
    """In Germany no length is too long for a landline; where all have one length there is none."""
    assert begins_with("+491700000666") == ()
    assert begins_with("+4917000006661") == ("+491700000666",)
    assert begins_with("+49301234567")[:2] == ("+4930123456", "+493012345")
    assert begins_with("+12125550123") == ()
    assert begins_with("0123456789") == ()


@pytest.mark.parametrize(
    "said", ["anonymous", "unavailable", "0", "100", "sip_trunk", "+49", "", None, "1234567890123"]
)
def test_what_no_numbering_plan_has_is_nobodys(said):
    """As what a line shows that hides its number, or a trunk's own."""
    assert not is_somebodys(said)


@pytest.mark.parametrize("said", ["+491700000666", "0301234567", "+1 (212) 555-0123"])
def test_what_a_plan_has_is_somebodys(said):
    """Written as it is dialled here, or abroad."""
    assert is_somebodys(said)


@pytest.mark.parametrize("said", ["+49 (0)900 1234567", "+49 900 1234567", "0049900 1234567", "0900 1234567"])
def test_a_premium_number_is_one_however_it_is_written(said):
    """By its one form too, and not by how it happens to be given."""
    assert costs_the_caller(said)
