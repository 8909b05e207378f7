"""The command `interlock`."""

import os
import sys
from collections.abc import Callable
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from interlock.app.cli.as_json import print_json
from interlock.app.cli.audit import audit_app
from interlock.app.cli.board import board
from interlock.app.cli.calls import calls
from interlock.app.cli.licences import licences, sbom
from interlock.app.cli.livekit import develop, livekit, token, watch, with_local_server
from interlock.app.cli.new import new, upgrade_project
from interlock.app.cli.run import run
from interlock.app.cli.store import store_app
from interlock.app.private import keep_all_private
from interlock.app.project import FLOWS, flow_named, open_systems, project
from interlock.app.project_file import NAMED

if TYPE_CHECKING:  # what each command needs it imports itself: the help is not to wait for LiveKit
    from interlock.agents.flow import Flow
    from interlock.app.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A voice-agent orchestrator: agents propose, a state machine decides, a journal records why.",
)
app.command()(new)
app.command("upgrade-project")(upgrade_project)
app.add_typer(audit_app, name="audit")
app.command()(calls)
app.add_typer(store_app, name="store")
app.command()(livekit)
app.command()(token)
app.command()(watch)
app.command()(board)
app.command()(licences)
app.command()(sbom)

FOR_ALL = ("new", "upgrade-project", "diagrams")
"""What they write is a project's, and for whoever the umask lets read it; all others may write of callers."""

console = Console(highlight=False)
AsJson = Annotated[bool, typer.Option("--json", help="One JSON value instead of text.")]
FlowName = Annotated[
    str, typer.Argument(metavar="FLOW", help="A flow, as `interlock flows` lists them; the first without.")
]


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"interlock {version('interlock')}")
        raise typer.Exit


@app.callback()
def anywhere(
    context: typer.Context,
    project: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The project, instead of the one this folder is in (INTERLOCK_PROJECT)."),
    ] = None,
    _: Annotated[bool, typer.Option("--version", help="Say which version this is.", callback=_show_version)] = False,
) -> None:
    """What holds for every command."""
    if context.invoked_subcommand not in FOR_ALL:
        keep_all_private()
    if project is not None:
        os.environ[NAMED] = str(project.absolute())  # also for the processes this one starts


@app.command()
def flows(as_json: AsJson = False) -> None:
    """List the flows there are."""
    if as_json:
        print_json([{"name": f.name, "title": f.title, "summary": f.summary} for f in FLOWS.values()])
        return
    for flow in FLOWS.values():
        console.print(f"{flow.name:<12}{flow.title}. {flow.summary}", markup=False, soft_wrap=True)


