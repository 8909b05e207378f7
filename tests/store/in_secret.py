"""TLS in front of a PostgreSQL that has none: who asks for it gets it, and the rest is passed on."""

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from sqlalchemy.engine import make_url

from tests.store.wire import CHUNK, NAME

ASKS = (8).to_bytes(4, "big") + (80_877_103).to_bytes(4, "big")
"""SSLRequest, as PostgreSQL's protocol has it."""


class InSecret:
    """A port before the server's socket. How many `asked` for TLS, got it (`secret`), and went on in the `open`."""

    def __init__(self, url: str, folder: Path, *, refuses: bool = False) -> None:
        target = make_url(url)
        self._server, self._refuses = f"{target.query['host']}/{NAME}", refuses
        self.certificate, key = certified(folder)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.certificate, key)
        self.asked = self.secret = self.open = 0
        self._listens = socket.create_server(("127.0.0.1", 0))
        port = self._listens.getsockname()[1]
        self.url = target.set(query={}, host="127.0.0.1", port=port).render_as_string(hide_password=False)

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listens.shutdown(socket.SHUT_RDWR)
        self._listens.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listens.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            held.enter_context(client)
            server = held.enter_context(socket.socket(socket.AF_UNIX))
            first = client.recv(CHUNK)
            if first == ASKS:
                self.asked += 1
                client.sendall(b"N" if self._refuses else b"S")
                if not self._refuses:
                    client = held.enter_context(self._context.wrap_socket(client, server_side=True))
                    self.secret += 1
                first = client.recv(CHUNK)
            if not first:
                return
            self.open += not isinstance(client, ssl.SSLSocket)
            server.connect(self._server)
            server.sendall(first)
            back = threading.Thread(target=_pass_on, args=(server, client), daemon=True)
            back.start()
            _pass_on(client, server)
            back.join()


def _pass_on(come: socket.socket, go: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := come.recv(CHUNK):
            go.sendall(data)
    with contextlib.suppress(OSError):
        go.shutdown(socket.SHUT_RDWR)


def certified(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that signs itself, and its key."""
    key, name = generate_private_key(SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - day, now + day)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = made.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    files = folder / "server.crt", folder / "server.key"
    files[0].write_bytes(made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files
