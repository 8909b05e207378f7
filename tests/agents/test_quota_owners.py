"""A limit hits who uses it up: strangers, hidden callers and one's own second thoughts lock no owner out."""

import pytest

from agents.booking import BOOKING
from agents.support import SUPPORT
from app.business.booking import open_booking_systems
from app.business.support import open_support_systems
from interlock.agents.call.terms import Terms
from interlock.guards.quotas import HOUR_S, Limit
from tests.agents.test_quota_outages import counted
from tests.agents.test_quotas import ME, OTHER, a_call, answered, books, tries

STRANGER = "+493099999999"


async def hidden(journal, systems, name: str, *postcodes: str, account: str = "4471", **known: str) -> bool:
    """A support call from a line that shows no number, in which these are tried."""
    async with a_call(SUPPORT, journal, systems, name, "") as stage:
        await stage.call.establish(**known)
        for postcode in postcodes:
            await stage.asks("verify_caller", {"account_number": account, "postcode": postcode})
        return bool(stage.call.facts.caller_verified)


async def test_hidden_callers_lock_nobody_out_who_shows_a_number(journal):
    """However often they guess at an account: who calls from a line that was never seen before proves it."""
    systems = open_support_systems(":memory:")
    for n in range(7):
        await hidden(journal, systems, f"a{n}", "90001", "90002", "90003")
    assert await tries(journal, systems, "own", "80331", phone=OTHER)
    assert (await counted(journal))["hidden"] <= 3


async def test_who_guesses_at_one_account_turns_no_hidden_caller_away_from_another(journal):
    """What all of them have together is more than what they may try at one."""
    systems = open_support_systems(":memory:")
    for n in range(7):
        await hidden(journal, systems, f"a{n}", "90001", "90002", "90003")
    assert await hidden(journal, systems, "other", "10115", account="5520")


async def test_hidden_callers_are_turned_away_for_minutes_and_not_for_hours(journal):
    """One of them may use up what all of them have."""
    systems = open_support_systems(":memory:")
    for n, account in enumerate(("5520", "6093")):
        await hidden(journal, systems, f"a{n}", "90001", "90002", "90003", account=account)
    async with a_call(SUPPORT, journal, systems, "b", "") as stage:
        await stage.asks("verify_caller", {"account_number": "4471", "postcode": "80331"})
        assert stage.last("quota.spent")["whose"] == "anonymous"
        assert stage.last("quota.spent")["in_s"] <= 20 * 60
        assert "works again in about 20 minutes" in answered(stage)[-1]


@pytest.mark.parametrize(
    "known",
    [{"caller_identity": "sip_anonymous"}, {"caller_identity": "caller", "caller_kind": "standard"}],
)
async def test_a_proof_by_a_hidden_caller_makes_no_other_known(journal, known):
    """They have a default for a name, and so has the next one: nobody uses up what the owner is known for."""
    systems = open_support_systems(":memory:")
    assert await hidden(journal, systems, "own", "80331", **known)
    await hidden(journal, systems, "stranger", "90001", "90002", "90003", **known)
    found = await counted(journal)
    assert (found["hidden"], found["anonymous"]) == (3, 3)
    assert "known" not in found


async def test_a_number_is_limited_with_whatever_is_dialled_after_it(journal):
    """More digits ring the same telephone."""
    systems, booked = open_support_systems(":memory:"), 0
    for n in range(6):
        async with a_call(SUPPORT, journal, systems, f"n{n}", f"+4930777{n:04d}") as stage:
            await stage.asks("escalate")
            await books(stage, phone=f"{ME}{n}", time=f"2026-03-0{3 + n // 3}T1{n}:00")
            booked += stage.call.facts.callback_booked
    assert booked == 3


async def test_a_stranger_uses_up_nobodys_own_line(journal):
    """However many call-backs others had booked for that number: who calls from it books one."""
    systems = open_support_systems(":memory:")
    for n in range(4):
        async with a_call(SUPPORT, journal, systems, f"x{n}", f"{STRANGER[:-1]}{n}") as stage:
            await stage.asks("escalate")
            await books(stage, phone=ME, time=f"2026-03-03T1{n}:00")
    assert stage.last("transition.refused")["refused_by"] == "callbacks_left"
    async with a_call(SUPPORT, journal, systems, "victim", ME) as stage:
        await stage.asks("escalate")
        assert await books(stage, phone=ME, time="2026-03-03T15:00") == "callback_booked accepted"


