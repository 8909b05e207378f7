"""Finding, building and guarding a LiveKit server, and the tokens for it; the real server is in tests/e2e."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from livekit.api import TokenVerifier

from interlock.app.livekit_server import (
    LiveKitServerError,
    LocalServer,
    Server,
    cached_server,
    die_with_parent,
    find_server,
    install_server,
    running_server,
)
from interlock.app.livekit_server.configuration import configuration
from interlock.app.livekit_server.server import announcement
from interlock.app.settings import Settings
from interlock.app.worker.dispatch import call_of
from interlock.app.worker.tokens import TTL, how_to_call, invitation, new_room, token

SERVER = Server("ws://127.0.0.1:7880", "interlock", "s" * 32)

# what `go install` does, in a few lines: say what is built, put the program where GOBIN says
GO = """#!/bin/sh
PATH=/usr/bin:/bin
echo "$@" "$GOTOOLCHAIN" "$CGO_ENABLED" >> "{record}"
echo "go: downloading github.com/livekit/livekit-server" >&2
{more}
"""
BUILDS = 'echo "#!/bin/sh" > "$GOBIN/server" && chmod +x "$GOBIN/server"'
FAILS = 'echo "go: requires go >= 1.26 (running go 1.22)" >&2; exit 1'


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    A machine with an empty cache, no livekit-server and no Go; what is put into the folder is on its PATH.
    """
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{programs}")
    for name in ("INTERLOCK_LIVEKIT_SERVER", "LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"):
        monkeypatch.delenv(name, raising=False)
    return programs


