"""Serves the numbers of all calls, those whose process has ended too.

Each call runs in a process of its own and counts in files of its own (prometheus_client's multiprocess mode); the
worker's process adds them up whenever it is asked. What ended processes leave is put together, so that a thousand
calls do not leave a thousand files.
"""

import os
import re
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import structlog
from prometheus_client import REGISTRY, CollectorRegistry, start_http_server
from prometheus_client.metrics_core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from interlock.app.private import make_folder
from interlock.app.settings import Settings, SettingsError

log = structlog.get_logger("interlock.metrics")

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus_client looks for the folder; it must be set before a call's process imports it."""
ENDED = 0
"""The process number under which sums of ended processes are kept: no process has it."""
SUMMED = ("counter", "histogram")
OURS = re.compile(r"(counter|histogram|summary|gauge_[a-z]+)_\d{1,9}\.db", re.ASCII)
"""The files of prometheus_client: what is counted, and by which process."""


@contextmanager
def serve_metrics(settings: Settings) -> Iterator[None]:
    """Answer HTTP on the metrics port as long as this lasts; does nothing when no port is set.

    To be entered before a call's process is started. Raises `SettingsError` when the port is taken.
    """
    port, host = settings.metrics_port, settings.metrics_host
    if port is None:
        yield
        return
    with ExitStack() as stack:
        folder = _folder(stack)
        registry = CollectorRegistry()
        registry.register(AllCalls(folder))
        try:
            server, thread = start_http_server(port, host, registry)
        except OSError as error:
            wrong = f"{host}:{port} cannot be listened on ({error.strerror})"
            raise SettingsError(f"INTERLOCK_METRICS_PORT is {port}, and {wrong}, expected a free port") from None
        stack.callback(thread.join)
        stack.callback(server.server_close)
        stack.callback(server.shutdown)
        log.info("metrics.served", url=f"http://{host}:{port}/metrics")
        yield


def _folder(stack: ExitStack) -> Path:
    """A new one for each worker, since a number of a process that counted for an earlier one may be taken again."""
    given = os.environ.get(FOLDER)
    if given:
        make_folder(Path(given))
        stack.callback(os.environ.__setitem__, FOLDER, given)
    else:
        stack.callback(os.environ.pop, FOLDER, None)
    temporary = tempfile.TemporaryDirectory(prefix="interlock-metrics-", dir=given or None, ignore_cleanup_errors=True)
    os.environ[FOLDER] = made = stack.enter_context(temporary)
    return Path(made)


class AllCalls(Collector):
    """The sums over all processes in `folder`, and after them what the worker's own process counts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._one_at_a_time = threading.Lock()

    def describe(self) -> Iterable[Metric]:
        """Nothing is known before a call counted something."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Everything, each name once."""
        with self._one_at_a_time:
            self._put_together()
            files = [str(file) for file in self._files() if file.stat().st_size]  # empty: just being made
            found = list(MultiProcessCollector.merge(files))  # type: ignore[no-untyped-call]
        yield from found
        names = {metric.name for metric in found}
        yield from (metric for metric in REGISTRY.collect() if metric.name not in names)

    def _put_together(self) -> None:
        for file in self._files():
            kind, _, number = file.stem.rpartition("_")
            process = int(number)
            if process == ENDED or _alive(process):
                continue
            if kind in SUMMED:
                _add(file, self._folder / f"{kind}_{ENDED}.db")
            else:
                mark_process_dead(process, str(self._folder))  # type: ignore[no-untyped-call]

    def _files(self) -> list[Path]:
        return sorted(file for file in self._folder.glob("*.db") if OURS.fullmatch(file.name))


def _add(file: Path, total: Path) -> None:
    sums = MmapedDict(str(total))  # type: ignore[no-untyped-call]
    for key, value, _, _ in MmapedDict.read_all_values_from_file(str(file)):  # type: ignore[no-untyped-call]
        sums.write_value(key, sums.read_value(key)[0] + value, 0.0)  # type: ignore[no-untyped-call]
    sums.close()  # type: ignore[no-untyped-call]
    file.unlink()


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
