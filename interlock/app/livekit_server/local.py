"""A LiveKit server of our own, on the loopback only, for as long as it is needed."""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import yaml

from interlock.app import private
from interlock.app.livekit_server import die_with_parent
from interlock.app.livekit_server.configuration import LOOPBACK, configuration, ports
from interlock.app.livekit_server.finding import LiveKitServerError, cache_folder
from interlock.app.livekit_server.installing import install_server
from interlock.app.livekit_server.server import Server, announce, running_server, withdraw

KEY = "interlock"
START_S = 20.0
POLL_S = 0.05
TRIES = 3
FOREVER = float("inf")


class LocalServer:
    """Starts livekit-server in `folder` (its configuration and log) and ends it: a context manager, plain or async.

    Its secret is made anew each time. It ends on `stop`, with this process, and after `life_s` at the latest. `usual`
    asks for LiveKit's usual ports; when they are taken, and without it, free ones are used.
    """

    def __init__(self, binary: Path, folder: Path, *, life_s: float = FOREVER, usual: bool = False) -> None:
        self.log = folder / "livekit-server.log"
        self._binary = binary
        self._config = folder / "livekit.yaml"
        self._life_s = life_s
        self._usual = usual
        self._guarding: subprocess.Popen[bytes] | None = None
        self._server: Server | None = None

    @property
    def server(self) -> Server:
        """How to reach it. Raises `LiveKitServerError` before it was started."""
        if self._server is None:
            raise LiveKitServerError("the local LiveKit server was not started")
        return self._server

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._guarding is not None and self._guarding.poll() is None

    def start(self) -> Server:
        """Start it and wait until it answers. Raises `LiveKitServerError` with the last line of its log."""
        private.make_folder(self._config.parent)
        for _ in range(TRIES):
            self._server = self._launch()
            try:
                if self._ready(self._server):
                    return self._server
            except BaseException:
                self.stop()
                raise
            self.stop()
            if "address already in use" not in self._last_words():
                break
        raise LiveKitServerError(f"livekit-server did not start ({self._last_words()}); its log is {self.log}")

    def stop(self) -> None:
        """End it; a stopped one may be stopped again."""
        if self._guarding is None:
            return
        assert self._guarding.stdin is not None
        self._guarding.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._guarding.wait(timeout=die_with_parent.GRACE_S + 2)
        if self._guarding.poll() is None:
            self._guarding.kill()
            self._guarding.wait()
        self._guarding = None

    def _launch(self) -> Server:
        http, media = ports(self._usual)
        server = Server(f"ws://{LOOPBACK}:{http}", KEY, secrets.token_urlsafe(32))
        self._config.unlink(missing_ok=True)
        with os.fdopen(os.open(self._config, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            yaml.safe_dump(configuration(KEY, server.secret, http, media), file)
        program = [sys.executable, "-I", "-S", die_with_parent.__file__, str(self._life_s)]
        with private.opened(self.log) as log:
            self._guarding = subprocess.Popen(
                [*program, str(self._binary), "--config", str(self._config)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C in the terminal is for us: we then end it in order
            )
        return server

    def _ready(self, server: Server) -> bool:
        assert self._guarding is not None
        until = time.monotonic() + START_S
        while time.monotonic() < until and self.running:
            if server.answers():
                return True
            with suppress(subprocess.TimeoutExpired):
                self._guarding.wait(timeout=POLL_S)
        return False

    def _last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return next((line for line in reversed(lines) if line.strip()), "it said nothing")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)


def serve(say: Callable[[str], None]) -> None:
    """Run a local server for `interlock dev` until SIGINT, SIGTERM or SIGHUP; built first when there is none.

    Raises `LiveKitServerError`.
    """
    if server := running_server():
        say(f"A local LiveKit server runs already at {server.url}; `make dev` finds it.")
        return
    with LocalServer(install_server(say), cache_folder() / "livekit-server", usual=True) as local:
        _stay(local, say)


def _stay(local: LocalServer, say: Callable[[str], None]) -> None:
    asked = threading.Event()
    before = {s: signal.signal(s, lambda *_: asked.set()) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    announce(local.server)
    try:
        say(f"LiveKit server at {local.server.url}, on this machine only; its log is {local.log}.")
        say("Now run `make dev` in another terminal: it finds this server. Ctrl-C ends it.")
        while local.running and not asked.wait(timeout=0.5):
            pass
    finally:
        withdraw(local.server)
        for sign, before_us in before.items():
            signal.signal(sign, before_us)
    if not asked.is_set():
        raise LiveKitServerError(f"livekit-server ended by itself; its log is {local.log}")
