"""The image, as far as it can be held to its promises without an engine that builds it."""

import json
import os
import re
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

import install
from interlock.app.worker.worker import PORT
from tests.app.dockerfile import LAST_STAGE, ROOT, RUNS, STEPS, all_of, pairs, sent

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
FOLDERS = ("guards", "machines", "agents", "app")
INSTALLS = [command for command in RUNS if "install.py" in command]
PICKS = [picked[1] for command in INSTALLS if (picked := re.search(r"--only (\S+)", command))]


def test_both_stages_begin_at_the_image_that_was_asked_for() -> None:
    """
    The environment is made by the Python that runs it.
    """
    assert [rest.split()[0] for rest in all_of("FROM", STEPS)] == ["${PYTHON_IMAGE}"] * 2
    asked = next(re.fullmatch(r"PYTHON_IMAGE=\S+/python:3\.(\d+)-\S+", rest) for rest in all_of("ARG", STEPS))
    assert asked, "the default is no python image with a version"
    assert int(asked[1]) >= int(PROJECT["requires-python"].removeprefix(">=3."))


def test_nothing_is_installed_but_by_hash() -> None:
    """
    And our own code without asking anybody for anything.
    """
    (ours,) = [command for command in RUNS if re.search(r"\bpip\S* install\b", command)]
    assert "--no-index --no-deps --no-build-isolation" in ours
    assert len(INSTALLS) == 3
    assert [command for command in INSTALLS if "--lock " not in command] == []


@pytest.mark.parametrize("pick", PICKS)
def test_what_is_picked_from_the_lock_is_there_with_its_hashes(pick: str, tmp_path: Path) -> None:
    """
    These packages and no others.
    """
    picked = install.picked_from(install.LOCK, set(pick.split(",")), tmp_path)
    entries = install.entries_of(picked)
    assert [entry.partition("==")[0] for entry in entries] == sorted(pick.split(","))
    assert all("--hash=sha256:" in entry for entry in entries)


def test_a_package_that_the_lock_does_not_have_ends_the_build(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """
    It would be left out without a word.
    """
    with pytest.raises(SystemExit) as ended:
        install.picked_from(install.LOCK, {"rich", "no-such-thing"}, tmp_path)
    assert (ended.value.code, capsys.readouterr().err) == (2, "requirements-dev.txt locks no no-such-thing\n")


def test_the_project_is_where_the_command_looks_and_is_not_the_workers() -> None:
    """
    Copied as root's; the worker writes to its home alone.
    """
    project = pairs("ENV")["INTERLOCK_PROJECT"]
    build = STEPS[: len(STEPS) - len(LAST_STAGE)]
    within = build[max(at for at, step in enumerate(build) if step == ("WORKDIR", project)) :]
    assert {rest.split()[0] for rest in all_of("COPY", within)} == {"pyproject.toml", *FOLDERS}
    assert f"--from=build {project} {project}" in all_of("COPY")
    assert not project.startswith(all_of("VOLUME")[0])


def test_every_file_that_is_copied_is_there_and_is_sent() -> None:
    """
    And nothing else is.
    """
    sources = [s for rest in all_of("COPY", STEPS) if "--from" not in rest for s in rest.split()[:-1]]
    assert sources
    assert [source for source in sources if not (ROOT / source).exists() or not sent(source)] == []
    assert sent("app/callers/support/01-name.wav")
    top = {path.name for path in ROOT.iterdir()}
    assert {name for name in top if sent(name)} == set(sources)


@pytest.mark.parametrize(
    "path",
    [
        *(".env", ".env.local", ".git/config", ".venv/bin/python", "tests/conftest.py", "out/call.wav", "app/.env"),
        *("calls.sqlite", "app/calls.sqlite-wal", "agents/__pycache__/call.cpython-311.pyc"),
    ],
)
def test_secrets_records_and_leavings_stay_out(path: str) -> None:
    """
    Of whatever folder.
    """
    assert not sent(path)


def test_it_runs_as_nobody_in_particular() -> None:
    """
    By number, so that an orchestrator can see that it is not root; its home outlives it.
    """
    assert all_of("USER") == ["10001:10001"]
    assert (all_of("ENTRYPOINT"), all_of("CMD")) == (['["interlock"]'], ['["start"]'])
    (home,) = all_of("VOLUME")
    assert (pairs("ENV")["HOME"], pairs("ENV")["INTERLOCK_STORE"]) == (home, f"{home}/calls.sqlite")


def test_no_library_calls_home() -> None:
    """
    onnxruntime reports its use unless told not to; Hugging Face's library looks for newer models.
    """
    assert {name: pairs("ENV").get(name) for name in ("ORT_DISABLE_TELEMETRY", "HF_HUB_OFFLINE")} == {
        "ORT_DISABLE_TELEMETRY": "1",
        "HF_HUB_OFFLINE": "1",
    }


@pytest.mark.parametrize("makefile", ["Makefile", "interlock/templates/common/Makefile"])
def test_an_engine_that_is_not_there_is_named_before_anything_is_built(makefile: str) -> None:
    """
    By `make image`, ours and a new project's, with what to say instead.
    """
    command = ["make", "-f", str(ROOT / makefile), "-o", "ready", "image", "ENGINE=no-engine"]
    alone = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    done = subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True)
    said = "there is no no-engine, expected a container engine: make image ENGINE=podman"
    assert (done.returncode, done.stdout, done.stderr.splitlines()[0]) == (2, "", said)


def test_its_labels_say_what_the_project_says() -> None:
    """
    Version and licence.
    """
    its = {name.removeprefix("org.opencontainers.image."): value for name, value in pairs("LABEL").items()}
    assert (its["version"], its["licenses"]) == (PROJECT["version"], PROJECT["license"])


@contextmanager
def answering(status: int) -> Iterator[int]:
    """A server that answers so, on a port of its own."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def healthy(port: int) -> bool:
    """What the image's own check says about a worker on this port."""
    (check,) = all_of("HEALTHCHECK")
    program, *arguments = json.loads(check.partition(" CMD ")[2])
    assert program == "python"
    env = os.environ | {"INTERLOCK_WORKER_PORT": str(port), "http_proxy": "http://127.0.0.1:1"}
    return subprocess.run([sys.executable, *arguments], env=env, capture_output=True).returncode == 0


def test_the_check_tells_a_healthy_worker_from_others() -> None:
    """
    200 is healthy; LiveKit's 503 and nobody there are not. No proxy is asked.
    """
    with answering(200) as port:
        assert healthy(port)
    assert not healthy(port)
    with answering(503) as port:
        assert not healthy(port)


def test_the_check_looks_where_the_worker_listens() -> None:
    """
    Without any setting.
    """
    (check,) = all_of("HEALTHCHECK")
    assert f"or {PORT})" in check
    assert str(PORT) in " ".join(all_of("EXPOSE")).split()