async def test_what_takes_the_place_of_another_gives_that_one_back(journal):
    """One call-back stands, and one is counted; how often this call asked stays counted."""
    systems = open_support_systems(":memory:")
    async with a_call(SUPPORT, journal, systems, "x", STRANGER) as stage:
        await stage.asks("escalate")
        for hour in (10, 11, 12):
            assert await books(stage, phone=ME, time=f"2026-03-03T{hour}:00") == "callback_booked accepted"
        await books(stage, phone=ME, time="2026-03-03T14:00")
        assert stage.last("transition.refused")["refused_by"] == "callbacks_left"
    assert await counted(journal) == {"call": 3, "caller": 1, "number": 1}


async def test_a_share_is_free_again_for_who_chose_another_hour(journal):
    """Of an hour callers without a number have two places, and who moved on has none of them."""
    systems = open_support_systems(":memory:")
    async with a_call(SUPPORT, journal, systems, "x", "") as stage:
        await stage.asks("escalate")
        for hour in (10, 11, 12):
            assert await books(stage, phone=ME, time=f"2026-03-03T{hour}:00") == "callback_booked accepted"
    for n in range(2):
        async with a_call(SUPPORT, journal, systems, f"y{n}", "") as stage:
            await stage.asks("escalate")
            assert await books(stage, phone=f"0171 234567{n}", time="2026-03-03T10:00") == "callback_booked accepted"


async def test_codes_have_a_limit_over_all_numbers(journal):
    """No account says whose a code is: many numbers guess at all of them, and no more than so many in its window; who
    shows no number uses nothing of it up, and who is known is not held up by it."""
    systems, terms = open_booking_systems(":memory:"), Terms(quotas={"proofs": {"world": Limit(4, HOUR_S)}})
    account = {"account_number": "4471", "postcode": "80331"}
    async with a_call(BOOKING, journal, systems, "known", OTHER, terms=terms) as stage:
        await stage.asks("change_booking")
        await stage.asks("verify_caller", account)
    async with a_call(BOOKING, journal, systems, "hidden", "", terms=terms) as stage:
        await stage.asks("change_booking")
        await stage.asks("find_booking", {"code": "333333"})
    for n in range(3):
        async with a_call(BOOKING, journal, systems, f"n{n}", f"+4930777{n:04d}", terms=terms) as stage:
            await stage.asks("change_booking")
            for code in (f"11{n}111", f"22{n}222"):
                await stage.asks("find_booking", {"code": code})
            spent = [each for each in stage.entries if each.kind == "quota.spent"]
            assert len(spent) == (2 if n == 2 else 0)
    assert stage.last("quota.spent")["whose"] == "world"
    async with a_call(BOOKING, journal, systems, "again", OTHER, terms=terms) as stage:
        await stage.asks("change_booking")
        await stage.asks("verify_caller", account)
        assert stage.call.facts.caller_verified


async def reserves(stage, time: str, phone: str = "030 1234567") -> None:
    await stage.asks("look_for_times", {"time": time}, said="I want an appointment at")
    await stage.asks("find_time")
    await stage.asks("hold_time", said="Yes, please.")
    await stage.asks("note_name", {"name": "Anna Kowalski"}, said="I am")
    await stage.asks("note_phone", {"phone": phone}, said="My number is")
    await stage.asks("book", said="Yes, please book it.")


async def test_hidden_callers_have_a_share_of_a_day_as_it_stands(journal):
    """The next one is offered another day, and told why; who gave theirs up leaves room for one of them."""
    systems = open_booking_systems(":memory:")
    for n in range(4):
        async with a_call(BOOKING, journal, systems, f"h{n}", "") as stage:
            await reserves(stage, f"2026-03-03T{9 + n:02d}:00", phone=f"0171 234567{n}")
            assert stage.call.facts.booked_slot
    async with a_call(BOOKING, journal, systems, "next", "") as stage:
        await stage.asks("look_for_times", {"time": "2026-03-03T15:00"}, said="I want an appointment at")
        assert "That day has no time left for callers whose number I do not see." in answered(stage)[-1]
    async with a_call(BOOKING, journal, systems, "shown", ME) as stage:
        await reserves(stage, "2026-03-03T15:00")
        assert stage.call.facts.booked_slot


async def test_an_appointment_that_is_cancelled_again_is_given_back(journal):
    """In the call that booked it, to the number it was booked with; how often that call booked stays counted."""
    systems = open_booking_systems(":memory:")
    async with a_call(BOOKING, journal, systems, "c") as stage:
        await reserves(stage, "2026-03-03T10:00", phone="0170 0000777")
        assert await counted(journal) == {"call": 1, "caller": 1, "number": 1}
        await stage.call.claim(contact_phone="0170 0000888")
        await stage.asks("change_booking", said="I want to change it.")
        await stage.asks("cancel", said="Please cancel my appointment.")
        assert stage.verdicts()[-1] == "cancelled accepted"
    assert await counted(journal) == {"call": 1}
