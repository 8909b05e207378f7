"""Text is measured by a table, so that a picture is the same on every machine."""

from interlock.app.draw.measure import width, wrapped


def test_a_width_is_that_of_the_table():
    """In DejaVu Sans an M is 863 thousandths of its size wide, in bold 995; rounded up."""
    assert width("M", 100) == 87
    assert width("M", 100, "bold") == 100
    assert width("", 13) == 0


def test_a_character_that_the_table_lacks_is_as_wide_as_high():
    """Names may be in any writing."""
    assert width("漢字", 10) == 20


def test_a_text_is_wrapped_at_words():
    """A word wider than the line has a line of its own."""
    assert wrapped("one two three", width("one two", 10), 10) == ("one two", "three")
    assert wrapped("unbreakably long", 1, 10) == ("unbreakably", "long")
    assert wrapped("  ", 10, 10) == ("",)
