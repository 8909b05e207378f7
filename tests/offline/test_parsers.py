"""What callers say, typed or as speech recognition writes it, and the values read from it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from interlock.app.offline.parsers import read

NOW = datetime(2026, 3, 11, 14, 30, tzinfo=ZoneInfo("Europe/London"))  # a Wednesday

ASKED = [
    ("count", "two large ones, please", 2),
    ("count", "a couple of them", 2),
    ("count", "a dozen, no, twelve", 12),
    ("count", "order 1042 at 10:30", None),
    ("digits", "four four seven one", "4471"),
    ("digits", "Four, four, seven, one.", "4471"),
    ("digits", "4-4-7-1", "4471"),
    ("digits", "Four-four-seven-one.", "4471"),
    ("digits", "44 71.", "4471"),
    ("digits", "It's 4471, thank you.", "4471"),
    ("digits", "double four seven one", "4471"),
    ("digits", "four oh seven one", "4071"),
    ("digits", "Oh, 4471.", "4471"),
    ("digits", "zero zero four two", "0042"),
    ("digits", "forty-four seventy-one", "4471"),
    ("digits", "4 for 7 1", "4471"),
    ("digits", "My account number is 4471, I have been here for 10 years.", "4471"),
    ("digits", "Um, four four, uh, seven one", "4471"),
    ("digits", "one moment please", None),
    ("digits", "at 3:30 pm", None),
    ("digits", "on the 14th", None),
    ("digits", "I do not know it", None),
    ("name", "bye", None),
    ("name", "Hm, what was the code again?", None),
    ("name", "It's Anna Kowalski", "Anna Kowalski"),
    ("name", "It\N{RIGHT SINGLE QUOTATION MARK}s Anna Kowalski.", "Anna Kowalski"),
    ("name", "My name is Anna.", "Anna"),
    ("name", "anna kowalski", "Anna Kowalski"),
    ("name", "Yes, hi, this is Anna, I have a question", "Anna"),
    ("name", "I'm Jean-Luc O'Brien and I cannot log in", "Jean-Luc O'Brien"),
    ("name", "Sure. Ludwig van Beethoven.", "Ludwig van Beethoven"),
    ("name", "I was charged twice for my order.", None),
    ("name", "I'm having trouble with my router", None),
    ("name", "I want to talk to a person", None),
    ("name", "It is not working", None),
    ("name", "why do you need that", None),
    ("email", "anna.k@example.com.", "anna.k@example.com"),
    ("email", "My email is Anna.K@Example.com", "anna.k@example.com"),
    ("email", "anna dot k at example dot com", "anna.k@example.com"),
    ("email", "It's anna underscore k at example dot co dot uk", "anna_k@example.co.uk"),
    ("email", "Anna K at example.com.", "annak@example.com"),
    ("email", "my email address is anna forty two at example dot com", "anna42@example.com"),
    ("email", "I am at home", None),
    ("email", "anna at", None),
    ("phone", "+44 20 7946 0018", "+442079460018"),
    ("phone", "plus four four two oh seven nine four six double oh one eight", "+442079460018"),
    ("phone", "0044 20 7946 0018", "+442079460018"),
    ("phone", "020 7946 0018.", "02079460018"),
    ("phone", "020-7946-0018", "02079460018"),
    ("phone", "It's 555, 0199, 123.", "5550199123"),
    ("phone", "(020) 7946-0018", "02079460018"),
    ("phone", "12345", None),
    ("phone", "you have my number", None),
    ("datetime", "that one, please", None),
    ("datetime", "yes, the first one", None),
    ("datetime", "at one on Monday", "2026-03-16T13:00:00+00:00"),
    ("datetime", "tomorrow at three pm", "2026-03-12T15:00:00+00:00"),
    ("datetime", "Tomorrow at 3 p.m., please.", "2026-03-12T15:00:00+00:00"),
    ("datetime", "tomorrow at 3", "2026-03-12T15:00:00+00:00"),
    ("datetime", "Monday at ten", "2026-03-16T10:00:00+00:00"),
    ("datetime", "next Monday at 10 a.m.", "2026-03-16T10:00:00+00:00"),
    ("datetime", "On Thursday at 11.30.", "2026-03-12T11:30:00+00:00"),
    ("datetime", "Friday at ten thirty", "2026-03-13T10:30:00+00:00"),
    ("datetime", "Could you call me at half past three tomorrow?", "2026-03-12T15:30:00+00:00"),
    ("datetime", "quarter to four tomorrow", "2026-03-12T15:45:00+00:00"),
    ("datetime", "10 o'clock tomorrow", "2026-03-12T10:00:00+00:00"),
    ("datetime", "tomorrow morning", "2026-03-12T09:00:00+00:00"),
    ("datetime", "the day after tomorrow at noon", "2026-03-13T12:00:00+00:00"),
    ("datetime", "at 4 pm", "2026-03-11T16:00:00+00:00"),
    ("datetime", "at ten", "2026-03-12T10:00:00+00:00"),
    ("datetime", "today at 10 am", "2026-03-11T10:00:00+00:00"),
    ("datetime", "the 14th of April at nine", "2026-04-14T09:00:00+01:00"),
    ("datetime", "April fourteenth at 9:15 am", "2026-04-14T09:15:00+01:00"),
    ("datetime", "in two hours", "2026-03-11T16:30:00+00:00"),
    ("datetime", "in half an hour", "2026-03-11T15:00:00+00:00"),
    ("datetime", "2026-03-16 10:00", "2026-03-16T10:00:00+00:00"),
    ("datetime", "tomorrow", None),
    ("datetime", "as soon as you can", None),
    ("yes_no", "Yes, please.", True),
    ("yes_no", "that's right", True),
    ("yes_no", "No problem, go ahead", True),
    ("yes_no", "no, thank you", False),
    ("yes_no", "That's not right.", False),
    ("yes_no", "I\N{RIGHT SINGLE QUOTATION MARK}d rather not", False),
    ("yes_no", "my router is blue", None),
    ("money", "forty two euros fifty", 4250),
    ("money", "$42.50", 4250),
    ("money", "It was 42.50.", 4250),
    ("money", "twenty-five dollars and fifty cents", 2550),
    ("money", "fifty cents", 50),
    ("money", "1,200 pounds", 120000),
    ("money", "a hundred", 10000),
    ("money", "nineteen ninety-five", 1995),
    ("money", "€20", 2000),
    ("money", "all of it", None),
    ("text", "My router is blinking.", "My router is blinking"),
    ("text", " . ", None),
    ("choice", "billing", None),
]

UNASKED = [
    ("digits", "Where is my order 1001?", "1001"),
    ("digits", "I have two problems", None),
    ("digits", "I paid 120 euros for it", None),
    ("name", "Hello, my name is anna, I need help", "Anna"),
    ("name", "Hi, this is Anna Kowalski. My bill is wrong.", "Anna Kowalski"),
    ("name", "this is ridiculous", None),
    ("name", "Anna Kowalski", None),
    ("email", "write to my email anna at example dot com", "anna@example.com"),
    ("money", "I want 20 euros back", 2000),
    ("money", "I ordered 20", None),
    ("yes_no", "yes", None),
    ("text", "My router is blinking", None),
]


@pytest.mark.parametrize(("kind", "words", "value"), ASKED)
def test_an_answer_is_read_as_the_kind_asked_for(kind, words, value):
    """
    Words that are no answer read as None, so that the question is asked again.
    """
    assert read(kind, words, NOW) == value


@pytest.mark.parametrize(("kind", "words", "value"), UNASKED)
def test_words_nobody_asked_for_need_a_clear_sign(kind, words, value):
    """
    A value is taken from a passing remark only when nothing else could be meant.
    """
    assert read(kind, words, NOW, asked=False) == value


def test_a_time_without_a_zone_is_in_the_zone_of_now():
    """
    Summer time is the zone's, not today's: a date after the change carries the other offset.
    """
    assert read("datetime", "April 14th at nine", NOW) == "2026-04-14T09:00:00+01:00"
