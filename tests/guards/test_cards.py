"""A card number is told by its check digit, however it is said, and what is no card number is left alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.guards.cards import NOT_KEPT, without_card_numbers, without_cards_across
from interlock.guards.said_digits import said_digits
from tests.said_cards import AFTER, card_numbers, said, sentences

VISA = "4242 4242 4242 4242"


def digits_in(words: str) -> str:
    return "".join(each.written for each in said_digits(words, misheard=False))


@settings(max_examples=400, deadline=None)
@given(sentences())
def test_no_card_is_left_in_a_sentence(case):
    """Whichever card, in groups, in pairs, digit by digit, with "double", with words and signs between."""
    number, words = case
    left = without_card_numbers(words)
    assert NOT_KEPT in left
    assert number not in digits_in(left)
    assert len(digits_in(left)) <= 4, left


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_card_is_left_across_turns(data):
    """However many breaths it takes to say it."""
    number = data.draw(card_numbers())
    words = data.draw(said(number)).split(" ")
    cuts = sorted(data.draw(st.sets(st.integers(1, max(len(words) - 1, 1)), max_size=3)))
    parts = [" ".join(words[first:last]) for first, last in zip([0, *cuts], [*cuts, len(words)], strict=True)]
    left = without_cards_across(["Hello.", *parts, "Thank you" + data.draw(st.sampled_from(AFTER))])
    assert left[0] == "Hello."
    assert len(digits_in(" ".join(left[1:-1]))) <= 4, left


@pytest.mark.parametrize(
    "words",
    [
        "four triple one double one double one four double one double one one one",
        "4111 1111 1111 O11O",
        "for one one one one won one one one one one one one one one one",
        "vier eins eins eins eins eins eins eins eins eins eins eins eins eins eins eins",
        "zweiundvierzig " * 8,
        "\u0664\u0662\u0664\u0662 4242 4242 4242",
        "4111 1111, next part is 1111 1111",
        "6304 0000 0000 0000 000",
        "3782 822463 10005",
    ],
)
def test_cards_as_recognisers_write_them(words):
    """Misheard words, other languages, other scripts: a number as long as a card that was said and not typed is one
    although a digit of it was misheard."""
    assert without_card_numbers(words).strip() == NOT_KEPT


@pytest.mark.parametrize(
    "words",
    [
        "jams, serial number 1234567890123456",
        "serial number 4242424242424241",
        "the serial number is four two four two four two four two four two four two four two four one",
        "My orders 10421042, 20012001 are both late.",
        "my order numbers are 41111111 and 11111111",
        "+49 1573 1234567",
        "49 1573 1234567",
        "0151 23456789, or 030 1234567",
        "two large and one small, 12.50, order 1042",
        "on the 4th of May 2026 at 12:30, for 4 people, number 42",
        "I have one for you, too, and two for them",
        "",
    ],
)
def test_other_numbers_are_left_alone(words):
    """Whatever fails the check digit, telephone numbers, and orders one after the other."""
    assert without_card_numbers(words) == words


@pytest.mark.parametrize(
    "beside",
    [
        ", code 123",
        " cvc one two three",
        " and the security code is 1234",
        " 12/27 123",
        ", expiry 12/27",
        ", expires in May 2027, the code is 123",
        " valid thru 05 28",
    ],
)
def test_what_is_right_beside_a_card_goes_with_it(beside):
    """Its code and its expiry, in any order."""
    assert without_card_numbers(f"My card is {VISA}{beside}.") == f"My card is {NOT_KEPT}."


def test_what_is_asked_for_afterwards_goes_too():
    """The code of a card that was said, and left out, in the turn before."""
    assert (
        without_cards_across([f"It is {NOT_KEPT}.", "The code is 123, and I am Anna."])[1]
        == f"{NOT_KEPT}, and I am Anna."
    )


def test_numbers_of_several_turns_are_no_card():
    """An account, a postcode, an order and an amount, in whatever turns they come, whatever their digits add up to."""
    turns = ["Anna, charged too much, 4471, 80331.", "Billing.", "1042.", "Refund ten."]
    assert without_cards_across(turns) == turns


def test_other_words_beside_a_card_stay():
    """What the caller wants, an order number, a telephone number."""
    words = "card {} was charged twice, order 1042, call 030 1234567"
    assert without_card_numbers(words.format(VISA)) == words.format(NOT_KEPT)
