"""The desks before the payment: what there is, what it shall be, and whether that is right."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from agents.restaurant.discreet import RestaurantDesk
from agents.restaurant.known import so_far
from agents.restaurant.menu import COUNT, COURSE, DISH, EXTRA, MORE, SIZE, KnowsMenu, Size, TakesName
from interlock.agents import Consent, data_tool, proposes
from interlock.guards import Words


class Welcome(KnowsMenu):
    """The first voice."""

    INSTRUCTIONS = """
You answer the phone of a pizzeria, warm and quick; orders are for pick-up. Who wants to know what there is goes to the
menu, who knows what they want begins an order. What they name at once, note at once: dishes and allergies.
"""
    OPENING = "Pizzeria Aurora, hello! Would you like to hear the menu, or order right away?"
    OPENINGS: ClassVar = {"return_to_desk": "All right. Would you like to hear the menu, or order right away?"}

    @proposes("what do you have", "I would like to hear the menu", "what is on the menu", "tell me about your pizzas")
    def see_menu(self) -> None:
        """Go through the menu with the caller."""

    @proposes(
        "I would like to order",
        "two margheritas please",
        "a lemon sorbet please",
        "I want to order right away",
        "can I order something",
        "that is all I want",
    )
    def begin_order(self) -> None:
        """Take the order down."""


class MenuDesk(KnowsMenu):
    """Says what there is."""

    INSTRUCTIONS = """
You present the menu. Read out one course at a time, never all of it, and look up what is in a dish rather than guess:
somebody may be allergic. When the caller names what they want, put it on the order and begin the order.
"""
    OPENING = COURSE.ask

    @proposes(
        "I would like to order",
        "I will take two margheritas",
        "then a carbonara please",
        "I am ready to order",
        "that is all I want",
    )
    def begin_order(self) -> None:
        """Take the order down, once the caller knows what they want."""


class OrderDesk(KnowsMenu, TakesName):
    """Takes the order down."""

    INSTRUCTIONS = """
You take the order down: dish, size, how many, extras. Prices, totals and what is left come from the tools, never from
you. Ask whether anybody who eats this has an allergy, and note the answer, also when it is no. When that is all, have
the order read back: you do not read it back yourself. Never ask for a card number: payment is by a link, later.
"""
    OPENING = "What can I get you?"
    OPENINGS: ClassVar = {
        "return_to_desk": "All right, we were at your order. What can I get you?",
        "change_order": "Of course. What shall I change?",
        "link_withdrawn": "I have taken the payment link back, it is not good any more. What shall I change?",
        "read_back_failed": "I am sorry, I cannot get at your order just now. Shall I try again?",
        "link_refused": "I am sorry, I could not send the payment link. What shall I change?",
        "payment_lapsed": "The payment link is not good any more, and nothing was paid. Shall I read the order back?",
    }
    _SAID_BY_SYSTEMS: ClassVar[Mapping[str, str]] = {"link_refused": "{problem} What shall I change?"}

    def opening(self) -> str:
        """With the reason our systems gave, or what is ordered so far."""
        facts = self.facts
        if facts.problem and self.event in self._SAID_BY_SYSTEMS:
            return self._SAID_BY_SYSTEMS[self.event].format(problem=facts.problem)
        begun = facts.order_portions and self.event in ("begin_order", "return_to_desk")
        return f"{so_far(facts)} {MORE}" if begun else super().opening()

    @data_tool(
        "make it three tiramisus",
        "make it two lemon sorbets",
        "make that four",
        "make the margherita a large one",
        "with a gluten-free base",
        "add extra cheese to it",
    )
    async def change_dish(
        self,
        dish: Annotated[Words | None, DISH] = None,
        portions: Annotated[int | None, COUNT] = None,
        size: Annotated[Size | None, SIZE] = None,
        extra: Annotated[Words | None, EXTRA] = None,
    ) -> str:
        """Change how many, the size, or add an extra, of a dish on the order; without a dish, of the one named last."""
        its = (self.call.party, dish, portions, size, extra, self.call.clock.now())
        return await self.noted(self.systems.orders.change(*its))

    @data_tool("no tiramisu after all", "take the tiramisus off", "take the diavola off", "cancel the margherita")
    async def remove_dish(self, dish: Annotated[Words, DISH]) -> str:
        """Take a dish off the order."""
        return await self.noted(self.systems.orders.remove(self.call.party, dish))

    @proposes(
        "no, that is all",
        "that is everything",
        "nothing else, thank you",
        "please read the order back",
        "I would like to pay",
    )
    def read_back(self) -> None:
        """Have the order read back to the caller, when that is all; payment comes after it."""

    @proposes("what else do you have", "can I hear the menu again", "back to the menu", "what desserts are there")
    def see_menu(self) -> None:
        """Go through the menu again."""


class ReviewDesk(RestaurantDesk):
    """Has read the order back, and waits for a yes."""

    INSTRUCTIONS = """
The order has just been read back, word for word. Confirm it only when the caller clearly says yes to it. When they want
anything else, or doubt anything about allergies, go back to the order.
"""
    OPENINGS: ClassVar = {
        "order_read_back": "This is your order. Is that right?",
        "return_to_desk": "Back to your order. Shall I read it back once more?",
    }

    def opening(self) -> str:
        """The order in the words of the order system."""
        return self.facts.read_back if self.event == "order_read_back" else super().opening()

    @proposes(
        "yes, that is right",
        "yes, correct",
        "yes please, I confirm",
        "yes, exactly",
        "that is my order",
        consent=Consent("check"),
    )
    def confirm_order(self) -> None:
        """Take the order as read back, after the caller's clear yes."""

    def ask_confirm_order(self) -> str:
        """The order in the words of the order system."""
        return self.facts.read_back or ""

    @proposes(
        "no, that is wrong",
        "I want to change something",
        "one more thing, a lemonade",
        "no tiramisu after all",
        "I forgot an allergy",
        "not quite",
    )
    def change_order(self) -> None:
        """Go back to the order, when something about it is to change."""

    @proposes("read it again please", "can you repeat the order", "yes, read it back")
    def read_back(self) -> None:
        """Have the order read back again."""