def program(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def go(machine: Path, more: str) -> Path:
    record = machine / "asked"
    program(machine / "go", GO.format(record=record, more=more))
    return record


def test_nothing_is_found_on_an_empty_machine() -> None:
    """None, and no error: the caller decides whether to build."""
    assert find_server() is None


def test_what_is_named_wins_over_our_build_and_that_over_the_path(
    machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The most deliberate one first."""
    on_path = program(machine / "livekit-server")
    assert find_server() == on_path
    built = program(cached_server())
    assert find_server() == built
    named = program(tmp_path / "mine")
    monkeypatch.setenv("INTERLOCK_LIVEKIT_SERVER", str(named))
    assert find_server() == named


def test_a_name_that_cannot_be_run_is_an_error_and_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever set it wants that one."""
    program(cached_server())
    monkeypatch.setenv("INTERLOCK_LIVEKIT_SERVER", str(tmp_path / "gone"))
    with pytest.raises(LiveKitServerError, match=r'INTERLOCK_LIVEKIT_SERVER is ".*gone", expected'):
        find_server()


def test_without_go_the_other_ways_are_named_in_one_line() -> None:
    """Homebrew, the official script, the container image."""
    with pytest.raises(LiveKitServerError) as raised:
        install_server(print)
    said = str(raised.value)
    assert "\n" not in said
    assert all(way in said for way in ("brew install livekit", "get.livekit.io", "livekit/livekit-server", "PATH"))


def test_a_build_is_pinned_static_and_kept(machine: Path) -> None:
    """The version is in the request and in the path; a second call builds nothing."""
    record, said = go(machine, BUILDS), []
    assert install_server(said.append) == cached_server()
    assert install_server(said.append) == cached_server()
    assert record.read_text() == "install -v github.com/livekit/livekit-server/cmd/server@v1.13.5 local 0\n"
    assert "v1.13.5" in str(cached_server())
    assert len(said) == 2


def test_what_go_is_set_up_for_elsewhere_builds_no_other_program(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another system's program would not run here, and flags meant for a module of one's own end in an error."""
    for name, value in {"GOOS": "windows", "GOARCH": "arm64", "GOFLAGS": "-mod=vendor"}.items():
        monkeypatch.setenv(name, value)
    go(machine, f'test -z "$GOOS$GOARCH$GOFLAGS" && {BUILDS}')
    assert install_server(print).is_file()


def test_two_at_once_build_once(machine: Path) -> None:
    """The second waits for the first and takes what it made."""
    wait = f"i=0; until [ -e {machine}/second ] || [ $i -ge 500 ]; do sleep 0.02; i=$((i + 1)); done"
    record = go(machine, f"{wait}; {BUILDS}")

    def second_waits(line: str) -> None:
        if "waiting" in line:
            (machine / "second").touch()

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(install_server, [second_waits, second_waits]))
    assert made == [cached_server()] * 2
    assert record.read_text().count("install") == 1


def test_a_failed_build_says_why_and_leaves_nothing_that_looks_built(machine: Path) -> None:
    """The last line of the output, the file with all of it, and no program."""
    go(machine, FAILS)
    with pytest.raises(LiveKitServerError, match=r"requires go >= 1.26 .*build\.log") as raised:
        install_server(print)
    assert "\n" not in str(raised.value)
    assert find_server() is None
    assert {path.name for path in cached_server().parent.iterdir()} == {"build.log", ".lock"}


def test_a_server_that_does_not_start_says_its_last_words(machine: Path, tmp_path: Path) -> None:
    """And where the whole log is; nothing of it goes on running."""
    broken = program(machine / "livekit-server", "#!/bin/sh\necho one; echo 'could not parse keys'; exit 3\n")
    local = LocalServer(broken, tmp_path / "run")
    with pytest.raises(LiveKitServerError, match=r"did not start \(could not parse keys\); its log is"):
        local.start()
    assert not local.running


def test_the_configuration_names_no_address_but_the_loopback() -> None:
    """Nothing is opened to the network and nobody outside is asked for our address."""
    told = yaml.safe_dump(configuration("interlock", "s" * 32, 7880, 7882))
    settings = yaml.safe_load(told)
    assert settings["bind_addresses"] == ["127.0.0.1"]
    assert settings["rtc"]["interfaces"] == {"includes": ["lo", "lo0"]}
    assert settings["rtc"]["stun_servers"] == ["127.0.0.1:3478"]
    assert settings["rtc"]["use_external_ip"] is False


def tied_child(seconds: float, child: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-I", "-S", die_with_parent.__file__, str(seconds), sys.executable, "-c", child]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@pytest.mark.slow
def test_a_leash_ends_its_child_with_the_parent() -> None:
    """A closed pipe is all a killed parent leaves; a child that ignores SIGTERM is killed. Its own pipe tells."""
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"
    with tied_child(60, stubborn) as held:
        assert held.stdin is not None
        assert held.stdout is not None
        assert held.stdout.readline() == b"up\n"
        held.stdin.close()
        assert held.stdout.read() == b""
        assert held.wait(timeout=30) == 0


def test_a_leash_has_an_end() -> None:
    """So that nothing a test forgot runs on."""
    with tied_child(0.2, "import signal; signal.pause()") as held:
        assert held.wait(timeout=30) == 0


def test_a_leash_gives_on_how_its_child_ended() -> None:
    """A child that ends by itself is not waited for."""
    with tied_child(60, "raise SystemExit(7)") as held:
        assert held.wait(timeout=30) == 7


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        '{"url": 5, "key": "k", "secret": "s"}',
        json.dumps({"url": "ws://198.51.100.7:7880", "key": "k", "secret": "s"}),
        json.dumps({"url": "ws://127.0.0.1:1", "key": "k", "secret": "s"}),
    ],
)
def test_a_note_that_is_wrong_or_old_is_no_server(text: str) -> None:
    """Half written, of another make, about another machine, or about a server that ended."""
    announcement().parent.mkdir(parents=True)
    announcement().write_text(text)
    assert running_server() is None


def test_a_token_is_for_one_person_one_room_and_one_agent() -> None:
    """Joining is all it grants; the dispatch carries the metadata the worker reads."""
    made = token(SERVER, identity="anna", room="r1", agent_name="interlock", metadata="m", ttl=timedelta(minutes=5))
    claims = TokenVerifier(SERVER.key, SERVER.secret).verify(made)
    assert (claims.identity, claims.video.room_join, claims.video.room) == ("anna", True, "r1")
    assert not any((claims.video.room_create, claims.video.room_list, claims.video.room_admin, claims.video.agent))
    (called,) = claims.room_config.agents
    assert (called.agent_name, json.loads(called.metadata)["flow"]) == ("interlock", "m")


def test_a_token_names_the_one_call_it_begins() -> None:
    """Each its own, and it is good for a quarter of an hour."""
    first, second = (token(SERVER, identity="anna", room="r1", agent_name="interlock") for _ in range(2))
    claims = [TokenVerifier(SERVER.key, SERVER.secret).verify(each) for each in (first, second)]
    begins = [call_of(its.room_config.agents[0].metadata) for its in claims]
    assert None not in begins
    assert begins[0] != begins[1]
    assert timedelta(minutes=15) == TTL


def test_a_token_without_an_agent_calls_nobody() -> None:
    """For a colleague who joins, or a test."""
    claims = TokenVerifier(SERVER.key, SERVER.secret).verify(token(SERVER, identity="ben", room="r1"))
    assert claims.room_config is None


def test_how_to_call_names_the_link_the_address_and_the_token() -> None:
    """And never the secret; rooms are new each time, because an agent is called to a new room only."""
    told = how_to_call(SERVER, "a.b.c")
    assert "https://agents-playground.livekit.io" in told
    assert "?liveKitUrl=ws%3A%2F%2F127.0.0.1%3A7880&token=a.b.c" in told
    assert SERVER.secret not in told + repr(SERVER)
    assert "Chrome" in told
    assert "Chrome" not in how_to_call(Server("wss://x.livekit.cloud", "k", "s"), "a.b.c")
    assert new_room() != new_room()


def test_livekit_url_is_called_before_a_local_server() -> None:
    """And without either, the way to get one is named."""
    cloud = {"LIVEKIT_URL": "wss://x.livekit.cloud", "LIVEKIT_API_KEY": "k", "LIVEKIT_API_SECRET": "s" * 32}
    assert "wss://x.livekit.cloud" in invitation(Settings(_env_file=None, **cloud), agent_name="interlock")
    with pytest.raises(LiveKitServerError, match=r"LIVEKIT_URL.*make livekit"):
        invitation(Settings(_env_file=None), agent_name="interlock")
