"""What the desks before the payment share: the menu, taking dishes and allergies down, and the caller's name."""

from collections.abc import Coroutine
from typing import Annotated, Any, Literal

from agents.restaurant.discreet import RestaurantDesk
from agents.restaurant.known import described, on_offer, so_far
from agents.restaurant.systems import Draft, Heard
from interlock.agents import Refused, Slot, data_tool
from interlock.guards import Words

NAME = Slot("the name the order is for", ask="May I have your name, please?", kind="name")
DISH = Slot(
    "the dish as the menu names it",
    ask="Which dish would you like?",
    kind="choice",
    choices={
        "Margherita": ("a margherita pizza", "margheritas", "a margarita"),
        "Diavola": ("a diavola pizza", "the spicy salami pizza"),
        "Quattro Formaggi": ("a quattro formaggi", "the four cheese pizza"),
        "Carbonara": ("spaghetti carbonara", "a carbonara"),
        "Pesto Linguine": ("linguine with pesto", "the pesto pasta"),
        "Garden Salad": ("a salad", "the green salad"),
        "Tiramisu": ("a tiramisu", "tiramisus"),
        "Lemon Sorbet": ("a lemon sorbet", "sorbet"),
        "Lemonade": ("a lemonade", "lemonades"),
    },
)
COURSE = Slot(
    "the course asked about, if one was",
    ask="Would you like to hear about pizza, pasta, salad, dessert or drinks?",
    kind="choice",
    choices={
        "pizza": ("pizzas",),
        "pasta": ("noodles",),
        "salad": ("salads",),
        "dessert": ("sweets",),
        "drink": ("drinks",),
    },
)
COUNT = Slot("how many", ask="How many would you like?", kind="count")
SIZE = Slot(
    "only if the caller named one",
    ask="Small, regular or large?",
    kind="choice",
    choices={"small": (), "regular": (), "large": ()},
)
EXTRA = Slot(
    "one extra of the menu, only if the caller asked for it",
    ask="Which extra would you like?",
    kind="choice",
    choices={"extra cheese": (), "gluten-free base": (), "cashew cheese": ()},
)
ALLERGIES = Slot(
    'the allergens named, all there are, such as "nuts, milk"; "none" when there are none',
    ask="Does anybody who eats this have an allergy?",
    takes_none=True,
)

Size = Literal["small", "regular", "large"]
Course = Literal["pizza", "pasta", "salad", "dessert", "drink"]
MORE = "Would you like anything else to eat or drink?"


class KnowsMenu(RestaurantDesk):
    """A desk that knows the menu and can take an order down."""

    @data_tool(
        "what pizzas do you have", "what is on the menu", "which desserts are there", "what do you have to drink"
    )
    async def read_menu(self, course: Annotated[Course | None, COURSE] = None) -> str:
        """Say what there is, of one course or of all: after allergies were noted, only what is free of them."""
        dishes = await self.systems.orders.menu(course, self.call.clock.now())
        return f"{on_offer(dishes, self.facts.allergens)} Which would you like to hear more about?"

    @data_tool(
        "what is in the margherita",
        "what is in the tiramisu",
        "are there nuts in the pesto linguine",
        "how much is a large diavola",
        "does the tiramisu contain eggs",
        "do you still have tiramisu",
        "what can I have on the carbonara",
    )
    async def ask_about_dish(self, dish: Annotated[Words, DISH]) -> str:
        """Say what a dish costs, contains and can be had with, and whether any is left. Never answer that yourself."""
        found = await self.systems.orders.dish(dish, self.call.clock.now())
        return described(found) if found else "I am not sure which dish that is. Which dish would you like?"

    @data_tool(
        "I would like two margheritas",
        "a large diavola please",
        "two large margheritas",
        "and three tiramisus",
        "one carbonara",
        "a lemon sorbet",
        "can I have the garden salad",
        "I will take a lemonade",
        leads_on=True,
    )
    async def add_dish(
        self,
        dish: Annotated[Words, DISH],
        portions: Annotated[int, COUNT] = 1,
        size: Annotated[Size | None, SIZE] = None,
        extra: Annotated[Words | None, EXTRA] = None,
    ) -> str:
        """Put one dish on the order; call it once for each dish the caller names."""
        its = (self.call.party, dish, portions, size, extra, self.call.clock.now())
        return await self.noted(self.systems.orders.add(*its))

    @data_tool(
        "I am allergic to nuts",
        "no allergies",
        "my daughter cannot have milk",
        "nobody has an allergy",
        "I have a gluten intolerance",
        leads_on=True,
    )
    async def note_allergies(self, allergies: Annotated[Words, ALLERGIES]) -> str:
        """Note the allergies of everybody who eats this, all of them each time, as soon as the caller names any."""
        said = self.call.ears.said
        heard = Heard((*said.utterances, said.last), said.asked)
        answer = await self.noted(self.systems.orders.note_allergies(self.call.party, allergies, heard))
        harmful = self.facts.harmful
        return f"Careful: {harmful}. Shall I change that?" if harmful else answer

    async def noted(self, work: Coroutine[Any, Any, Draft]) -> str:
        """Let the order system do it, and say what the order is then."""
        try:
            await self.learn(await work)
        except Refused as no:
            return str(no)
        return f"{so_far(self.facts)} {MORE}"


class TakesName(RestaurantDesk):
    """A desk that asks whose order it is."""

    @data_tool("my name is Anna Kowalski", "it is for Peter", "the name is Lopez", "it's John Smith", leads_on=True)
    async def note_name(self, name: Annotated[Words, NAME]) -> str:
        """Note the name the order is for."""
        await self.call.claim(caller_name=name)
        return "Thank you."
