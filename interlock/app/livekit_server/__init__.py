"""A LiveKit server on this machine, for developers and tests: found or built, started on the loopback, and ended.

The version is pinned because not every one can be installed with `go install` (see the project's notes), and because
a test that passes should pass on the next machine too.
"""

from interlock.app.livekit_server.finding import VERSION, LiveKitServerError, cache_folder, cached_server, find_server
from interlock.app.livekit_server.installing import install_server
from interlock.app.livekit_server.local import LocalServer, serve
from interlock.app.livekit_server.server import Server, announce, running_server, server_for, withdraw

__all__ = [
    "VERSION",
    "LiveKitServerError",
    "LocalServer",
    "Server",
    "announce",
    "cache_folder",
    "cached_server",
    "find_server",
    "install_server",
    "running_server",
    "serve",
    "server_for",
    "withdraw",
]
