"""Taking a policyholder's details down by phone: any order, corrected at any time, checked, read back, confirmed.

Our policy system compares and says only whether it matches; after three times that it does not, a person takes over.
What matched is read back, and a yes is good for exactly that: who corrects anything hears all of it again, and what was
put on file on the earlier yes is taken back (`withdrawing`) before anything else is noted.
"""

from typing import ClassVar, Literal

from guards.details import (
    DETAILS,
    Values,
    as_read_back,
    clear_yes,
    details_complete,
    details_verified,
    not_refused_already,
)
from guards.identity import TRIES_STAY_USED_UP, checks_left
from guards.limits import POLICY_PROOFS
from interlock.guards import Words, claimed, established, not_over_a_no
from interlock.machines import CallerFacts, Common, Desks, EffectState, State, never

Filing = Literal["unconfirmed", "filed"]


class IntakeFacts(CallerFacts):
    """What an intake desk knows about one call."""

    caller_name: Words | None = claimed(pii=True, description="as the caller said it")
    date_of_birth: str | None = claimed(pii=True, description="ISO 8601")
    policy_number: Words | None = claimed(pii=True)
    home_address: Words | None = claimed(pii=True)
    phone: Words | None = claimed(pii=True)
    email: Words | None = claimed(pii=True)

    failed_checks: int = established(
        0, of_the_call=TRIES_STAY_USED_UP, description="how often the details did not match our record"
    )
    unmatched: Values | None = established(pii=True, for_model=False, description="what did not match last")
    verified_as: Values | None = established(pii=True, for_model=False, description="what matched last")
    read_back: Values | None = established(pii=True, for_model=False, description="what was read back last")
    filing: Filing | None = established(description="unconfirmed from before anything is put on file or taken back")
    reference: str | None = established(pii=True)


class Intake(Desks):
    """Welcome, data collection, verification, the read-back and a yes to it."""

    common = Common()
    welcome = State("Welcome", initial=True)
    collection = State("Data collection")
    review = State("Read back: right?")
    confirmation = State("Confirmed, on file")

    begin_intake = welcome.to(collection)

    verifying = EffectState("Verification")
    filing = EffectState("Being put on file")
    withdrawing = EffectState("Being taken back")

    check_details = collection.to(verifying, cond=[details_complete, checks_left, not_refused_already]) | review.to(
        verifying, cond=[details_complete, checks_left, not_refused_already]
    )
    details_matched = verifying.to(review)
    details_unmatched = verifying.to(collection)
    check_unclear = verifying.to(collection)
    checks_used_up = verifying.to(common.person)

    confirm_details = review.to(filing, cond=[details_verified, as_read_back, clear_yes])
    details_filed = filing.to(confirmation, cond=as_read_back) | filing.to(withdrawing)
    filing_failed = filing.to(review)
    filing_unconfirmed = filing.to(common.person)

    correct_details = confirmation.to(withdrawing, cond=not_over_a_no)
    details_withdrawn = withdrawing.to(collection)
    withdrawal_unconfirmed = withdrawing.to(common.person)

    quotas: ClassVar = {"verifying": (POLICY_PROOFS,)}
    needs_yes: ClassVar = {"confirm_details": DETAILS}
    harmless: ClassVar = {
        "check_details": "it only compares what was given with our record",
        "correct_details": "what is taken back can be filed again, with a yes to it",
    }
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
    )
