"""What every desk of a restaurant keeps to itself: a card number a caller says reaches no model."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from livekit.agents import ModelSettings, llm

from agents.restaurant.known import known_of
from agents.restaurant.systems import Draft, RestaurantSystems
from interlock.agents import BookingClerk, Chunk, LiveDesk, PersonOffer
from interlock.guards import without_card_numbers
from machines.restaurant import RestaurantFacts


class RestaurantDesk(LiveDesk):
    """A desk of the restaurant."""

    facts: RestaurantFacts
    systems: RestaurantSystems

    async def llm_node(
        self, chat_ctx: llm.ChatContext, tools: list[llm.Tool], model_settings: ModelSettings
    ) -> AsyncGenerator[Chunk, None]:
        """The model's answer to the conversation as it may read it."""
        async with aclosing(super().llm_node(_without_cards(chat_ctx), tools, model_settings)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def learn(self, draft: Draft) -> None:
        """Know the order as the order system has it now."""
        await self.call.establish(**known_of(draft))


class RestaurantOffer(RestaurantDesk, PersonOffer):
    """Offers a person."""


class RestaurantClerk(RestaurantDesk, BookingClerk):
    """Books a callback."""


def _without_cards(chat_ctx: llm.ChatContext) -> llm.ChatContext:
    return llm.ChatContext([_discreet(item) if item.type == "message" else item for item in chat_ctx.items])


def _discreet(message: llm.ChatMessage) -> llm.ChatMessage:
    words = [without_card_numbers(part) if isinstance(part, str) else part for part in message.content]
    return message if words == message.content else message.model_copy(update={"content": words})
