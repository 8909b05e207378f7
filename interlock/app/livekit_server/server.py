"""How a LiveKit server is reached, and the note that tells others of ours where one runs."""

import http.client
import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from livekit.api import AccessToken, VideoGrants

from interlock.app.livekit_server.configuration import LOOPBACK
from interlock.app.livekit_server.finding import cache_folder
from interlock.app.private import make_folder
from interlock.app.settings import Settings

ANSWER_LIMIT_S = 2.0


@dataclass(frozen=True, slots=True)
class Server:
    """A LiveKit server's address (ws:// or wss://) and the key and secret that sign its tokens."""

    url: str
    key: str
    secret: str = field(repr=False)

    def answers(self) -> bool:
        """Whether it is up and takes our key; for servers on this machine only, so no proxy is asked."""
        address = urlsplit(self.url)
        line = http.client.HTTPConnection(address.hostname or "", address.port or 80, timeout=ANSWER_LIMIT_S)
        try:
            line.request("GET", "/")
            alive = line.getresponse().read() == b"OK"
            line.request("POST", "/twirp/livekit.RoomService/ListRooms", body="{}", headers=self._headers())
            return alive and line.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    def _headers(self) -> dict[str, str]:
        token = AccessToken(self.key, self.secret).with_grants(VideoGrants(room_list=True)).to_jwt()
        return {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}


def announcement() -> Path:
    """The file, readable by this user only, that says where a local server runs."""
    return cache_folder() / "livekit-server.json"


def announce(server: Server) -> None:
    """Let `running_server` find this one."""
    make_folder(announcement().parent)
    file, name = tempfile.mkstemp(dir=announcement().parent, prefix=".livekit-server-")  # made with mode 0600
    with os.fdopen(file, "w", encoding="utf-8") as out:
        json.dump(asdict(server), out)
    os.replace(name, announcement())


def withdraw(server: Server) -> None:
    """Take the note away, unless it speaks of another server by now."""
    if _noted() == server:
        announcement().unlink(missing_ok=True)


def running_server() -> Server | None:
    """The announced server, if it still answers and is the one that was announced."""
    server = _noted()
    return server if server and server.answers() else None


def server_for(settings: Settings) -> Server | None:
    """The server LIVEKIT_URL names with its key and secret; when no LIVEKIT_URL is set, a local one that runs."""
    if settings.livekit_url is None:
        return running_server()
    secret = settings.livekit_api_secret
    if not settings.livekit_api_key or secret is None:
        return None
    return Server(settings.livekit_url, settings.livekit_api_key, secret.get_secret_value())


def _noted() -> Server | None:
    try:
        announced = json.loads(announcement().read_text(encoding="utf-8"))
        server = Server(url=announced["url"], key=announced["key"], secret=announced["secret"])
        return server if urlsplit(server.url).hostname == LOOPBACK else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
