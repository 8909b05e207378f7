"""Building livekit-server once per user and version, with Go."""

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from interlock.app.livekit_server.finding import VERSION, LiveKitServerError, cached_server, find_server

SOURCE = f"github.com/livekit/livekit-server/cmd/server@v{VERSION}"
LONGEST_S = 30 * 60
REPORT_EVERY_S = 15
FOR_OTHERS = ("GOFLAGS", "GOOS", "GOARCH")  # they would build another program than the one that runs here, or none
OTHER_WAYS = (
    "install Go 1.26 or newer, or get livekit-server another way (brew install livekit; "
    "curl -sSL https://get.livekit.io | bash; the container image livekit/livekit-server) "
    "and have it on the PATH or name it in INTERLOCK_LIVEKIT_SERVER"
)


def install_server(progress: Callable[[str], None]) -> Path:
    """The program, built first when there is none: about five minutes on two cores, once per user.

    `progress` gets a line now and then. Raises `LiveKitServerError`.
    """
    if found := find_server():
        return found
    go = shutil.which("go")
    if go is None:
        raise LiveKitServerError(f"there is no livekit-server and no Go to build one: {OTHER_WAYS}")
    target = cached_server()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _one_at_a_time(target.parent / ".lock", progress):
            if not target.exists():
                _build(go, target, progress)
    except OSError as error:
        raise LiveKitServerError(f"{target.parent} cannot be written ({error.strerror}): set XDG_CACHE_HOME") from None
    return target


@contextmanager
def _one_at_a_time(lock: Path, progress: Callable[[str], None]) -> Iterator[None]:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("Another process builds livekit-server already; waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build(go: str, target: Path, progress: Callable[[str], None]) -> None:
    progress(f"Building livekit-server {VERSION} with {go}: about five minutes, once.")
    log = target.with_name("build.log")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".build-") as made:
        kept = {name: value for name, value in os.environ.items() if name not in FOR_OTHERS}
        settings = kept | {"GOTOOLCHAIN": "local", "CGO_ENABLED": "0", "GOBIN": made}
        with log.open("wb") as out:
            code = _run([go, "install", "-v", SOURCE], settings, out.fileno(), log, progress)
        built = Path(made) / "server"
        if code or not built.is_file():
            raise LiveKitServerError(
                f"{go} install {SOURCE} failed ({_last_line(log)}; all of it in {log}): {OTHER_WAYS}"
            )
        os.replace(built, target)
    progress(f"Built {target}.")


def _run(command: list[str], env: dict[str, str], out: int, log: Path, progress: Callable[[str], None]) -> int:
    began = time.monotonic()
    building = subprocess.Popen(command, env=env, stdout=out, stderr=out, start_new_session=True)
    try:
        while (taken := time.monotonic() - began) < LONGEST_S:
            with suppress(subprocess.TimeoutExpired):
                return building.wait(timeout=REPORT_EVERY_S)
            progress(f"Building livekit-server: {taken + REPORT_EVERY_S:.0f} s, {_packages(log)} packages.")
        raise LiveKitServerError(f"building livekit-server took over {LONGEST_S // 60} minutes: {OTHER_WAYS}")
    finally:
        if building.poll() is None:
            os.killpg(building.pid, signal.SIGKILL)
            building.wait()


def _packages(log: Path) -> int:
    return sum(not line.startswith("go: ") for line in _lines(log))


def _last_line(log: Path) -> str:
    return next((line for line in reversed(_lines(log)) if line.strip()), "it said nothing")


def _lines(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8", errors="replace").splitlines()
