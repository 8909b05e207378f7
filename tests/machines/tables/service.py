"""What a service call may do."""

from agents.service import SERVICE
from interlock.testing.table import AGENT, SYSTEM, OneFalse, Step, Table

SPECIALISTS = ("cooling", "washing", "gas")
DESKS = ("reception", "gathering", "cooling", "washing", "safety", "gas", "visit", "confirmation", "emergency")
WORK = ("dispatching", "diagnosing", "arranging")
FOUND: tuple[Step, ...] = (("gather", "agent"), ("find_specialist", "agent"))
COOLING: tuple[Step, ...] = (*FOUND, ("cooling_case", "system"))
SAFETY: tuple[Step, ...] = (*FOUND, ("gas_case", "system"))
VISIT: tuple[Step, ...] = (*COOLING, ("diagnose", "agent"), ("diagnosed", "system"))
ARRANGING: tuple[Step, ...] = (*VISIT, ("book_visit", "agent"))

TABLE = Table(
    flow=SERVICE,
    desks=DESKS,
    work=WORK,
    arrows=(
        (("reception", "confirmation"), "gather", AGENT, "gathering"),
        (("gathering",), "find_specialist", AGENT, "dispatching"),
        (("dispatching",), "cooling_case", SYSTEM, "cooling"),
        (("dispatching",), "washing_case", SYSTEM, "washing"),
        (("dispatching",), "gas_case", SYSTEM, "safety"),
        (("dispatching",), "no_specialist", SYSTEM, "offer"),
        (("dispatching",), "dispatch_failed", SYSTEM, "gathering"),
        (("safety",), "rule_gas_out", AGENT, "gas"),
        ((*DESKS, *WORK, "offer", "person", "booking"), "report_gas_smell", AGENT, "emergency"),
        (SPECIALISTS, "diagnose", AGENT, "diagnosing"),
        ((*SPECIALISTS, "visit"), "change_details", AGENT, "gathering"),
        (("diagnosing",), "diagnosed", SYSTEM, "visit"),
        (("diagnosing",), "diagnosis_failed", SYSTEM, "cooling"),
        (("visit",), "book_visit", AGENT, "arranging"),
        (("arranging",), "visit_booked", SYSTEM, "confirmation"),
        (("arranging",), "visit_refused", SYSTEM, "visit"),
        (("arranging",), "visit_unconfirmed", SYSTEM, "person"),
    ),
    guarded={
        ("reception", "gather"): ("caller_named",),
        "find_specialist": ("appliance_known", "fault_known", "postcode_known", "warranty_settled"),
        "rule_gas_out": ("gas_question_answered", "no_gas_smell"),
        "diagnose": ("specialist_found_for_it",),
        "book_visit": (
            "no_order_unconfirmed",
            "quote_stands",
            "window_free",
            "caller_named",
            "name_confirmed",
            "reachable_by_phone",
            "number_confirmed",
            "agreed",
        ),
    },
    one_false=(
        OneFalse("gather", "caller_named", {"caller_name": None}),
        OneFalse("find_specialist", "appliance_known", {"appliance": None}),
        OneFalse("find_specialist", "fault_known", {"fault": None}),
        OneFalse("find_specialist", "postcode_known", {"postcode": "101"}),
        OneFalse("find_specialist", "warranty_settled", {"warranty_number": None}),
        *(OneFalse("rule_gas_out", "gas_question_answered", args={"consent": its}) for its in ("unasked", "early")),
        *(
            OneFalse("rule_gas_out", "no_gas_smell", args={"consent": its}, leads_to="emergency")
            for its in ("no", "unclear", "question", "correction", None)
        ),
        OneFalse("diagnose", "specialist_found_for_it", {"dispatched_for": None}),
        OneFalse("diagnose", "specialist_found_for_it", {"appliance": "gas_cooker"}),
        OneFalse("diagnose", "specialist_found_for_it", {"postcode": "80331"}),
        OneFalse("book_visit", "no_order_unconfirmed", {"last_order": "unconfirmed"}),
        OneFalse("book_visit", "quote_stands", {"quote_id": None}),
        OneFalse("book_visit", "window_free", {"free_windows": ()}),
        OneFalse("book_visit", "window_free", {"wanted_time": "2026-03-24T16:00"}),
        OneFalse("book_visit", "window_free", {"wanted_time": "2026-03-25T00:00"}),
        OneFalse("book_visit", "caller_named", {"caller_name": None}),
        OneFalse("book_visit", "reachable_by_phone", {"contact_phone": None}),
        OneFalse("book_visit", "agreed", args={"consent": "no"}),
        OneFalse("book_visit", "name_confirmed", {"unheard": ("caller_name",)}, {"consent": "requested"}),
        OneFalse("book_visit", "number_confirmed", {"unheard": ("contact_phone",)}, {"consent": "requested"}),
    ),
    ways={
        "reception": (),
        "gathering": (("gather", "agent"),),
        "dispatching": FOUND,
        "cooling": COOLING,
        "washing": (*FOUND, ("washing_case", "system")),
        "safety": SAFETY,
        "gas": (*SAFETY, ("rule_gas_out", "agent")),
        "emergency": (("report_gas_smell", "agent"),),
        "diagnosing": (*COOLING, ("diagnose", "agent")),
        "visit": VISIT,
        "arranging": ARRANGING,
        "confirmation": (*ARRANGING, ("visit_booked", "system")),
    },
    known={
        "caller_name": "Ann",
        "contact_phone": "+4930123456",
        "appliance": "fridge",
        "fault": "leaking",
        "postcode": "10115",
        "warranty_number": "none",
        "dispatched_for": ("fridge", "10115"),
        "quote_id": 1,
        "free_windows": ("2026-03-24T08:00:00", "2026-03-24T12:00:00"),
    },
    args={"consent": "agreed"},
    back="gathering",
)
