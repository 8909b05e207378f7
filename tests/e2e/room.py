"""A LiveKit room of one test: its tokens, who is in it, and what a server may be asked about it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from livekit.api import (
    AccessToken,
    CreateAgentDispatchRequest,
    DeleteRoomRequest,
    ListParticipantsRequest,
    LiveKitAPI,
    RoomParticipantIdentity,
    VideoGrants,
)

from interlock.app.livekit_server import Server
from interlock.app.worker.tokens import new_room, token
from tests.e2e.caller import Caller


@dataclass(frozen=True)
class Room:
    """Nobody else's: the name is new unless one is given."""

    server: Server
    name: str = field(default_factory=new_room)

    def token(self, identity: str = "caller", *, agent_name: str = "", metadata: str = "") -> str:
        """What `interlock token` makes, for this room."""
        return token(self.server, identity=identity, room=self.name, agent_name=agent_name, metadata=metadata)

    def other_token(
        self, identity: str, *, kind: Literal["standard", "sip", "agent"], attributes: Mapping[str, str] | None = None
    ) -> str:
        """For one who is no caller from the web: a phone (`sip.phoneNumber`, `sip.callID`) or an agent's double."""
        grants = VideoGrants(room_join=True, room=self.name, can_update_own_metadata=True)
        made = AccessToken(self.server.key, self.server.secret).with_identity(identity).with_grants(grants)
        return made.with_kind(kind).with_attributes(dict(attributes or {})).to_jwt()

    def caller(self, identity: str = "caller", *, agent_name: str = "", metadata: str = "") -> Caller:
        """A caller who has not joined yet: `async with room.caller() as caller`."""
        return Caller(self.server.url, self.token(identity, agent_name=agent_name, metadata=metadata))

    async def dispatch(self, agent_name: str, metadata: str = "") -> None:
        """Call an agent to this room; lost when no worker of that name is registered yet."""
        async with self._api() as api:
            wanted = CreateAgentDispatchRequest(agent_name=agent_name, room=self.name, metadata=metadata)
            await api.agent_dispatch.create_dispatch(wanted)

    async def dispatches(self) -> list[tuple[str, str]]:
        """The agents called to this room: name and metadata."""
        async with self._api() as api:
            found = await api.agent_dispatch.list_dispatch(self.name)
            return [(each.agent_name, each.metadata) for each in found]

    async def participants(self) -> set[str]:
        """The identities of those in the room."""
        async with self._api() as api:
            found = await api.room.list_participants(ListParticipantsRequest(room=self.name))
            return {each.identity for each in found.participants}

    async def remove(self, identity: str) -> None:
        """Put somebody out."""
        async with self._api() as api:
            await api.room.remove_participant(RoomParticipantIdentity(room=self.name, identity=identity))

    async def close(self) -> None:
        """Close the room; everybody in it is put out."""
        async with self._api() as api:
            await api.room.delete_room(DeleteRoomRequest(room=self.name))

    @asynccontextmanager
    async def _api(self) -> AsyncIterator[LiveKitAPI]:
        api = LiveKitAPI(self.server.url, self.server.key, self.server.secret)
        try:
            yield api
        finally:
            await api.aclose()
