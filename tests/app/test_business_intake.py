"""The policy record: it only says whether it matches, three times at most, and what can never be on file."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from agents.intake.systems import Check
from app.business.intake import open_intake_systems
from interlock.agents.systems import Refused, SystemDown

WHO = ("Anna Miller", "1980-05-03", "4482107")
ALL = (*WHO, "12 Rose Street", "01512345678", "anna@example.com")
WRONG = ("Anna Miller", "1980-05-04", "4482107")
FILE = "INSERT INTO intakes (key, call_id, name, born, policy, address, phone, email, said) VALUES"
CHECK = "INSERT INTO checks (key, call_id, name, born, policy, matched) VALUES"


@pytest.fixture
def policies():
    return open_intake_systems().policies


async def rows(policies, query):
    return await policies._database.run(lambda c: [tuple(row) for row in c.execute(text(query))])


@pytest.mark.parametrize("who", [WHO, ("  ANNA   mIller ", *WHO[1:]), ("Ánna Miller", "1980-05-03", "448 21 07")])
async def test_what_belongs_together_matches(policies, who):
    """Spaces, accents, upper and lower case do not matter."""
    assert await policies.check("call:1", "call", who) == Check(matched=True, failed=0)


@pytest.mark.parametrize(
    "who", [WRONG, ("Ann Miller", *WHO[1:]), (*WHO[:2], "5520316"), (*WHO[:2], ""), ("", "", ""), ("%", "%", "%")]
)
async def test_what_does_not_belong_together_does_not_and_is_counted(policies, who):
    """And nothing says which part it was."""
    assert await policies.check("call:1", "call", who) == Check(matched=False, failed=1)


async def test_after_three_that_did_not_match_nothing_is_compared_in_that_call(policies):
    """Not even what would match; a key asked again is the same try, and other calls are not concerned."""
    failed = [(await policies.check(f"call:{n}", "call", WRONG)).failed for n in (1, 1, 2, 3)]
    assert failed == [1, 1, 2, 3]
    with pytest.raises(Refused):
        await policies.check("call:4", "call", WHO)
    assert (await policies.check("else:1", "else", WHO)).matched


async def test_what_matched_is_filed_once_a_key(policies):
    """With the reference it had the first time."""
    await policies.check("call:1", "call", WHO)
    assert [await policies.file("call:2", "call", ALL) for _ in range(2)] == ["IN00001"] * 2
    assert await rows(policies, "SELECT said, phone, withdrawn FROM intakes") == [("Anna Miller", "01512345678", 0)]


async def test_a_later_yes_takes_the_place_of_the_earlier_one(policies):
    """One intake of a call stands at most; taken back, none does."""
    await policies.check("call:1", "call", WHO)
    await policies.file("call:2", "call", ALL)
    await policies.file("call:4", "call", (*WHO, "5 Mill Lane", *ALL[4:]))
    assert await rows(policies, "SELECT address FROM intakes WHERE withdrawn = 0") == [("5 Mill Lane",)]
    for _ in range(2):
        await policies.withdraw("call:5", "call")
    assert await rows(policies, "SELECT count(*), sum(withdrawn) FROM intakes") == [(2, 2)]


async def test_a_withdrawal_that_comes_late_takes_back_nothing_that_was_filed_since(policies):
    """It is the work of its key, done long ago: a driver that lost the call may ask for it once more."""
    await policies.check("call:1", "call", WHO)
    await policies.file("call:2", "call", ALL)
    await policies.withdraw("call:3", "call")
    await policies.file("call:6", "call", ALL)
    await policies.withdraw("call:3", "call")
    assert await rows(policies, "SELECT key, withdrawn FROM intakes") == [("call:2", 1), ("call:6", 0)]


@pytest.mark.parametrize(
    ("call", "details"), [("call", (*WRONG, *ALL[3:])), ("else", ALL), ("call", (*ALL[:5], "")), ("call", ())]
)
async def test_what_did_not_match_in_this_call_or_is_not_whole_is_not_filed(policies, call, details):
    """And what stood before still stands."""
    await policies.check("call:1", "call", WHO)
    await policies.check("call:2", "call", WRONG)
    await policies.file("call:3", "call", ALL)
    with pytest.raises(Refused):
        await policies.file("call:4", call, details)
    assert await rows(policies, "SELECT key, withdrawn FROM intakes") == [("call:3", 0)]


@pytest.mark.parametrize(
    "wrong",
    [
        f"{CHECK} ('k', 'call', 'x', 'x', 'x', 0)",
        f"{CHECK} ('call:1', 'else', 'x', 'x', 'x', 0)",
        "UPDATE checks SET matched = 1 WHERE key = 'call:2'",
        "UPDATE checks SET call_id = 'else'",
        "UPDATE checks SET born = '1980-05-03', matched = 1 WHERE key = 'call:2'",
        "DELETE FROM checks",
        f"{FILE} ('k', 'call', 'mira osei', '1994-02-28', '6093442', 'a', 'p', 'e', 's')",
        f"{FILE} ('k', 'call', 'anna miller', '1980-05-03', '4482107', 'a', 'p', 'e', 's')",
        f"{FILE} ('k', 'call', 'anna miller', '1980-05-03', '4482107', '', 'p', 'e', 's')",
        "UPDATE intakes SET phone = '1'",
        "UPDATE intakes SET phone = '1', withdrawn = 1",
        "UPDATE intakes SET withdrawn = 2",
        "DELETE FROM intakes",
        "DELETE FROM withdrawals",
        "INSERT INTO policies VALUES ('anna muller', '1980-05-03', '4482107')",
    ],
)
async def test_what_must_never_be_the_tables_refuse(policies, wrong):
    """Whoever writes into them, by whatever code."""
    await policies.check("call:1", "call", WHO)
    for number in (2, 3, 4):
        await policies.check(f"call:{number}", "call", WRONG)
    await policies.file("call:5", "call", ALL)
    await policies.withdraw("else:1", "else")
    with pytest.raises((IntegrityError, SystemDown)):
        await rows(policies, wrong)
    assert await rows(policies, "SELECT phone, withdrawn FROM intakes") == [("01512345678", 0)]


async def test_a_check_is_what_the_tables_find_whatever_is_written(policies):
    """A row that says it matched does not, unless it does."""
    await rows(policies, f"{CHECK} ('k', 'call', 'x', 'x', 'x', 1) RETURNING id")
    assert await rows(policies, "SELECT matched FROM checks") == [(0,)]


@pytest.mark.slow
async def test_many_at_once_get_three_tries_and_one_intake(tmp_path):
    """Two connections to one file, as two workers have."""
    both = [open_intake_systems(tmp_path / "intake.sqlite").policies for _ in range(2)]
    tries = [both[n % 2].check(f"call:{n}", "call", WRONG) for n in range(12)]
    found = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(its.failed for its in found if isinstance(its, Check)) == [1, 2, 3]
    assert sum(isinstance(its, Refused) for its in found) == 9
    await both[0].check("else:0", "else", WHO)
    await asyncio.gather(*(both[n % 2].file(f"else:{n}", "else", ALL) for n in range(1, 9)))
    assert await rows(both[0], "SELECT count(*) FROM intakes WHERE withdrawn = 0") == [(1,)]
