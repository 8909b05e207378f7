"""What a quota counts, whose it is, and what is said when nothing is left."""

import pytest

from interlock.guards.base import Proposal
from interlock.guards.facts import Facts, claimed
from interlock.guards.quotas import HOUR_S, Limit, Quota, Spent, in_words, left, settled, words

FULL = {"call": Limit(1), "caller": Limit(2), "account": Limit(9), "number": Limit(3), "anonymous": Limit(4, HOUR_S)}


class Known(Facts):
    contact: str | None = claimed(pii=True)


def quota(**given):
    its = {"name": "tries", "what": "tries", "limits": FULL, "account": "account", "number": ("phone", "contact")}
    return Quota(**{**its, **given})


def takes(facts: Known, args=None, changed=None, **given) -> dict[str, tuple[str, int]]:
    return {its.whose: (its.subject, its.limit.most) for its in quota(**given).takes(facts, args or {}, changed)}


def test_each_key_there_is_has_a_count():
    """A caller without a number counts with all others of them, and never as a caller."""
    phoned = Known(call_id="c1", caller_phone="+49 171 2345678", contact="0301234567")
    assert takes(phoned, {"account": "44 71"}) == {
        "call": ("c1", 1),
        "caller": ("+491712345678", 2),
        "account": ("4471", 9),
        "number": ("+49301234567", 3),
    }
    assert takes(Known(call_id="c1")) == {"call": ("c1", 1), "anonymous": ("anonymous", 4)}


@pytest.mark.parametrize(
    "written",
    ["+49 30 1234567", "0049301234567", "030/1234567", "(030) 123-4567", "030 1234567 ext. 12", "0301234567x9"],
)
def test_a_number_is_one_however_it_is_written(written):
    """Else each way to write it would have a limit of its own."""
    assert takes(Known(caller_phone=written))["caller"] == takes(Known(caller_phone="+49301234567"))["caller"]


def test_settings_change_a_limit_and_leave_the_others():
    """One key of one quota, by name."""
    changed = {"tries": {"caller": Limit(7, 60)}, "other": {"call": Limit(9)}}
    found = takes(Known(call_id="c1", caller_phone="0301234567"), changed=changed)
    assert found == {"call": ("c1", 1), "caller": ("+49301234567", 7)}


def test_it_is_not_counted_where_it_does_not_apply():
    """Whoever has no warranty guesses at none."""
    assert takes(Known(call_id="c1"), when=lambda facts: facts.contact is not None) == {}


def test_a_share_is_of_callers_without_a_number():
    """Who shows a number finds all places."""
    shared = {"limits": {"share": Limit(1)}, "share": lambda facts, args: args["time"]}
    assert takes(Known(), {"time": "ten"}, **shared) == {"share": ("ten", 1)}
    assert takes(Known(caller_phone="0301234567"), {"time": "ten"}, **shared) == {}


def test_who_calls_from_the_same_line_can_be_known_for_an_account():
    """By number, or by the name in a room; an account that nobody named is nobody's."""
    known = {
        its.whose: its.known
        for its in quota().takes(Known(caller_phone="0301234567"), {"account": "4471"})
        if its.known
    }
    assert known == {"caller": "4471 +49301234567", "account": "4471 +49301234567"}
    known = {its.whose: its.known for its in quota().takes(Known(caller_identity="me"), {"account": "1"}) if its.known}
    assert known == {"account": "1 me", "anonymous": "1 me"}


def test_a_right_proof_gives_back_and_begins_the_account_anew():
    """The caller's failures at it are taken back; those at others are not, or who owns one could guess for ever."""
    taken = quota().takes(Known(call_id="c1", caller_phone="0301234567"), {"account": "4471"})
    done = [(its.how, its.whose) for its in settled(taken, proved=True)]
    assert done == [
        ("give_back", "call"),
        ("take_back", "caller"),
        ("give_back", "account"),
        ("begin_anew", "account"),
        ("know", "account"),
    ]
    assert {its.how for its in settled(taken)} == {"give_back"}


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "in about a minute"),
        (61, "in about 2 minutes"),
        (3000, "in about 50 minutes"),
        (3001, "in about an hour"),
        (3601, "in about 2 hours"),
        (86_400, "in about a day"),
        (86_401, "in about 2 days"),
    ],
)
def test_it_is_said_when_it_works_again(seconds, said):
    """Never sooner than it does."""
    assert in_words(seconds) == said


def test_the_guard_is_false_of_its_own_quota_and_says_when():
    """In the words of the model and in those of the caller; another quota's is none of its business."""
    guard, other = left(quota()), Known(spent=(("other", "caller", 60),))
    assert guard.ask(other, Proposal("e")).held
    result = guard.ask(Known(spent=(("tries", "caller", 60), ("tries", "account", 3601))), Proposal("e"))
    assert (result.held, result.name, result.error) == (False, "tries_left", "")
    assert "in about 2 hours" in result.reason
    assert "in about 2 hours" in result.say


def test_what_is_said_does_not_tell_which_key_was_full():
    """Whoever guesses learns from it neither that an account is there nor that others try at it."""
    assert len({words(quota(), [Spent("tries", whose, 60)]) for whose in ("caller", "account", "anonymous")}) == 1


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"name": "no name"}, "identifier"),
        ({"limits": {}}, "limits nobody"),
        ({"limits": {"somebody": Limit(1)}}, "limits somebody"),
        ({"limits": {"call": Limit(0)}}, "nothing through for call"),
        ({"account": ""}, "each account"),
        ({"number": ()}, "each number"),
        ({"limits": {"share": Limit(1)}}, "each share"),
    ],
)
def test_a_quota_that_cannot_be_meant_is_refused_at_import(given, why):
    """Its name, and what is wrong."""
    with pytest.raises(TypeError, match=why):
        quota(**given)
