"""What a quota counts, whose it is, and what is said when nothing is left."""

import pytest

from interlock.guards.base import Proposal
from interlock.guards.facts import Facts, claimed
from interlock.guards.quotas import DAY_S, HOUR_S, Limit, Quota, Spent, in_words, left, settled, words

FULL = {"call": Limit(1), "caller": Limit(2), "account": Limit(9), "number": Limit(3), "anonymous": Limit(4, HOUR_S)}


class Known(Facts):
    contact: str | None = claimed(pii=True)


def quota(**given):
    its = {"name": "tries", "what": "tries", "limits": FULL, "account": "account", "number": ("phone", "contact")}
    return Quota(**{**its, **given})


def takes(facts: Known, args=None, changed=None, **given) -> dict[str, tuple[str, int]]:
    """By whose it is; of several under one key the first."""
    counts = quota(**given).takes(facts, args or {}, changed)
    return {its.whose: (its.subject, its.limit.most) for its in reversed(counts)}


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


def test_a_limit_that_is_off_counts_nobody():
    """Of the others nothing changes."""
    found = takes(Known(call_id="c1", caller_phone="0301234567"), changed={"tries": {"caller": None}})
    assert found == {"call": ("c1", 1)}


def test_each_window_of_a_limit_is_counted():
    """Whoever tries a little every day is bounded by the longer one."""
    both = {"caller": Limit(3, longer=Limit(9, 30 * DAY_S))}
    counts = quota(limits=both).takes(Known(caller_phone="0301234567"), {})
    assert [(its.limit.most, its.limit.within_s) for its in counts] == [(3, DAY_S), (9, 30 * DAY_S)]


def test_callers_without_a_number_have_a_count_of_their_own_at_an_account():
    """Nobody who shows a number is turned away for what somebody tried who shows none; without such a key they are."""
    apart = {"limits": {"account": Limit(9), "hidden": Limit(2)}}
    shown = Known(caller_phone="0301234567")
    assert takes(Known(), {"account": "4471"}, **apart) == {"hidden": ("4471", 2)}
    assert takes(shown, {"account": "4471"}, **apart) == {"account": ("4471", 9)}
    assert takes(Known(), {"account": "4471"}, limits={"account": Limit(9)}) == {"account": ("4471", 9)}
    off = {"tries": {"hidden": None}}
    assert takes(Known(), {"account": "4471"}, off, **apart) == {"account": ("4471", 9)}


def test_a_number_that_somebody_calls_from_is_theirs():
    """However it is written; nobody else can use up what they may have on their own line."""
    mine = Known(caller_phone="+491700000666")
    assert "number" not in takes(mine, {"phone": "0170 0000666"})
    assert takes(mine, {"phone": "0301234567"})["number"] == ("+49301234567", 3)


def test_what_begins_with_a_number_counts_as_that_number():
    """Its network rings it; of numbers that share fewer digits more may be rung."""
    counts = quota(limits={"number": Limit(3)}).takes(Known(), {"phone": "+49 170 00006661"})
    assert [(its.subject, its.limit.most) for its in counts] == [("+4917000006661", 3), ("+491700000666", 3)]
    counts = quota(limits={"number": Limit(3)}).takes(Known(), {"phone": "+49301234567"})
    assert [its.limit.most for its in counts] == [3, 3, 6, 12, 24]


@pytest.mark.parametrize("shown", ["anonymous", "unavailable", "0", "100", "+49", ""])
def test_a_line_that_shows_no_number_counts_with_those_that_show_none(shown):
    """A trunk's own digits are nobody's."""
    assert takes(Known(caller_phone=shown)) == {"anonymous": ("anonymous", 4)}


def test_it_is_not_counted_where_it_does_not_apply():
    """Whoever has no warranty guesses at none."""
    assert takes(Known(call_id="c1"), when=lambda facts: facts.contact is not None) == {}


def test_a_share_is_of_callers_without_a_number():
    """Who shows a number finds all places."""
    shared = {"limits": {"share": Limit(1)}, "share": lambda facts, args: args["time"]}
    assert takes(Known(), {"time": "ten"}, **shared) == {"share": ("ten", 1)}
    assert takes(Known(caller_phone="0301234567"), {"time": "ten"}, **shared) == {}


def test_a_share_that_stands_is_counted_by_who_keeps_it():
    """No counter has it; settings change it, and who shows a number has no part in it."""
    standing = quota(limits={"share": Limit(4)})
    assert standing.takes(Known(), {}) == ()
    assert standing.standing_share(Known()) == 4
    assert standing.standing_share(Known(), {"tries": {"share": Limit(2)}}) == 2
    assert standing.standing_share(Known(), {"tries": {"share": None}}) is None
    assert standing.standing_share(Known(caller_phone="0301234567")) is None
    assert quota().standing_share(Known(), {"tries": {"share": Limit(2)}}) is None


def test_who_calls_from_the_same_line_can_be_known_for_an_account():
    """By number, or by the name in a room; an account that nobody named is nobody's."""
    known = {
        its.whose: its.known
        for its in quota().takes(Known(caller_phone="0301234567"), {"account": "4471"})
        if its.known
    }
    assert known == {"caller": "4471 +49301234567", "account": "4471 +49301234567"}
    room = Known(caller_identity="me", caller_kind="standard")
    known = {its.whose: its.known for its in quota().takes(room, {"account": "1"}) if its.known}
    assert known == {"account": "1 me", "anonymous": "1 me"}


@pytest.mark.parametrize("kind", ["sip", "standard", None])
@pytest.mark.parametrize(
    "identity",
    ["sip_anonymous", "anonymous", "Unavailable", "sip_", "sip_100", "caller", "guest-17", "phone", "", "123", None],
)
def test_nobody_is_known_by_what_many_have(kind, identity):
    """A telephone that hides its number has a default for a name, and so have others who come to a room."""
    facts = Known(caller_identity=identity, caller_kind=kind)
    assert [its.known for its in quota().takes(facts, {"account": "1"}) if its.known] == []


def test_a_telephone_is_known_by_its_number_only():
    """Its name in the room is not its own."""
    assert not any(
        its.known for its in quota().takes(Known(caller_identity="anna", caller_kind="sip"), {"account": "1"})
    )


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
        ({"limits": {"call": Limit(3, longer=Limit(2, 1e9))}}, "no longer limit for call"),
        ({"limits": {"call": Limit(3, longer=Limit(9, 60))}}, "no longer limit for call"),
        ({"account": ""}, "each account"),
        ({"account": "", "limits": {"hidden": Limit(1)}}, "each hidden"),
        ({"number": ()}, "each number"),
    ],
)
def test_a_quota_that_cannot_be_meant_is_refused_at_import(given, why):
    """Its name, and what is wrong."""
    with pytest.raises(TypeError, match=why):
        quota(**given)
