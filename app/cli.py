"""The command `interlock`."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from agents.flow import Flow
from app.audit import AuditError
from app.callscript import ScriptError, read_script
from app.flows import FLOWS, UnknownFlow, flow_named
from app.logs import configure_logs
from app.settings import Settings, SettingsError, load_settings
from app.store import StoreError, open_journal, open_reader
from app.systems import open_systems

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A voice-agent orchestrator: agents propose, a state machine decides, a journal records why.",
)
audit_app = typer.Typer(no_args_is_help=True, help="Read the record: which calls, what happened, and why.")
app.add_typer(audit_app, name="audit")

console = Console(highlight=False)
AsJson = Annotated[bool, typer.Option("--json", help="One JSON value instead of text.")]
FlowName = Annotated[str, typer.Argument(metavar="FLOW", help="A flow, as `interlock flows` lists them.")]
USAGE = 2


@app.command()
def flows(as_json: AsJson = False) -> None:
    """List the flows there are."""
    if as_json:
        _print_json([{"name": f.name, "title": f.title, "summary": f.summary} for f in FLOWS.values()])
        return
    for flow in FLOWS.values():
        console.print(f"{flow.name:<12}{flow.title}. {flow.summary}", markup=False, soft_wrap=True)


@app.command()
def chat(
    flow: FlowName = "support",
    script: Annotated[Path | None, typer.Option(help="Play a call script instead of asking the terminal.")] = None,
    model: Annotated[str, typer.Option(help="offline, or openai/NAME (needs OPENAI_API_KEY).")] = "offline",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """A typed call: you are the caller. Every proposal and verdict is shown, dimmed. Ends with Ctrl-D."""
    from app.chat import Screen, chat_from_script

    settings, its = _settings("ERROR"), flow_named(flow)
    if script is None:
        _chat(its, settings, model, as_json=as_json)
        return
    played = read_script(script)
    screen = Screen(console, as_json=as_json)
    with _journal(settings) as journal:
        work = chat_from_script(its, played, journal=journal, services=open_systems(its), screen=screen)
        failures = asyncio.run(work)
    for failure in failures:
        print(failure, file=sys.stderr)
    if failures:
        raise typer.Exit(1)


@app.command()
def demo(
    flow: FlowName = "support",
    wav: Annotated[list[Path] | None, typer.Option(help="What the caller says, a file a turn; repeat.")] = None,
    out: Annotated[Path, typer.Option(help="Where the recording and the transcript go.")] = Path("out"),
) -> None:
    """A spoken call without any network: WAV files in, a stereo WAV and a transcript with every verdict out."""
    from app.demo import demo as spoken_call

    settings, its = _settings("ERROR"), flow_named(flow)
    asyncio.run(spoken_call(its, settings, wavs=wav or [], out=out, console=console))


@app.command()
def dev() -> None:
    """Try it: the worker when LIVEKIT_URL is set, else a typed call on the embedded models."""
    settings = _settings(None)
    if settings.live:
        _work(settings, dev=True)
        return
    console.print(OFFLINE_HELP, markup=False)
    configure_logs("ERROR")
    _chat(flow_named(settings.flow), settings, "offline", as_json=False)


@app.command()
def start() -> None:
    """Serve calls from a LiveKit server (LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET)."""
    _work(_settings(None), dev=False)


@app.command()
def check(
    flow: Annotated[str | None, typer.Argument(metavar="[FLOW]", help="One flow; all of them without.")] = None,
    as_json: AsJson = False,
) -> None:
    """Prove what the flows promise, and find what would go wrong in a call. Exit code 1 when something is found."""
    from app.check import check as findings_of
    from app.check.finding import render

    chosen = [flow_named(flow)] if flow else list(FLOWS.values())
    found = {its.name: findings_of(its) for its in chosen}
    if as_json:
        _print_json({name: [finding.to_json() for finding in findings] for name, findings in found.items()})
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
    folder: Annotated[Path, typer.Option(help="Where the drawings are.")] = Path("diagrams"),
    only_check: Annotated[bool, typer.Option("--check", help="Write nothing; exit code 1 when stale.")] = False,
) -> None:
    """Draw every flow: FLOW.md and FLOW.svg."""
    from app.draw import stale, write

    for flow in FLOWS.values():
        if not only_check:
            for path in write(flow, folder):
                console.print(str(path), markup=False)
        elif old := stale(flow, folder):
            print(f"stale: {', '.join(old)}; run `make diagrams` and look at what changed", file=sys.stderr)
            raise typer.Exit(1)


@audit_app.command("list")
def audit_list(
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50, as_json: AsJson = False
) -> None:
    """The calls in the record, newest first."""
    from app.audit import list_calls, print_calls

    with open_reader(_settings("WARNING").store) as store:
        calls = list_calls(store, limit)
    _print_json([call.to_json() for call in calls]) if as_json else print_calls(console, calls)


@audit_app.command("show")
def audit_show(call: Annotated[str, typer.Argument(metavar="CALL")], as_json: AsJson = False) -> None:
    """Everything that happened in one call, in order."""
    from app.audit import print_history, show

    with open_reader(_settings("WARNING").store) as store:
        history = show(store, call)
    _print_json(history.to_json()) if as_json else print_history(console, history)


@audit_app.command("why")
def audit_why(
    call: Annotated[str, typer.Argument(metavar="CALL")],
    turn: Annotated[int | None, typer.Option(min=1, help="One verdict, counted from 1; all of them without.")] = None,
    as_json: AsJson = False,
) -> None:
    """Why the call was, or was not, passed on: what was offered, what was proposed, what each guard said."""
    from app.audit import print_why, why

    with open_reader(_settings("WARNING").store) as store:
        explained = why(store, call, turn, _sentences())
    _print_json([each.to_json() for each in explained]) if as_json else print_why(console, explained)


def main() -> None:
    """Run the command; what a user did wrong is one line and exit code 2."""
    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        if not _EXPECTED & {t.__name__ for t in type(error).__mro__}:
            raise
        print(error, file=sys.stderr)
        raise SystemExit(USAGE) from None


_EXPECTED = {t.__name__ for t in (AuditError, ScriptError, SettingsError, StoreError, UnknownFlow)} | {
    "DemoError",
    "OfflineModelError",
    "WavError",
}

OFFLINE_HELP = """\
No LIVEKIT_URL: this is a typed call on the embedded models, nothing leaves this machine.
You are the caller. Try: "Hello, my name is Anna Kowalski", "I was charged twice", "4471", "80331", "a human, please".
Dimmed lines are what the agents proposed and what the machine said to it. Ctrl-D hangs up; `interlock audit list`
shows the record. To go live, set LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET, OPENAI_API_KEY, ASSEMBLYAI_API_KEY
and ELEVEN_API_KEY (see .env.example) and run the same command again.
"""


def _settings(level: str | None) -> Settings:
    settings = load_settings()
    configure_logs(level or settings.log_level, settings.log_json)
    return settings


def _journal(settings: Settings) -> Any:
    from contextlib import closing

    return closing(open_journal(settings.store))


def _chat(flow: Flow, settings: Settings, model: str, *, as_json: bool) -> None:
    from app.chat import Screen, chat

    language_model, spare = _models(settings, model)
    with _journal(settings) as journal:
        call_id = asyncio.run(
            chat(
                flow,
                model=language_model,
                spare=spare,
                journal=journal,
                services=open_systems(flow, settings.store),
                screen=Screen(console, as_json=as_json),
                timezone=settings.timezone,
            )
        )
    if not as_json:
        console.print(f"\nThe record: {sys.argv[0]} audit why {call_id}", style="dim", markup=False)


def _models(settings: Settings, model: str) -> tuple[Callable[[], Any], Callable[[], Any]]:
    from app.offline.spare import spare_model
    from app.providers import language_model

    if model == "offline":
        from app.offline.brain import OfflineBrain

        return OfflineBrain, lambda: None
    return lambda: language_model(settings, model), spare_model


def _work(settings: Settings, *, dev: bool) -> None:
    from app.worker import run_worker

    flow_named(settings.flow)
    asyncio.run(run_worker(settings, dev=dev))


def _sentences() -> dict[str, str]:
    from machines.base import guards_of, transitions_of

    return {g.name: g.sentence for f in FLOWS.values() for t in transitions_of(f.machine) for g in guards_of(t)}


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
