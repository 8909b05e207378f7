"""A repair by phone: what is broken and where, the specialist for it, and a technician who comes.

Our dispatch chooses the specialist by what was gathered. The specialist looks into it (`diagnosing`): the service
system gives the diagnosis, the price and the free visits, and nothing else is ever offered or booked. Before anybody
talks about a gas appliance the caller is asked whether they smell gas; who smells it, asked or not, is told to leave
the house, and nothing but a person leads on from there.
"""

from typing import ClassVar, Literal

from guards.appointments import Unsaid, number_confirmed, reachable_by_phone
from guards.identity import caller_named, name_confirmed
from guards.limits import VISITS, WARRANTIES
from guards.repairs import (
    appliance_known,
    fault_known,
    gas_question_answered,
    no_gas_smell,
    no_order_unconfirmed,
    postcode_known,
    quote_stands,
    specialist_found_for_it,
    warranty_settled,
    window_free,
)
from interlock.guards import Words, agreed, claimed, established, told
from interlock.machines import CallerFacts, Common, Desks, EffectState, State, never, reachable

Appliance = Literal["fridge", "freezer", "washing_machine", "dishwasher", "dryer", "boiler", "gas_cooker", "other"]
Fault = Literal["dead", "leaking", "noisy", "temperature", "unfinished", "other"]
NO_WARRANTY = "none"


class ServiceFacts(Unsaid, CallerFacts):
    """What a repair service knows about one call; times in ISO 8601 as clocks show them where the service is."""

    caller_name: Words | None = claimed(pii=True, description="as the caller said it")
    contact_phone: Words | None = claimed(pii=True, description="the number the technician rings before the visit")
    appliance: Appliance | None = claimed()
    fault: Fault | None = claimed()
    postcode: str | None = claimed(pii=True, description="where the appliance is")
    warranty_number: str | None = claimed(pii=True, description=f"{NO_WARRANTY} when there is no warranty")
    wanted_time: str | None = claimed(description="when the caller wants the visit, if not as soon as possible")

    dispatched_for: tuple[str, ...] | None = established(
        pii=True, for_model=False, description="the appliance and the postcode that dispatch last went by"
    )
    quote_id: int | None = established(for_model=False, description="of the diagnosis and price that stand")
    diagnosis: str | None = established(description="the category our service system gave")
    diagnosis_words: str = established("", for_model=False, description="the same, as the caller hears it")
    price_cents: int | None = established(description="computed by the service system; 0 under warranty")
    free_windows: tuple[str, ...] = established((), description="when visits of four hours can begin, next one first")

    last_order: Literal["unconfirmed", "booked", "refused"] | None = established(
        for_model=False, of_the_call="another order could send two technicians", kept_as=("unconfirmed",)
    )
    order_number: int | None = established(description="of the visit booked last in this call")
    order_words: str = established("", for_model=False, description="that order, as the caller hears it")


class Service(Desks):
    """Reception, gathering, three specialists, a visit; and out of the house for whoever smells gas."""

    common = Common()
    reception = State("Reception", initial=True)
    gathering = State("What, where, warranty")
    cooling = State("Cooling specialist")
    washing = State("Washing specialist")
    safety = State("Gas smelled?")
    gas = State("Gas specialist")
    visit = State("Visit offered")
    confirmation = State("Confirmation")
    emergency = State("Out of the house")

    gather = reception.to(gathering, cond=caller_named) | confirmation.to(gathering)
    rule_gas_out = safety.to(gas, cond=[gas_question_answered, no_gas_smell]) | safety.to(
        emergency, cond=gas_question_answered
    )
    change_details = cooling.to(gathering) | washing.to(gathering) | gas.to(gathering) | visit.to(gathering)

    dispatching = EffectState("Specialist being found")
    diagnosing = EffectState("Diagnosis being looked up")
    arranging = EffectState("Visit being booked")

    find_specialist = gathering.to(dispatching, cond=[appliance_known, fault_known, postcode_known, warranty_settled])
    cooling_case = dispatching.to(cooling)
    washing_case = dispatching.to(washing)
    gas_case = dispatching.to(safety)
    no_specialist = dispatching.to(common.offer)
    dispatch_failed = dispatching.to(common.before)

    diagnose = (
        cooling.to(diagnosing, cond=specialist_found_for_it)
        | washing.to(diagnosing, cond=specialist_found_for_it)
        | gas.to(diagnosing, cond=specialist_found_for_it)
    )
    diagnosed = diagnosing.to(visit)
    diagnosis_failed = diagnosing.to(common.before)

    book_visit = visit.to(
        arranging,
        cond=[
            no_order_unconfirmed,
            quote_stands,
            window_free,
            caller_named,
            name_confirmed,
            reachable_by_phone,
            number_confirmed,
        ],
    )
    visit_booked = arranging.to(confirmation)
    visit_refused = arranging.to(visit)
    visit_unconfirmed = arranging.to(common.person)

    report_gas_smell = common.live.to(emergency)

    quotas: ClassVar = {"diagnosing": (WARRANTIES,), "arranging": (VISITS,)}
    needs_yes: ClassVar = {"rule_gas_out": (), "book_visit": ("quote_id", "free_windows", "wanted_time", "unsaid")}
    harmless: ClassVar = {
        "find_specialist": "it only looks up who is there for it",
        "diagnose": "it only looks up what is wrong and what it costs",
    }
    unbroken = ("emergency",)
    promises = (
        never("dispatching").before(appliance_known),
        never("dispatching").before(fault_known),
        never("dispatching").before(postcode_known),
        never("dispatching").before(warranty_settled),
        never("diagnosing").before("dispatching"),
        never("diagnosing").before(specialist_found_for_it),
        never("gas").before("gas_case"),
        never("gas").before(no_gas_smell),
        never("visit").before("diagnosed"),
        never("arranging").before(quote_stands),
        never("arranging").before(window_free),
        never("arranging").before(agreed),
        never("confirmation").before("diagnosed"),
        never("confirmation").before("visit_booked"),
        told("leave_the_house").on("emergency"),
        reachable("emergency"),
    )
