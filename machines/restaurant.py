"""An order for pick-up, from "what do you have" to a number and a time.

What is ordered, what it costs and what is in it, the order system says, and reads it back itself (`reading_back`): the
caller hears its words and no model's. Whatever is changed afterwards gives the order a new revision, which nobody has
confirmed. The money is taken (`settling`) while the caller is on the line or not at all; a silence at the payment desk
is somebody paying, so it looks for the payment instead of ending the call. Only a paid order is cooked.
"""

from datetime import datetime
from typing import ClassVar, Literal

from guards.identity import caller_named, name_heard
from guards.limits import LINKS
from guards.links import link_number_given, link_number_heard, link_sent
from guards.orders import allergies_stated, nothing_harmful, read_back_is_current, something_ordered
from interlock.guards import Words, agreed, claimed, established
from interlock.machines import CALLER_SILENT, CallerFacts, Common, Desks, EffectState, State, never

Money = Literal["unconfirmed", "settled"]


class RestaurantFacts(CallerFacts):
    """What a restaurant knows about one call."""

    caller_name: Words | None = claimed(pii=True, description="the name the order is for")

    order_number: int | None = established()
    order_text: str = established("", description="what is ordered, as the order system has it")
    order_portions: int = established(0)
    order_total_cents: int = established(0)
    order_revision: int = established(0, for_model=False, description="counts every change of the order, allergies too")
    allergens: tuple[str, ...] | None = established(
        pii=True, description="empty when there are none, None if not asked"
    )
    harmful: str = established("", pii=True, description="what is ordered that the caller cannot eat")
    read_back: str = established(
        "", pii=True, for_model=False, description="the order in the words it was read back in"
    )
    read_back_revision: int = established(0, for_model=False, description="the revision that was read back")
    problem: str = established("", for_model=False, description="why our systems said no, in words for the caller")
    link_sent: bool = established(False)
    payment: Money | None = established(description="unconfirmed from before the money is taken")
    payment_reference: str | None = established(pii=True)
    ticket_number: int | None = established(description="the number the caller asks for at the counter")
    ready_at: datetime | None = established()


class Restaurant(Desks):
    """The menu, the order, its read-back, the payment, and the kitchen."""

    common = Common()
    welcome = State("Welcome", initial=True)
    menu = State("Menu")
    order = State("Order")
    review = State("Order read back: right?")
    payment = State("Payment")
    confirmation = State("With the kitchen")

    see_menu = welcome.to(menu) | order.to(menu)
    begin_order = welcome.to(order) | menu.to(order)
    confirm_order = review.to(payment, cond=[allergies_stated, read_back_is_current, nothing_harmful])

    reading_back = EffectState("Order being read back")
    sending = EffectState("Link being sent")
    withdrawing = EffectState("Link being taken back")
    settling = EffectState("Payment being taken")
    cooking = EffectState("Kitchen being told")

    read_back = order.to(reading_back, cond=[something_ordered, allergies_stated]) | review.to(
        reading_back, cond=[something_ordered, allergies_stated]
    )
    order_read_back = reading_back.to(review)
    read_back_failed = reading_back.to(order)
    change_order = review.to(order) | payment.to(withdrawing)

    send_link = payment.to(
        sending, cond=[caller_named, name_heard, read_back_is_current, link_number_given, link_number_heard]
    )
    link_delivered = sending.to(payment)
    link_refused = sending.to(order)
    link_unconfirmed = sending.to(common.person)
    link_withdrawn = withdrawing.to(order)
    link_kept = withdrawing.to(payment)
    withdrawal_unconfirmed = withdrawing.to(common.person)

    collect_payment = payment.to(settling, cond=link_sent)
    payment.to(settling, cond=link_sent).add_event(CALLER_SILENT)
    payment_open = settling.to(payment)
    payment_lapsed = settling.to(order)
    payment_unconfirmed = settling.to(common.person)
    payment_settled = settling.to(cooking)
    kitchen_took_order = cooking.to(confirmation)
    kitchen_unconfirmed = cooking.to(common.person)

    quotas: ClassVar = {"sending": (LINKS,)}
    needs_yes: ClassVar = {"confirm_order": ("read_back",), "send_link": ("phone",)}
    harmless: ClassVar = {
        "read_back": "it only has the order said as the order system has it",
        "collect_payment": "it only looks whether the caller paid; what is charged, they agreed to with the order",
        "change_order": "it takes back a link nobody has to pay, and the order has to be confirmed anew",
    }
    promises = (
        never("payment").before("order_read_back"),
        never("payment").before("confirm_order"),
        never("payment").before(allergies_stated),
        never("payment").before(read_back_is_current),
        never("payment").before(nothing_harmful),
        never("payment").before(agreed),
        never("sending").before(caller_named),
        never("settling").before(link_sent),
        never("cooking").before("payment_settled"),
        never("confirmation").before("kitchen_took_order"),
    )
