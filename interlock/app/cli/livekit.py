"""The commands about a LiveKit server: one on this machine, and how to call the agent there."""

from typing import TYPE_CHECKING, Annotated

import typer

from interlock.app.cli.run import run

if TYPE_CHECKING:
    from interlock.app.settings import Settings


def livekit(install: Annotated[bool, typer.Option("--install", help="Only get the program.")] = False) -> None:
    """A LiveKit server on this machine for `interlock dev`; built first when there is none."""
    from interlock.app.livekit_server import install_server, serve

    if install:
        install_server(print)
    else:
        serve(print)


def token(
    identity: Annotated[str, typer.Option(help="Who calls.")] = "caller",
    metadata: Annotated[
        str, typer.Option(help='Which flow the call runs: {"flow": "support"}, or support; else INTERLOCK_FLOW.')
    ] = "",
) -> None:
    """How to call the agent: a link and a token for one call."""
    from interlock.app.settings import load_settings
    from interlock.app.telemetry.logs import configure_logs
    from interlock.app.worker.dispatch import flow_of
    from interlock.app.worker.tokens import invitation
    from interlock.app.worker.worker import AGENT_NAME

    settings = load_settings()
    configure_logs("WARNING", settings.log_json)
    flow_of(metadata, settings.flow)  # what the worker would refuse is said here
    print(invitation(settings, agent_name=AGENT_NAME, metadata=metadata, identity=identity))


def develop(settings: "Settings", *, reload: bool, under: int | None) -> None:
    """The worker as a developer wants it, which says how to call it; with `reload` it is started anew on changes.

    `under` is the process that does so: without it the worker ends.
    """
    from interlock.app.worker.reload import parent_gone, run_reloading

    if reload:
        raise typer.Exit(run(run_reloading(settings)))
    from interlock.app.worker.tokens import invitation
    from interlock.app.worker.worker import AGENT_NAME, run_worker

    def ready() -> None:
        print(invitation(settings, agent_name=AGENT_NAME), flush=True)

    run(run_worker(settings, dev=True, ready=ready, until=parent_gone(under) if under else None))


def with_local_server(settings: "Settings") -> "Settings":
    """The settings, with the server that `interlock livekit` runs here, when none is named and the models are there."""
    from pydantic import SecretStr

    from interlock.app.livekit_server import running_server
    from interlock.app.providers import require_models
    from interlock.app.settings import SettingsError

    server = None if settings.live else running_server()
    if server is None:
        return settings
    try:
        require_models(settings)
    except SettingsError as error:
        print(f"A LiveKit server runs at {server.url}; it is left alone:\n{error}\n")
        return settings
    secret = SecretStr(server.secret)
    found = {"livekit_url": server.url, "livekit_api_key": server.key, "livekit_api_secret": secret}
    return settings.model_copy(update=found)


def watch() -> None:
    """Look after calls whose worker died while the caller is still there: send for another worker. Several may run."""
    from interlock.app.settings import load_settings
    from interlock.app.telemetry.logs import configure_logs
    from interlock.app.worker.worker import AGENT_NAME, log_json

    settings = with_local_server(load_settings())
    configure_logs(settings.log_level, log_json(settings, True))
    run(_watch(settings, AGENT_NAME))


async def _watch(settings: "Settings", agent_name: str) -> None:
    from livekit.api import LiveKitAPI

    from interlock.agents.call.clock import LoopClock
    from interlock.app.settings import require_server
    from interlock.app.store import open_journal
    from interlock.app.worker.watching import LiveKitRooms, Watcher

    require_server(settings)
    assert settings.livekit_api_secret is not None
    secret = settings.livekit_api_secret.get_secret_value()
    async with LiveKitAPI(settings.livekit_url, settings.livekit_api_key, secret) as api:
        with open_journal(settings.store, settings.seal_key) as journal:
            await Watcher(journal, LiveKitRooms(api, agent_name), LoopClock()).watch()
