"""A package index of a test's own, on loopback: a folder of wheels made here, served as pip and uv ask for them."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zipfile import ZipFile


class Index:
    """Packages by name; the folder may be added to while it is served."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url

    def upload(self, name: str, version: str, requires: Sequence[str] = (), extras: Sequence[str] = ()) -> None:
        """A wheel with one module that tells its version."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        info = f"{name}-{version}.dist-info"
        lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
        lines += [f"Provides-Extra: {extra}" for extra in extras] + [f"Requires-Dist: {each}" for each in requires]
        files = {
            f"{name}.py": f"VERSION = {version!r}\n",
            f"{info}/METADATA": "\n".join(lines) + "\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = f"{info}/RECORD"
        with ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            for path, text in files.items():
                wheel.writestr(path, text)
            wheel.writestr(record, "".join(f"{path},,\n" for path in [*files, record]))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@contextmanager
def serving(folder: Path) -> Iterator[Index]:
    """An index of what is in the folder, at a port of its own."""
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Index(folder, f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()
