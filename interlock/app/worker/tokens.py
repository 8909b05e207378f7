"""Tokens that let a caller into a room, and the text that says how to use one."""

import secrets
from datetime import timedelta
from urllib.parse import urlencode

from livekit.api import AccessToken, RoomAgentDispatch, RoomConfiguration, VideoGrants

from interlock.app.calls.session import new_call_id
from interlock.app.livekit_server import LiveKitServerError, Server, server_for
from interlock.app.settings import Settings
from interlock.app.worker.dispatch import with_call

PLAYGROUND = "https://agents-playground.livekit.io"
MEET = "https://meet.livekit.io/custom"
TTL = timedelta(minutes=15)
"""How long a token lets somebody in; who is in the room stays there."""


def token(
    server: Server, *, identity: str, room: str, agent_name: str = "", metadata: str = "", ttl: timedelta = TTL
) -> str:
    """A token for one participant and one room; the first to use it in a new room also calls the agent there.

    LiveKit reads the dispatch when the room is made: in a room that exists already, no further agent comes. `metadata`
    is the dispatch's, which the worker reads; without an `agent_name` nobody is called. The token names the one call it
    begins (`interlock_call` in the metadata): used again once that is over, it begins none, and its owner hears so.
    """
    made = (
        AccessToken(server.key, server.secret)
        .with_identity(identity)
        .with_ttl(ttl)
        .with_grants(VideoGrants(room_join=True, room=room))
    )
    if agent_name:
        dispatch = RoomAgentDispatch(agent_name=agent_name, metadata=with_call(metadata, new_call_id()))
        made = made.with_room_config(RoomConfiguration(agents=[dispatch]))
    return made.to_jwt()


def invitation(settings: Settings, *, agent_name: str, metadata: str = "", identity: str = "caller") -> str:
    """How to call this agent now, in a new room of the server there is. Raises `LiveKitServerError` without one."""
    server = server_for(settings)
    if server is None:
        raise LiveKitServerError(
            "there is no LiveKit server: set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET, or run `make livekit`"
        )
    its = token(server, identity=identity, room=new_room(), agent_name=agent_name, metadata=metadata)
    return how_to_call(server, its)


def new_room() -> str:
    """A room name nobody has used, so that an agent is called to it."""
    return f"call-{secrets.token_hex(4)}"


def how_to_call(server: Server, its_token: str, ttl: timedelta = TTL) -> str:
    """What to do with a token, for somebody at a terminal."""
    link = f"{MEET}?{urlencode({'liveKitUrl': server.url, 'token': its_token})}"
    return f"""\
To call from a browser, open {PLAYGROUND}, choose "Manual" and give it these two (any LiveKit client takes them):
  URL    {server.url}
  token  {its_token}
Or in one click: {link}
The token is for one call and is good for {ttl.total_seconds() / 60:.0f} minutes; `interlock token` makes another.
{_browsers(server)}"""


def _browsers(server: Server) -> str:
    if not server.url.startswith("ws://"):
        return ""
    return "Use Chrome or Firefox on this machine: Safari may let no page from the web reach a ws:// address.\n"
