"""The compose file: the server that is tested, the worker as the image wants it, and no secret."""

import re

import yaml

from interlock.app.cli.livekit import watch
from interlock.app.livekit_server import VERSION
from interlock.app.livekit_server.configuration import LOOPBACK, USUAL_PORTS, configuration
from interlock.app.settings import PREFIX, Settings
from interlock.app.worker.worker import CLOSING_S, PORT
from tests.app.dockerfile import ROOT, all_of, pairs

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVER, WORKER, WATCHER = (COMPOSE["services"][name] for name in ("livekit", "worker", "watch"))


def test_the_compose_file_runs_the_server_that_is_tested() -> None:
    """
    The same version with the same configuration as `make livekit`, so nothing of it is open beyond this machine.
    """
    assert SERVER["image"].endswith(f"/livekit-server:v{VERSION}")
    tested = configuration("", "", *USUAL_PORTS)
    del tested["keys"]
    assert yaml.safe_load(SERVER["environment"]["LIVEKIT_CONFIG"]) == tested
    assert WORKER["environment"]["LIVEKIT_URL"] == f"ws://{LOOPBACK}:{tested['port']}"
    for host in ("INTERLOCK_METRICS_HOST", "INTERLOCK_WORKER_HOST"):
        assert (WORKER["environment"][host], pairs("ENV")[host]) == (LOOPBACK, "0.0.0.0")


def test_the_compose_file_holds_no_secret() -> None:
    """
    They come from .env, and without them nothing starts.
    """
    assert WORKER["env_file"] == ".env"
    for service in (SERVER, WORKER, WATCHER):
        secret = {k: v for k, v in service["environment"].items() if re.search("KEY|SECRET|TOKEN|PASSWORD", k)}
        assert [v for v in secret.values() if re.sub(r"\$\{\w+:\?[^}]+\}", "", v).strip(" :")] == []


def test_the_compose_file_keeps_the_record_and_gives_calls_their_time() -> None:
    """
    And sets nothing that is no setting.
    """
    (home,) = all_of("VOLUME")
    (volume,) = COMPOSE["volumes"]
    assert f"{volume}:{home}" in WORKER["volumes"]
    assert WORKER["environment"]["INTERLOCK_STORE"] == pairs("ENV")["INTERLOCK_STORE"]
    assert WORKER["environment"]["INTERLOCK_WORKER_PORT"] == str(PORT)
    grace_s = int(WORKER["stop_grace_period"].removesuffix("m")) * 60
    assert grace_s >= Settings.model_fields["drain_s"].default + CLOSING_S
    ours = {name for name in WORKER["environment"] | pairs("ENV") if name.startswith(PREFIX)}
    known = {*Settings.model_fields, "project"}  # which is read before the settings are
    assert {name.removeprefix(PREFIX).lower() for name in ours} <= known


def test_a_watcher_looks_after_the_calls_of_the_worker() -> None:
    """
    The same image, record and server; the image's health check is not its own, and it has no calls to wait for.
    """
    apart = {"command", "healthcheck", "stop_grace_period"}
    assert {name: its for name, its in WATCHER.items() if name not in apart} == {
        name: its for name, its in WORKER.items() if name not in apart
    }
    assert WATCHER["command"] == [watch.__name__]
    assert WATCHER["healthcheck"] == {"disable": True}
