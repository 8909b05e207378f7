"""The worker: known to a LiveKit server, which gives it calls; each runs in a process of its own: see
`interlock.app.worker.job`."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any

import structlog
from livekit.agents import AgentServer, JobProcess

from interlock.agents.answers import prepare
from interlock.app.calls.journal import journal_of
from interlock.app.check import check
from interlock.app.kept_lines import lines_for, lines_in_the_making
from interlock.app.offline.embedded import spare_model
from interlock.app.project import FLOWS, UnknownFlow, flow_named, open_systems
from interlock.app.providers import require_models
from interlock.app.quotas import require_quotas
from interlock.app.settings import Settings, SettingsError, load_settings, require_live
from interlock.app.store import StoreError
from interlock.app.telemetry.logs import configure_logs
from interlock.app.telemetry.metrics import serve_metrics
from interlock.app.telemetry.tracing import open_traces
from interlock.app.worker.job import CONTENT, LINES, SPARE, take_call
from interlock.app.worker.stopping import GracefulStop

log = structlog.get_logger("interlock.worker")

AGENT_NAME = "interlock"

CLOSING_S = 90.0
"""How long a call's process may take to end: work under way and its report come first."""
RETRIES, RETRIES_DEV = 16, 4
"""How often a LiveKit server that does not answer is tried again: for two minutes, or 12 s in development."""
PORT, PORT_DEV = 8081, 0
"""Where the worker tells of its health, unless the settings say otherwise; 0 is any port that is free."""

BORN_S = 60.0
"""How long a process for calls may take until it is ready: a third of a second, but many times that on a busy machine,
and one that is given up is begun anew."""
PRELOADED = [
    *("interlock.app.worker.job", "interlock.app.offline.brain", "sqlalchemy.dialects.sqlite"),
    *("onnxruntime", "tokenizers"),  # of the spare model, where they are installed: it has little time to load
]
"""What every call's process shares from its birth on: half a second and 40 MB less for each."""
WARM_AT_MOST = 4
"""How many processes wait for calls, one a core: a call that has to wait for its process waits seconds."""


class WorkerError(Exception):
    """A worker that cannot serve; the text is one line."""


async def run_worker(
    settings: Settings,
    *,
    dev: bool,
    ready: Callable[[], None] = lambda: None,
    until: Coroutine[Any, Any, None] | None = None,
) -> None:
    """Serve calls until SIGINT, SIGTERM, SIGHUP or the end of `until`; calls under way are drained: see
    `interlock.app.worker.stopping`.

    `ready` is called once LiveKit knows the worker. Raises `SettingsError` before it begins, one line for each thing a
    call would stumble over, and `WorkerError` when the LiveKit server does not answer.
    """
    require_ready(settings)
    with serve_metrics(settings):
        async with lines_in_the_making(settings) as make_lines:
            await _serve(settings, dev, (make_lines, ready), until)


async def _serve(
    settings: Settings, dev: bool, ready: Sequence[Callable[[], None]], until: Coroutine[Any, Any, None] | None
) -> None:
    secret = settings.livekit_api_secret
    port = (PORT_DEV if dev else PORT) if settings.worker_port is None else settings.worker_port
    server = AgentServer(
        ws_url=settings.livekit_url,
        api_key=settings.livekit_api_key,
        api_secret=secret.get_secret_value() if secret else None,
        setup_fnc=partial(prepare_process, json=not dev),
        initialize_process_timeout=BORN_S,
        shutdown_process_timeout=CLOSING_S,
        max_retry=RETRIES_DEV if dev else RETRIES,
        host=settings.worker_host,
        port=port,
        load_fnc=_never_too_busy if dev else None,
        num_idle_processes=1 if dev else min(os.cpu_count() or 1, WARM_AT_MOST),
        preload_modules=PRELOADED,
    )
    server.rtc_session(take_call, agent_name=AGENT_NAME)
    server.once("worker_started", lambda: log.info("worker.listening", port=server.worker_info.http_port))
    server.once("worker_registered", lambda *_: [each() for each in ready])
    serving = asyncio.get_running_loop().create_task(server.run(devmode=dev))
    log.info("worker.starting", agent_name=AGENT_NAME, flow=settings.flow, livekit_url=settings.livekit_url)
    with GracefulStop(server, settings.drain_s, until):
        await _served(server, serving, settings)


async def _served(server: AgentServer, serving: "asyncio.Task[None]", settings: Settings) -> None:
    try:
        await serving
    except OSError as error:
        await server.aclose()
        raise WorkerError(
            f"the worker cannot listen ({error.strerror}): is another one running here? INTERLOCK_WORKER_PORT=0 takes"
            " any port that is free"
        ) from None
    except RuntimeError as error:
        if "failed to connect" not in str(error):
            raise
        await server.aclose()
        raise WorkerError(
            f"LIVEKIT_URL is {settings.livekit_url}, and no LiveKit server took us there: start it, or correct the URL"
            " and LIVEKIT_API_KEY and LIVEKIT_API_SECRET"
        ) from None


def _never_too_busy() -> float:
    """A developer's machine is often busy, and a call that no worker takes is lost without a word."""
    return 0.0


def require_ready(settings: Settings) -> None:
    """Check everything a call needs, before any call. Raises `SettingsError`, one line for each thing wrong."""
    checks: list[Callable[[], object]] = [
        lambda: require_live(settings),
        lambda: require_models(settings),
        lambda: flow_named(settings.flow),
        lambda: require_quotas(settings, FLOWS.values()),
        lambda: _require_store(settings),
        *(partial(_require_sound, name) for name in FLOWS),
    ]
    wrong: list[str] = []
    for its in checks:
        try:
            its()
        except (SettingsError, StoreError, UnknownFlow) as error:
            wrong += str(error).splitlines()
    if wrong:
        raise SettingsError("\n".join(dict.fromkeys(wrong)))


def _require_store(settings: Settings) -> None:
    journal_of(settings).close()
    for flow in FLOWS.values():
        open_systems(flow, settings.store)


def _require_sound(name: str) -> None:
    """A dispatch may ask for any flow there is."""
    if findings := check(FLOWS[name]):
        raise SettingsError(f"the flow {name} has {len(findings)} findings, expected none: see interlock check {name}")


def prepare_process(process: JobProcess, json: bool = False) -> None:
    """Before a process takes a call: its logs are scrubbed; the first words, the spare model, and the tables by which
    callers' answers are read, are in memory."""
    settings = load_settings()
    configure_logs(settings.log_level, log_json(settings, json))
    process.userdata[CONTENT] = open_traces(settings)
    process.userdata[LINES] = lines_for(flow_named(settings.flow), settings, None)
    process.userdata[SPARE] = spare_model(settings)
    prepare()


def log_json(settings: Settings, json: bool) -> bool | None:
    """Whether log lines are JSON: as set; in production `json` is true and they are, also on a terminal."""
    return settings.log_json if settings.log_json is not None else json or None
