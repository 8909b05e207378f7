"""What every desk of a restaurant has: its systems, and what it knows of the order."""

from agents.restaurant.known import known_of
from agents.restaurant.systems import Draft, RestaurantSystems
from interlock.agents import BookingClerk, LiveDesk, PersonOffer
from machines.restaurant import RestaurantFacts


class RestaurantDesk(LiveDesk):
    """A desk of the restaurant."""

    facts: RestaurantFacts
    systems: RestaurantSystems

    async def learn(self, draft: Draft) -> None:
        """Know the order as the order system has it now."""
        await self.call.establish(**known_of(draft))


class RestaurantOffer(RestaurantDesk, PersonOffer):
    """Offers a person."""


class RestaurantClerk(RestaurantDesk, BookingClerk):
    """Books a callback."""
