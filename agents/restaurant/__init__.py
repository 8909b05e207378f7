"""An order for pick-up, by phone."""

from functools import partial

from agents.restaurant.discreet import RestaurantClerk, RestaurantDesk, RestaurantOffer
from agents.restaurant.effects import cook, read_back, send_link, settle, withdraw
from agents.restaurant.ordering import MenuDesk, OrderDesk, ReviewDesk, Welcome
from agents.restaurant.paying import (
    ConfirmationDesk,
    PaymentDesk,
    RestaurantFarewell,
    RestaurantWaiting,
)
from interlock.agents import COMMON_CAST, COMMON_EFFECTS, Flow, waits
from machines.restaurant import Restaurant, RestaurantFacts

__all__ = ["RESTAURANT"]

working = partial(waits, base=RestaurantDesk)

RESTAURANT = Flow(
    name="restaurant",
    title="Restaurant order",
    summary="From the menu to the kitchen: read back with its allergens, paid by link, cooked once.",
    disclosure="You are speaking with Pizzeria Aurora's automated assistant.",
    machine=Restaurant,
    facts=RestaurantFacts,
    cast={
        "welcome": Welcome,
        "menu": MenuDesk,
        "order": OrderDesk,
        "reading_back": working("ReadingClerk", "One moment, I will read it back."),
        "review": ReviewDesk,
        "payment": PaymentDesk,
        "sending": working("LinkClerk", "One moment, I am sending you the link."),
        "withdrawing": working("WithdrawingClerk", "One moment, I am taking the payment link back."),
        "settling": working("SettlingClerk", "One moment, I am looking for your payment."),
        "cooking": working("KitchenClerk", "Your payment is here. I am passing your order on to the kitchen."),
        "confirmation": ConfirmationDesk,
        **COMMON_CAST,
        "offer": RestaurantOffer,
        "person": RestaurantWaiting,
        "booking": RestaurantClerk,
        "closed": RestaurantFarewell,
    },
    effects={
        "reading_back": read_back,
        "sending": send_link,
        "withdrawing": withdraw,
        "settling": settle,
        "cooking": cook,
        **COMMON_EFFECTS,
    },
    silence_s=20.0,
)