@app.command()
def chat(
    flow: FlowName = "",
    script: Annotated[Path | None, typer.Option(help="Play a call script instead of asking the terminal.")] = None,
    model: Annotated[str, typer.Option(help="offline, or openai/NAME (needs OPENAI_API_KEY).")] = "offline",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """A typed call: you are the caller. Every proposal and verdict is shown, dimmed.

    Type a line, press Enter; Ctrl-D hangs up. Nobody hurries you: after three minutes without a line you are asked
    whether you are still there, after three more the agent says goodbye. Input from a pipe or a file ends the call
    with its last line; of a line, the first 2000 bytes count. With --script, silence comes from `advance:` steps.
    """
    from interlock.app.calls.callscript import read_script
    from interlock.app.calls.chat import chat_from_script
    from interlock.app.calls.journal import journal_of
    from interlock.app.calls.screen import Screen

    settings, its = _settings("ERROR"), flow_named(flow)
    if script is None:
        _chat(its, settings, model, as_json=as_json)
        return
    played = read_script(script)
    screen = Screen(console, as_json=as_json)
    with closing(journal_of(settings)) as journal:
        failures = run(
            chat_from_script(its, played, journal=journal, memory=journal, services=open_systems(its), screen=screen)
        )
    screen.check()
    for failure in failures:
        print(failure, file=sys.stderr)
    if failures:
        raise typer.Exit(1)


@app.command()
def demo(
    flow: FlowName = "",
    wav: Annotated[list[Path] | None, typer.Option(help="What the caller says, a file a turn; repeat.")] = None,
    out: Annotated[Path, typer.Option(help="Where the recording and the transcript go.")] = Path("out"),
) -> None:
    """A spoken call without any network: WAV files in, a stereo WAV and a transcript with every verdict out."""
    from interlock.app.calls.demo import demo as spoken_call

    settings, its = _settings("ERROR"), flow_named(flow)
    run(spoken_call(its, settings, wavs=wav or [], out=out, console=console))


@app.command()
def dev(
    reload: Annotated[
        bool | None, typer.Option(help="Start the worker anew when code changes; at a terminal it does, unless told.")
    ] = None,
    under: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Try it: the worker when LIVEKIT_URL is set or `interlock livekit` runs, else a typed call on embedded models."""
    from interlock.app.telemetry.logs import configure_logs

    settings = with_local_server(_settings(None))
    if settings.live:
        develop(settings, reload=sys.stderr.isatty() if reload is None else reload, under=under)
        return
    configure_logs("ERROR", settings.log_json)
    flow = flow_named(settings.flow)
    console.print(_offline_help(flow), markup=False)
    _chat(flow, settings, "offline", as_json=False)


@app.command()
def start() -> None:
    """Serve calls from a LiveKit server (LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET)."""
    from interlock.app.settings import load_settings
    from interlock.app.telemetry.logs import configure_logs
    from interlock.app.worker.worker import log_json, run_worker

    settings = load_settings()
    configure_logs(settings.log_level, log_json(settings, True))
    run(run_worker(settings, dev=False))


@app.command()
def check(
    flow: Annotated[str | None, typer.Argument(metavar="[FLOW]", help="One flow; all of them without.")] = None,
    as_json: AsJson = False,
) -> None:
    """Prove what the flows promise, and find what would go wrong in a call. Exit code 1 when something is found."""
    from interlock.app.check import check as findings_of
    from interlock.app.check.finding import render

    chosen = [flow_named(flow)] if flow else list(FLOWS.values())
    found = {its.name: findings_of(its) for its in chosen}
    if as_json:
        print_json({name: [finding.to_json() for finding in findings] for name, findings in found.items()})
    else:
        for its in chosen:
            console.print(f"{its.name}: {its.title}", markup=False)
            if not found[its.name]:
                for promise in its.machine.promises:
                    console.print(f"  proven: {promise}", markup=False)
            render(found[its.name], console)
    if any(found.values()):
        raise typer.Exit(1)


@app.command()
def diagrams(
    folder: Annotated[
        Path | None, typer.Option(help="Where the drawings are; the project's folder diagrams without.")
    ] = None,
    only_check: Annotated[bool, typer.Option("--check", help="Write nothing; exit code 1 when stale.")] = False,
) -> None:
    """Draw every flow: FLOW.md, FLOW.json and FLOW.svg."""
    from interlock.app.draw import stale, write

    where = folder or project().root / "diagrams"
    if where.is_relative_to(Path.cwd()):
        where = where.relative_to(Path.cwd())
    for flow in FLOWS.values():
        if not only_check:
            for path in write(flow, where):
                console.print(str(path), markup=False, soft_wrap=True)
        elif old := stale(flow, where):
            print(f"stale: {', '.join(old)}; run `make diagrams` and look at what changed", file=sys.stderr)
            raise typer.Exit(1)


OFFLINE_HELP = """\
No LIVEKIT_URL: this is a typed call on the embedded models; nothing leaves this machine. You are the caller; dimmed \
lines are what the agents proposed and what the machine said to it. Ctrl-D hangs up.
{tries}Or at any time: a human, please.
To go live, set LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET, OPENAI_API_KEY, ASSEMBLYAI_API_KEY and \
ELEVEN_API_KEY (see .env.example) and run the same command again.
"""


def _offline_help(flow: "Flow") -> str:
    from interlock.app.calls.caller import written

    lines = written(flow)
    return OFFLINE_HELP.format(tries=f"Try, line by line: {' | '.join(lines)}\n" if lines else "")


def _settings(level: str | None) -> "Settings":
    from interlock.app.settings import load_settings
    from interlock.app.telemetry.logs import configure_logs

    settings = load_settings()
    configure_logs(level or settings.log_level, settings.log_json)
    return settings


def _chat(flow: "Flow", settings: "Settings", model: str, *, as_json: bool) -> None:
    from interlock.app.calls.chat import chat
    from interlock.app.calls.journal import journal_of
    from interlock.app.calls.screen import Screen
    from interlock.app.quotas import require_quotas

    require_quotas(settings, FLOWS.values())
    language_model, spare = _models(settings, model)
    screen = Screen(console, as_json=as_json)
    with closing(journal_of(settings)) as journal:
        run(
            chat(
                flow,
                model=language_model,
                spare=spare,
                journal=journal,
                memory=journal,
                services=open_systems(flow, settings.store),
                screen=screen,
                timezone=settings.timezone,
                terms=settings.terms,
            )
        )
    screen.check()


def _models(settings: "Settings", model: str) -> tuple[Callable[[], Any], Callable[[], Any]]:
    from interlock.app.offline import embedded
    from interlock.app.providers import language_model

    if model == "offline":
        return lambda: embedded.brain(settings), lambda: None
    return lambda: language_model(settings, model), lambda: embedded.spare_model(settings)
