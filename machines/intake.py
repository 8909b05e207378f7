"""Taking a policyholder's details down by phone: any order, corrected at any time, checked, read back, confirmed.

Our policy system compares and says only whether it matches; after three times that it does not, a person takes over.
What matched is read back, and a yes is good for exactly that: who corrects anything hears all of it again, and what was
put on file on the earlier yes is taken back (`withdrawing`) before anything else is noted.
"""

from typing import Literal

from statemachine import HistoryState, State

from guards.details import (
    Values,
    as_read_back,
    clear_yes,
    details_complete,
    details_verified,
    not_refused_already,
)
from guards.identity import checks_left
from interlock.guards.cards import Words
from interlock.guards.facts import claimed, established
from interlock.machines.base import Machine
from interlock.machines.common import COMMON_PROMISES, CallerFacts, common_proposers, endings, ways_out
from interlock.machines.promises import never

Filing = Literal["unconfirmed", "filed"]


class IntakeFacts(CallerFacts):
    """What an intake desk knows about one call."""

    caller_name: Words | None = claimed(pii=True, description="as the caller said it")
    date_of_birth: str | None = claimed(pii=True, description="ISO 8601")
    policy_number: Words | None = claimed(pii=True)
    home_address: Words | None = claimed(pii=True)
    phone: Words | None = claimed(pii=True)
    email: Words | None = claimed(pii=True)

    failed_checks: int = established(0, description="how often the details did not match our record")
    unmatched: Values | None = established(pii=True, for_model=False, description="what did not match last")
    verified_as: Values | None = established(pii=True, for_model=False, description="what matched last")
    read_back: Values | None = established(pii=True, for_model=False, description="what was read back last")
    filing: Filing | None = established(description="unconfirmed from before anything is put on file or taken back")
    reference: str | None = established(pii=True)


class Intake(Machine):
    """Welcome, data collection, verification, the read-back and a yes to it."""

    class live(State.Compound, name="In a call"):
        class desks(State.Compound, name="Our desks"):
            welcome = State("Welcome", initial=True)
            collection = State("Data collection")
            review = State("Read back: right?")
            confirmation = State("Confirmed, on file")
            before = HistoryState("Where the caller was", type="deep")

            begin_intake = welcome.to(collection)
            _before_anywhere = before.to(welcome)

        verifying = State("Verification")
        filing = State("Being put on file")
        withdrawing = State("Being taken back")
        rest = ways_out(desks, verifying, filing, withdrawing)

        check_details = desks.collection.to(
            verifying, cond=[details_complete, checks_left, not_refused_already]
        ) | desks.review.to(verifying, cond=[details_complete, checks_left, not_refused_already])
        details_matched = verifying.to(desks.review)
        details_unmatched = verifying.to(desks.collection)
        check_unclear = verifying.to(desks.collection)
        checks_used_up = verifying.to(rest.person)

        confirm_details = desks.review.to(filing, cond=[details_verified, as_read_back, clear_yes])
        details_filed = filing.to(desks.confirmation, cond=as_read_back) | filing.to(withdrawing)
        filing_failed = filing.to(desks.review)
        filing_unconfirmed = filing.to(rest.person)

        correct_details = desks.confirmation.to(withdrawing)
        details_withdrawn = withdrawing.to(desks.collection)
        withdrawal_unconfirmed = withdrawing.to(rest.person)

    closed = State("Goodbye", final=True)
    endings(live, closed)

    proposers = common_proposers(
        "details_matched",
        "details_unmatched",
        "check_unclear",
        "checks_used_up",
        "details_filed",
        "filing_failed",
        "filing_unconfirmed",
        "details_withdrawn",
        "withdrawal_unconfirmed",
    )
    promises = (
        never("verifying").before(details_complete),
        never("verifying").before(checks_left),
        never("verifying").before(not_refused_already),
        never("review").before("details_matched"),
        never("filing").before(details_verified),
        never("filing").before(as_read_back),
        never("filing").before(clear_yes),
        never("confirmation").before("details_matched"),
        never("confirmation").before("details_filed"),
        never("confirmation").before(as_read_back),
        *COMMON_PROMISES,
    )
