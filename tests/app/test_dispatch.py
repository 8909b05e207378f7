"""Which flow a dispatch asks for, and what is refused without repeating what it said."""

import pytest

from agents.support import SUPPORT
from interlock.app.worker.dispatch import DispatchError, call_of, flow_of, with_call


@pytest.mark.parametrize(
    "metadata", ["", "  ", "support", " support\n", '{"flow": "support"}', '{"other": 1}', '{"flow": null}', "{}"]
)
def test_a_flow_is_named_by_json_or_by_its_bare_name_or_by_the_settings(metadata):
    """
    Whatever else JSON holds is somebody else's.
    """
    assert flow_of(metadata, "support") is SUPPORT


@pytest.mark.parametrize(
    ("metadata", "found"),
    [
        ('{"flow": "suport"}', "names a flow there is not: there is no flow 'suport', expected one of: "),
        ("suport", "did you mean 'support'?"),
        ('{"flow": "support"', "metadata is no JSON"),
        ("Anna Kowalski", "metadata is no JSON"),
        ("[" * 100_000, "metadata is no JSON"),
        ('["support"]', "metadata is a JSON list"),
        ("7", "metadata is a JSON int"),
        ('{"flow": 7}', "flow is a int"),
        ('{"flow": "Anna Kowalski"}', "13 characters that are no name"),
        ('{"flow": ""}', "0 characters that are no name"),
    ],
)
def test_anything_else_is_refused_in_one_line(metadata, found):
    """
    It says what was found and what was expected, and of a caller nothing.
    """
    with pytest.raises(DispatchError) as raised:
        flow_of(metadata, "support")
    line = str(raised.value)
    assert found in line
    assert "expected" in line
    assert "\n" not in line
    assert "Anna" not in line


CALL_ID = "call-0123456789ab"


@pytest.mark.parametrize("metadata", ["", " support ", '{"flow": "support", "campaign": 7}', '{"other": 1}'])
def test_a_dispatch_names_the_one_call_it_begins(metadata):
    """
    Beside the flow and whatever else there is; the first name stands.
    """
    named = with_call(metadata, CALL_ID)
    assert (call_of(named), call_of(metadata)) == (CALL_ID, None)
    assert call_of(with_call(named, "call-ba9876543210")) == CALL_ID
    assert flow_of(named, "support") is SUPPORT
    assert ("campaign" in named) is ("campaign" in metadata)


def test_what_no_call_can_begin_with_stays_as_it_is():
    """
    The worker says what is wrong with it.
    """
    assert with_call("{broken", CALL_ID) == "{broken"


@pytest.mark.parametrize("named", ["7", '"c1"', '"call-0123456789AB"', '"call-0123456789ab\\n"', "[]", '"../x"'])
def test_a_call_of_another_name_is_begun_by_nobody(named):
    """
    Whoever dispatches chooses no name that no call has.
    """
    with pytest.raises(DispatchError, match="12 hexadecimal digits"):
        call_of(f'{{"interlock_call": {named}}}')
