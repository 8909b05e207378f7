"""An order for pick-up, by phone."""

from agents.restaurant.discreet import RestaurantClerk, RestaurantOffer
from agents.restaurant.effects import EFFECTS
from agents.restaurant.ordering import MenuDesk, OrderDesk, ReviewDesk, Welcome
from agents.restaurant.paying import (
    ConfirmationDesk,
    KitchenClerk,
    LinkClerk,
    PaymentDesk,
    ReadingClerk,
    RestaurantFarewell,
    RestaurantWaiting,
    SettlingClerk,
    WithdrawingClerk,
)
from interlock.agents.desks import COMMON_CAST, COMMON_EFFECTS
from interlock.agents.flow import Flow
from machines.restaurant import Restaurant, RestaurantFacts

__all__ = ["RESTAURANT"]

RESTAURANT = Flow(
    name="restaurant",
    title="Restaurant order",
    summary="From the menu to the kitchen: read back with its allergens, paid by link, cooked once.",
    machine=Restaurant,
    facts=RestaurantFacts,
    cast={
        "welcome": Welcome,
        "menu": MenuDesk,
        "order": OrderDesk,
        "reading_back": ReadingClerk,
        "review": ReviewDesk,
        "payment": PaymentDesk,
        "sending": LinkClerk,
        "withdrawing": WithdrawingClerk,
        "settling": SettlingClerk,
        "cooking": KitchenClerk,
        "confirmation": ConfirmationDesk,
        **COMMON_CAST,
        "offer": RestaurantOffer,
        "person": RestaurantWaiting,
        "booking": RestaurantClerk,
        "closed": RestaurantFarewell,
    },
    effects={**EFFECTS, **COMMON_EFFECTS},
    silence_s=20.0,
)
