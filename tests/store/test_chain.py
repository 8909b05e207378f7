"""The bytes a record is hashed as are those of RFC 8785, whichever encoder wrote them."""

from enum import StrEnum

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.app.store.chain import canonical

LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False) | st.text()
ASCII = st.text(st.characters(max_codepoint=127))
TREES = st.recursive(
    LEAVES | ASCII, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ASCII | st.text(), inner, max_size=3)
)


@settings(max_examples=80, deadline=None)
@given(TREES)
def test_the_fast_way_and_the_library_write_the_same_bytes(value):
    """Keys in the order of UTF-16, escapes and numbers as ECMAScript has them."""
    try:
        expected = rfc8785.dumps(value).decode()
    except ValueError:
        with pytest.raises(rfc8785.CanonicalizationError):
            canonical(value)
    else:
        assert canonical(value) == expected


class Kind(StrEnum):
    """A text that says it is another when it is shown."""

    ACCEPTED = "accepted"


@pytest.mark.parametrize("value", [{"kind": Kind.ACCEPTED}, {"a": (1, True, None)}, {"\ue000": 1, "\U0001f600": 2}])
def test_what_is_nearly_plain_is_written_as_the_library_does(value):
    """Subclasses, tuples, and keys that code points and UTF-16 put in different orders."""
    assert canonical(value) == rfc8785.dumps(value).decode()


@pytest.mark.parametrize("value", [{1: "x"}, {None: "x"}, 2**53, [float("inf")], "\ud800", {"a": {True: 1}}])
def test_what_is_no_json_is_refused(value):
    """Never turned into something else quietly, such as a number that became a text."""
    with pytest.raises(rfc8785.CanonicalizationError):
        canonical({"deep": [value]})
