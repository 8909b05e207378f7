"""A random call: what its caller and its model do next, where the call stands; the same for the same seed."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from tests.faults.lives import Process
from tests.faults.scenes import ACCOUNT, CALLBACK, DISH, FIND, LOOK, NO_ALLERGIES, ORDER, PHONE, Step, ask

KNOWN: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "support": ({"caller_name": "Anna", "issue_category": "billing"}, {**ACCOUNT, **ORDER}),
    "booking": ({"caller_name": "Anna", "contact_phone": "+4930123456"}, {}),
    "restaurant": ({"caller_name": "Anna"}, {}),
}
"""What is known when the call begins: said, and found out."""
LATER: Step = ("look_for_times", {"time": "2026-03-04T11:00"})
CANCEL: Step = ("cancel", {"sure": True})
LIKELY: Mapping[str, Mapping[str, Sequence[Step]]] = {
    "support": {
        "greeting": [("begin_triage", {}), ("note_name", {"name": "Ann"})],
        "triage": [("route_to_billing", {}), ("route_to_technical", {}), ("resolve", {})],
        "billing": [
            ("refund", {"amount_cents": 1000}),
            ("refund", {"amount_cents": 500}),
            ("refund", {"amount_cents": 99_999}),
            ("find_order", {"order_number": "1043"}),
            ("find_order", {"order_number": "1042"}),
            ("resolve", {}),
        ],
    },
    "booking": {
        "reception": [LOOK, ("find_time", {}), ("change_booking", {})],
        "availability": [LOOK, LATER, ("hold_time", {}), ("hold_time", {})],
        "deciding": [("book", {}), ("book", {}), ("other_time", {}), LATER],
        "existing": [FIND, FIND, CANCEL, LOOK, LATER, ("hold_time", {})],
        "deciding_move": [("move", {}), ("move", {}), ("other_time", {})],
        "confirmation": [("change_booking", {}), ("find_time", {}), LATER],
    },
    "restaurant": {
        "welcome": [("begin_order", {}), DISH],
        "order": [DISH, NO_ALLERGIES, ("read_back", {}), ("read_back", {}), ("remove_dish", {"dish": "Tiramisu"})],
        "review": [("confirm_order", {}), ("confirm_order", {}), ("change_order", {})],
        "payment": [("send_link", PHONE), ("send_link", PHONE), ("collect_payment", {}), ("change_order", {})],
    },
}
"""What a caller is likely to want in a state, so that calls get far."""
ANYWHERE: Sequence[Step] = (("escalate", {}), ("escalate", {}), ("repeat", {}), ("refund_paid", {}), CALLBACK)
OTHERWISE: Mapping[str, Sequence[Step]] = {
    "person": [CALLBACK, ("return_to_desk", {}), ("return_to_desk", {})],
    "offer": [("return_to_desk", {})],
    "resolved": [("reopen", {})],
    "menu": [("begin_order", {})],
}


async def begin(its: Process, name: str) -> None:
    """Start the call, or go on with it; a new one learns what is known."""
    await its.typed.start()
    assert its.typed.call.state not in its.typed.call.flow.effects, "work that was begun is finished first"
    if its.typed.call.epoch == 0:
        claimed, established = KNOWN[name]
        await its.typed.call.claim(**claimed)
        if established:
            await its.typed.call.establish(**established)


async def walk(its: Process, name: str, rng: random.Random, turns: int) -> None:
    """So many turns of a call; fewer when it ends."""
    for _ in range(turns):
        if its.typed.over.is_set():
            return
        await turn(its, name, rng)


async def turn(its: Process, name: str, rng: random.Random) -> None:
    """One thing that happens in a call."""
    call, chance = its.typed.call, rng.random()
    if chance < 0.04:
        its.clock.advance(rng.choice((0.6, call.flow.silence_s, 200.0)))
    elif chance < 0.07:
        await call.propose("take_over", by="operator")
    elif chance < 0.12 and name == "restaurant":
        await its.services.payments.pay(call.id, its.clock.now())
    elif chance < 0.18:
        await ask(its, likely(name, call.state, rng), likely(name, call.state, rng))
    else:
        await ask(its, likely(name, call.state, rng))
    await its.typed.rest()


def likely(name: str, state: str, rng: random.Random) -> Step:
    """What the model asks for next."""
    here = LIKELY[name].get(state, OTHERWISE.get(state))
    return rng.choice(here if here and rng.random() < 0.9 else ANYWHERE)
