"""The worker: takes calls from a LiveKit server and runs each as a flow."""

import asyncio
import signal

import structlog
from livekit.agents import AgentServer, JobContext, inference

from app.flows import flow_named
from app.logs import configure_logs
from app.offline.spare import spare_model
from app.providers import models
from app.session import open_call, start_call
from app.settings import Settings, load_settings, require_live
from app.store import open_journal
from app.systems import open_systems

log = structlog.get_logger("interlock.worker")

AGENT_NAME = "interlock"


async def run_worker(settings: Settings, *, dev: bool) -> None:
    """Serve calls until SIGINT or SIGTERM; calls under way are drained first. Raises `SettingsError`."""
    require_live(settings)
    secret = settings.livekit_api_secret
    server = AgentServer(
        ws_url=settings.livekit_url,
        api_key=settings.livekit_api_key,
        api_secret=secret.get_secret_value() if secret else None,
    )
    server.rtc_session(take_call, agent_name=AGENT_NAME)
    loop = asyncio.get_running_loop()
    serving = loop.create_task(server.run(devmode=dev))
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, lambda: loop.create_task(_stop(server)))
    log.info("worker.starting", agent_name=AGENT_NAME, flow=settings.flow, livekit_url=settings.livekit_url)
    await serving


async def take_call(context: JobContext) -> None:
    """One call, in a process of its own: everything is opened here and closed when the call ends."""
    settings = load_settings()
    configure_logs(settings.log_level, settings.log_json)
    flow = flow_named(settings.flow)
    journal = open_journal(settings.store)
    its = models(settings)
    session, call = open_call(
        flow,
        llm=its.llm,
        stt=its.stt,
        tts=its.tts,
        vad=inference.VAD(),
        spare=spare_model(),
        journal=journal,
        services=open_systems(flow, settings.store),
        timezone=settings.timezone,
        silence_s=settings.silence_s,
    )

    async def close() -> None:
        await call.settled()
        journal.close()

    context.add_shutdown_callback(close)
    await context.connect()
    await start_call(session, call, room=context.room)


async def _stop(server: AgentServer) -> None:
    log.info("worker.draining")
    await server.drain()
    await server.aclose()
