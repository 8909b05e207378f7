"""A line to PostgreSQL that breaks at the worst moment: around a commit."""

import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Literal

from sqlalchemy.engine import make_url

Loss = Literal["answer", "commit", "late"]
NAME = ".s.PGSQL.5432"
CHUNK = 1 << 16


class Wire:
    """A socket in front of the server's; `url` leads through it.

    While it is not `reachable`, whoever connects is turned away.
    """

    def __init__(self, url: str, folder: Path) -> None:
        folder.mkdir()
        target = make_url(url)
        self._server = f"{target.query['host']}/{NAME}"
        self.url = target.set(query={"host": str(folder)}).render_as_string(hide_password=False)
        self.reachable = True
        self.cut = threading.Event()
        """Set once the client's line was cut."""
        self.arrived = threading.Event()
        """Set once a late commit was carried out."""
        self._loss: Loss | None = None
        self._late: tuple[socket.socket, bytes] | None = None
        self._open: set[socket.socket] = set()
        self._listens = socket.socket(socket.AF_UNIX)
        self._listens.bind(str(folder / NAME))
        self._listens.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def lose(self, loss: Loss) -> None:
        """Cut the line at the next commit: only its answer is lost, or it is too, or it waits until `arrive`."""
        self._loss = loss

    def arrive(self) -> None:
        """Let a late commit through, from a client that is gone."""
        assert self._late is not None, "no commit is late"
        server, commit = self._late
        server.sendall(commit)
        self.arrived.wait()

    def close(self) -> None:
        """Cut every line."""
        with suppress(OSError):
            self._listens.shutdown(socket.SHUT_RDWR)
        self._listens.close()
        for end in set(self._open):
            _hang_up(end)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listens.accept()
                if not self.reachable:
                    client.close()
                    continue
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                self._open |= {client, server}
                _Line(self, client, server)

    def taken(self) -> Loss | None:
        """How to lose this commit; once."""
        loss, self._loss = self._loss, None
        return loss

    def keep(self, server: socket.socket, commit: bytes) -> None:
        """A commit for later."""
        self._late = server, commit


class _Line:
    """One connection, a thread for each direction."""

    def __init__(self, wire: Wire, client: socket.socket, server: socket.socket) -> None:
        self._wire, self._client, self._server = wire, client, server
        self._loss: Loss | None = None
        for each in (self._there, self._back):
            threading.Thread(target=each, daemon=True).start()

    def _there(self) -> None:
        with suppress(OSError):
            while data := self._client.recv(CHUNK):
                if b"COMMIT" in data and (loss := self._wire.taken()):
                    self._loss = loss
                    if loss == "late":
                        self._wire.keep(self._server, data)
                    if loss != "answer":
                        break
                self._server.sendall(data)
        if self._loss == "late":
            _hang_up(self._client)
        elif self._loss != "answer":
            self._end()
        if self._loss:
            self._wire.cut.set()

    def _back(self) -> None:
        with suppress(OSError):
            while (data := self._server.recv(CHUNK)) and not self._loss:
                self._client.sendall(data)
        if self._loss == "late":
            _hang_up(self._server)
            self._wire.arrived.set()
        else:
            self._end()

    def _end(self) -> None:
        _hang_up(self._server)
        _hang_up(self._client)


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
