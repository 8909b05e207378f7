"""Every policy, seen true and seen false, at its edges."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from guards.identity import caller_named, caller_verified, checks_left
from guards.issue import issue_known
from guards.refunds import (
    amount_above_zero,
    no_refund_unconfirmed,
    order_found,
    within_refund_limit,
    within_what_was_paid,
)
from interlock.guards.base import Guard, Proposal
from interlock.guards.callbacks import (
    callback_in_opening_hours,
    callback_number_given,
    callback_number_heard,
    callback_number_ordinary,
    callback_soon,
    callback_time_heard,
)
from interlock.guards.patience import silent_twice
from machines.support import SupportFacts

MONDAY_NOON = datetime(2026, 3, 23, 12, tzinfo=UTC)

POLICIES = [
    (caller_named, {"caller_name": "Ann"}, {}, True),
    (caller_named, {"caller_name": None}, {}, False),
    (caller_named, {"caller_name": ""}, {}, False),
    (caller_verified, {"caller_verified": True}, {}, True),
    (caller_verified, {"caller_verified": False}, {}, False),
    (caller_verified, {"caller_verified": False}, {"caller_verified": True}, False),
    (checks_left, {"failed_checks": 0}, {}, True),
    (checks_left, {"failed_checks": 2}, {}, True),
    (checks_left, {"failed_checks": 3}, {}, False),
    (checks_left, {"failed_checks": 4}, {}, False),
    (issue_known, {"issue_category": "technical"}, {}, True),
    (issue_known, {"issue_category": "billing"}, {}, True),
    (issue_known, {"issue_category": "general"}, {}, True),
    (issue_known, {"issue_category": None}, {}, False),
    (silent_twice, {"silences": 0}, {}, False),
    (silent_twice, {"silences": 1}, {}, False),
    (silent_twice, {"silences": 2}, {}, True),
    (silent_twice, {"silences": 3}, {}, True),
    (order_found, {"order_found": True}, {}, True),
    (order_found, {"order_found": False}, {}, False),
    (order_found, {"order_found": False}, {"order_found": True}, False),
    (no_refund_unconfirmed, {"last_refund": None}, {}, True),
    (no_refund_unconfirmed, {"last_refund": "paid"}, {}, True),
    (no_refund_unconfirmed, {"last_refund": "refused"}, {}, True),
    (no_refund_unconfirmed, {"last_refund": "unconfirmed"}, {}, False),
    (no_refund_unconfirmed, {"last_refund": "unconfirmed"}, {"last_refund": "paid"}, False),
    (amount_above_zero, {}, {"amount_cents": -1}, False),
    (amount_above_zero, {}, {"amount_cents": 0}, False),
    (amount_above_zero, {}, {"amount_cents": 1}, True),
    (within_refund_limit, {}, {"amount_cents": -1}, True),
    (within_refund_limit, {}, {"amount_cents": 1}, True),
    (within_refund_limit, {}, {"amount_cents": 5000}, True),
    (within_refund_limit, {}, {"amount_cents": 5001}, False),
    (within_refund_limit, {}, {"amount_cents": 10**30}, False),
    (within_refund_limit, {"order_refunded_cents": 4000}, {"amount_cents": 1000}, True),
    (within_refund_limit, {"order_refunded_cents": 4000}, {"amount_cents": 1001}, False),
    (within_what_was_paid, {"order_paid_cents": 4200}, {"amount_cents": 4199}, True),
    (within_what_was_paid, {"order_paid_cents": 4200}, {"amount_cents": 4200}, True),
    (within_what_was_paid, {"order_paid_cents": 4200}, {"amount_cents": 4201}, False),
    (within_what_was_paid, {"order_paid_cents": 0}, {"amount_cents": 1}, False),
    (callback_number_given, {}, {"phone": "+4930123456"}, True),
    (callback_number_given, {}, {"phone": "030 1234567"}, True),
    (callback_number_given, {}, {"phone": "(030) 123-45 67"}, True),
    (callback_number_given, {}, {"phone": "555.010.4477 ext. 12"}, True),
    (callback_number_given, {}, {"phone": "112"}, False),
    (callback_number_given, {}, {"phone": "01512"}, False),
    (callback_number_given, {}, {"phone": "9" * 1000}, False),
    (callback_number_given, {}, {"phone": "0000000000"}, False),
    (callback_number_given, {}, {"phone": "030 1234567 or 0171 2345678"}, False),
    (callback_number_given, {}, {"phone": "030 1234567, 0171 2345678"}, False),
    (callback_number_given, {}, {"phone": "I have 1 dog, 2 cats, 3 birds and 1234567 fish"}, False),
    (callback_number_given, {}, {"phone": "the number they call from, ending in 1234567"}, False),
    (callback_number_ordinary, {}, {"phone": "+49301234567"}, True),
    (callback_number_ordinary, {}, {"phone": "112"}, False),
    (callback_number_ordinary, {}, {"phone": "+1 900 555 0000"}, False),
    (callback_number_ordinary, {}, {"phone": "0900 123456"}, False),
    (callback_number_ordinary, {}, {"phone": "00 49 900 123456"}, False),
    (callback_number_ordinary, {}, {"phone": "5550104477", "evidence": {"number": "premium"}}, False),
    (callback_number_heard, {}, {"phone": "5550104477"}, True),
    (callback_number_heard, {}, {"phone": "5550104477", "evidence": {"phone": "heard"}}, True),
    (callback_number_heard, {}, {"phone": "5550104477", "evidence": {"phone": "known"}}, True),
    (callback_number_heard, {}, {"phone": "5550104477", "evidence": {"phone": "unheard"}}, False),
    (callback_time_heard, {}, {"evidence": {"time": "confirmed"}}, True),
    (callback_time_heard, {}, {"evidence": {"time": "unheard"}}, False),
    (callback_soon, {"now": MONDAY_NOON}, {"time": "2026-04-24T10:00"}, True),
    (callback_soon, {"now": MONDAY_NOON}, {"time": "2099-03-24T10:00"}, False),
    (callback_in_opening_hours, {"now": MONDAY_NOON}, {"time": "9999-12-31T23:59-12:00"}, False),
    (callback_number_given, {}, {"phone": ""}, False),
    (callback_number_given, {}, {"phone": " "}, False),
    (callback_number_given, {}, {"phone": "11"}, False),
    (callback_number_given, {}, {"phone": "\u00b2\u00b2\u00b2"}, False),
    (callback_number_given, {}, {"phone": "my own number"}, False),
    (callback_number_given, {}, {"phone": None}, False),
    (callback_number_given, {}, {}, False),
]


@pytest.mark.parametrize(("policy", "known", "args", "held"), POLICIES)
def test_a_policy_holds_exactly_when_its_sentence_is_true(
    policy: Guard, known: dict[str, Any], args: dict[str, Any], held: bool
) -> None:
    """What is claimed in the arguments never counts as established."""
    result = policy.ask(SupportFacts(**known), Proposal("any", args))
    assert (result.held, result.error) == (held, "")
    assert result.reason == ("" if held else policy.reason)


CALLBACK_TIMES = [
    ("2026-03-24T09:00", True),
    ("2026-03-24T08:59", False),
    ("2026-03-24T08:59:59.999999", False),
    ("2026-03-24T17:59", True),
    ("2026-03-24T17:59:59.999999", True),
    ("2026-03-24T18:00", False),
    ("2026-03-23T12:00", False),
    ("2026-03-23T12:00:00.000001", True),
    ("2026-03-23T11:59", False),
    ("2026-03-20T10:00", False),
    ("2026-03-27T10:00", True),
    ("2026-03-28T10:00", False),
    ("2026-03-29T10:00", False),
    ("2026-03-24", False),
    ("2026-03-24T16:30:00-02:00", False),
    ("2026-03-24T07:30:00-02:00", True),
    ("2026-03-24T10:30:00+02:00", False),
    ("2026-03-24T19:30:00+02:00", True),
    ("2026-03-24T10:00Z", True),
    ("2026-03-28T01:00:00+16:00", True),
    ("", False),
    (None, False),
]


@pytest.mark.parametrize(("time", "held"), CALLBACK_TIMES)
def test_a_callback_is_ahead_of_us_and_in_opening_hours(time: str | None, held: bool) -> None:
    """Nine is open, six is closed; a time without a zone is ours, one with a zone is converted."""
    result = callback_in_opening_hours.ask(SupportFacts(now=MONDAY_NOON), Proposal("book_callback", {"time": time}))
    assert (result.held, result.error) == (held, "")


@pytest.mark.parametrize(
    ("time", "held"),
    [
        ("2026-03-27T17:59", True),
        ("2026-03-27T16:59Z", True),
        ("2026-03-27T17:00Z", False),
        ("2026-03-30T15:59Z", True),
        ("2026-03-30T16:00Z", False),
        ("2026-03-30T07:00Z", True),
        ("2026-03-30T06:59Z", False),
    ],
)
def test_opening_hours_follow_the_zone_of_the_office_through_the_clock_change(time: str, held: bool) -> None:
    """On 29 March 2026 Berlin goes from UTC+1 to UTC+2."""
    facts = SupportFacts(now=MONDAY_NOON, timezone="Europe/Berlin")
    assert callback_in_opening_hours.ask(facts, Proposal("book_callback", {"time": time})).held is held


def test_without_an_established_time_no_callback_is_in_opening_hours() -> None:
    """No clock is read: an unknown time is a false guard."""
    asked = Proposal("book_callback", {"time": "2026-03-24T10:00"})
    assert callback_in_opening_hours.ask(SupportFacts(), asked).held is False


BROKEN: list[tuple[Guard, dict[str, Any], Mapping[str, Any], str]] = [
    (callback_in_opening_hours, {"now": MONDAY_NOON}, {"time": "tomorrow at ten"}, "raised ValueError"),
    (callback_in_opening_hours, {"now": MONDAY_NOON}, {"time": "2026-02-30T10:00"}, "raised ValueError"),
    (callback_in_opening_hours, {"now": MONDAY_NOON}, {"time": "2026-03-24T1\uff10:00"}, "raised ValueError"),
    (callback_in_opening_hours, {"now": MONDAY_NOON}, {"time": 1774346400}, "raised TypeError"),
    (callback_in_opening_hours, {"now": datetime(2026, 3, 23, 12)}, {"time": "2026-03-24T10:00"}, "raised TypeError"),
    (
        callback_in_opening_hours,
        {"now": MONDAY_NOON, "timezone": "Nowhere/Town"},
        {"time": "2026-03-24T10:00"},
        "raised ZoneInfoNotFoundError",
    ),
    (callback_number_given, {}, {"phone": 112}, "raised TypeError"),
    (amount_above_zero, {}, {}, "raised KeyError"),
    (amount_above_zero, {}, {"amount_cents": "5"}, "raised TypeError"),
    (within_refund_limit, {}, {}, "raised KeyError"),
    (within_refund_limit, {}, {"amount_cents": "5"}, "raised TypeError"),
    (within_what_was_paid, {}, {}, "raised KeyError"),
    (within_what_was_paid, {}, {"amount_cents": [1]}, "raised TypeError"),
]


@pytest.mark.parametrize(("policy", "known", "args", "error"), BROKEN)
def test_what_a_policy_cannot_read_is_an_error_and_not_a_yes(
    policy: Guard, known: dict[str, Any], args: dict[str, Any], error: str
) -> None:
    """The error names the type only: a message could hold what the caller said."""
    result = policy.ask(SupportFacts(**known), Proposal("any", args))
    assert (result.held, result.error, result.reason) == (False, error, policy.reason)
