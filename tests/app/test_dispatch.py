"""Which flow a dispatch asks for, and what is refused without repeating what it said."""

import pytest

from agents.support import SUPPORT
from interlock.app.worker.dispatch import DispatchError, flow_of


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
