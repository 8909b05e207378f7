"""The command `interlock audit`."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console

from app.flows import FLOWS
from app.logs import configure_logs
from app.settings import load_settings
from app.store import JournalReader, open_reader

audit_app = typer.Typer(no_args_is_help=True, help="Read the record: which calls, what happened, and why.")

console = Console(highlight=False)
AsJson = Annotated[bool, typer.Option("--json", help="One JSON value instead of text.")]


@audit_app.command("list")
def audit_list(
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50, as_json: AsJson = False
) -> None:
    """The calls in the record, newest first."""
    from app.audit import list_calls, print_calls

    with _record() as store:
        calls = list_calls(store, limit)
    _print_json([call.to_json() for call in calls]) if as_json else print_calls(console, calls)


@audit_app.command("show")
def audit_show(call: Annotated[str, typer.Argument(metavar="CALL")], as_json: AsJson = False) -> None:
    """Everything that happened in one call, in order."""
    from app.audit import print_history, show

    with _record() as store:
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

    with _record() as store:
        explained = why(store, call, turn, _sentences())
    _print_json([each.to_json() for each in explained]) if as_json else print_why(console, explained)


def _record() -> JournalReader:
    settings = load_settings()
    configure_logs("WARNING", settings.log_json)
    return open_reader(settings.store)


def _sentences() -> dict[str, str]:
    from machines.base import guards_of, transitions_of

    return {g.name: g.sentence for f in FLOWS.values() for t in transitions_of(f.machine) for g in guards_of(t)}


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
