"""The worker: takes calls from a LiveKit server and runs each as a flow."""

import asyncio
import signal

import structlog
from livekit.agents import AgentServer, JobContext, JobProcess, inference
from livekit.agents.voice.room_io import RoomOptions

from app.flows import UnknownFlow, flow_named
from app.logs import configure_logs
from app.offline.embedded import spare_model
from app.providers import close_models, models, require_models
from app.session import open_call, start_call
from app.settings import Settings, SettingsError, load_settings, require_live
from app.store import StoreError, open_journal
from app.systems import open_systems

log = structlog.get_logger("interlock.worker")

AGENT_NAME = "interlock"

CLOSING_S = 90.0
"""How long a call's process may take to end: work under way and its report come first."""
RETRIES, RETRIES_DEV = 16, 4
"""How often a LiveKit server that does not answer is tried again: for two minutes, or 12 s in development."""


class WorkerError(Exception):
    """A worker that cannot serve; the text is one line."""


async def run_worker(settings: Settings, *, dev: bool) -> None:
    """Serve calls until SIGINT or SIGTERM; calls under way are drained first.

    Raises `SettingsError` before it begins, one line for each thing a call would stumble over, and `WorkerError` when
    the LiveKit server does not answer.
    """
    require_ready(settings)
    secret = settings.livekit_api_secret
    server = AgentServer(
        ws_url=settings.livekit_url,
        api_key=settings.livekit_api_key,
        api_secret=secret.get_secret_value() if secret else None,
        setup_fnc=prepare_process,
        shutdown_process_timeout=CLOSING_S,
        max_retry=RETRIES_DEV if dev else RETRIES,
    )
    server.rtc_session(take_call, agent_name=AGENT_NAME)
    loop = asyncio.get_running_loop()
    serving = loop.create_task(server.run(devmode=dev))
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, lambda: loop.create_task(_stop(server)))
    log.info("worker.starting", agent_name=AGENT_NAME, flow=settings.flow, livekit_url=settings.livekit_url)
    try:
        await serving
    except OSError as error:
        await server.aclose()
        raise WorkerError(f"the worker cannot listen ({error.strerror}): is another one running here?") from None
    except RuntimeError as error:
        if "failed to connect" not in str(error):
            raise
        await server.aclose()
        raise WorkerError(
            f"LIVEKIT_URL is {settings.livekit_url}, and no LiveKit server took us there: start it, or correct the URL"
            " and LIVEKIT_API_KEY and LIVEKIT_API_SECRET"
        ) from None


def require_ready(settings: Settings) -> None:
    """Check everything a call needs, before any call. Raises `SettingsError`, one line for each thing wrong."""
    checks = (
        lambda: require_live(settings),
        lambda: require_models(settings),
        lambda: flow_named(settings.flow),
        lambda: open_journal(settings.store).close(),
    )
    wrong: list[str] = []
    for check in checks:
        try:
            check()
        except (SettingsError, StoreError, UnknownFlow) as error:
            wrong += str(error).splitlines()
    if wrong:
        raise SettingsError("\n".join(dict.fromkeys(wrong)))


def prepare_process(_: JobProcess) -> None:
    """Before a process takes a call: what LiveKit logs in it is scrubbed like everything else."""
    settings = load_settings()
    configure_logs(settings.log_level, settings.log_json)


async def take_call(context: JobContext) -> None:
    """One call, in a process of its own: everything is opened here and closed when the call ends."""
    settings = load_settings()
    flow = flow_named(settings.flow)
    journal = open_journal(settings.store)
    its, spare = models(settings), spare_model(settings)
    session, call = open_call(
        flow,
        llm=its.llm,
        stt=its.stt,
        tts=its.tts,
        vad=inference.VAD(),
        spare=spare,
        voices=its.voices,
        journal=journal,
        services=open_systems(flow, settings.store),
        timezone=settings.timezone,
        silence_s=settings.silence_s,
    )

    async def close() -> None:
        await call.settled()
        await close_models(its.llm, its.stt, its.tts, *its.voices.values(), spare)
        journal.close()

    context.add_shutdown_callback(close)
    await context.connect()
    session.on("close", lambda _: context.shutdown(reason="the call is over"))
    await start_call(session, call, room=context.room, room_options=RoomOptions(delete_room_on_close=True))


async def _stop(server: AgentServer) -> None:
    log.info("worker.draining")
    await server.drain()
    await server.aclose()
