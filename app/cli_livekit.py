"""The commands about a LiveKit server: one on this machine, and how to call the agent there."""

from typing import Annotated

import typer
from pydantic import SecretStr

from app.logs import configure_logs
from app.settings import Settings, SettingsError, load_settings


def livekit(install: Annotated[bool, typer.Option("--install", help="Only get the program.")] = False) -> None:
    """A LiveKit server on this machine for `interlock dev`; built first when there is none."""
    from app.livekit_server import install_server, serve

    if install:
        install_server(print)
    else:
        serve(print)


def token(
    identity: Annotated[str, typer.Option(help="Who calls.")] = "caller",
    metadata: Annotated[str, typer.Option(help="What the worker is told with the call.")] = "",
) -> None:
    """How to call the agent: a link and a token for one call."""
    from app.tokens import invitation
    from app.worker import AGENT_NAME

    settings = load_settings()
    configure_logs("WARNING", settings.log_json)
    print(invitation(settings, agent_name=AGENT_NAME, metadata=metadata, identity=identity))


def with_local_server(settings: Settings) -> Settings:
    """The settings, with the server that `interlock livekit` runs here, when none is named and the models are there."""
    from app.livekit_server import running_server
    from app.providers import require_models

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
