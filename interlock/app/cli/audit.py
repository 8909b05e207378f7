"""The command `interlock audit`."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from interlock.app.cli.as_json import print_json
from interlock.app.cli.erase import audit_erase
from interlock.app.cli.verify import audit_export, audit_verify
from interlock.app.project import FLOWS, ProjectError

if TYPE_CHECKING:
    from interlock.app.store import JournalReader

audit_app = typer.Typer(no_args_is_help=True, help="Read the record: which calls, what happened, and why.")

audit_app.command("erase")(audit_erase)
audit_app.command("verify")(audit_verify)
audit_app.command("export")(audit_export)

console = Console(highlight=False)
AsJson = Annotated[bool, typer.Option("--json", help="One JSON value instead of text.")]


@audit_app.command("list")
def audit_list(
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50, as_json: AsJson = False
) -> None:
    """The calls in the record, newest first."""
    from interlock.app.audit import list_calls, print_calls
    from interlock.app.audit.latest import latest_calls
    from interlock.app.settings import load_settings

    calls = latest_calls(load_settings().store, limit)
    if calls is None:
        with _record() as store:
            calls = list_calls(store, limit)
    print_json([call.to_json() for call in calls]) if as_json else print_calls(console, calls)


@audit_app.command("show")
def audit_show(call: Annotated[str, typer.Argument(metavar="CALL")], as_json: AsJson = False) -> None:
    """Everything that happened in one call, in order."""
    from interlock.app.audit import print_history, show

    with _record() as store:
        history = show(store, call)
    print_json(history.to_json()) if as_json else print_history(console, history)


@audit_app.command("why")
def audit_why(
    call: Annotated[str, typer.Argument(metavar="CALL")],
    turn: Annotated[int | None, typer.Option(min=1, help="One verdict, counted from 1; all of them without.")] = None,
    as_json: AsJson = False,
) -> None:
    """Why the call was, or was not, passed on: what was offered, what was proposed, what each guard said."""
    from interlock.app.audit import print_why, why

    with _record() as store:
        explained = why(store, call, turn, _sentences())
    print_json([each.to_json() for each in explained]) if as_json else print_why(console, explained)


@audit_app.command("replay")
def audit_replay(
    calls: Annotated[list[str] | None, typer.Argument(metavar="CALL", help="The calls to replay.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every call in the record, instead of CALLs.")] = False,
    flow: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|MODULE[:NAME]",
            help="The version to ask, such as machines/other.py or package.module:Name: it holds a Flow, or a Machine"
            " with its Facts. Or a flow's name. Without, each call's flow as it is today.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Which recorded verdicts would differ today, or under another version of a flow: ask this before changing a rule.

    Each proposal is judged again by what was known then, and where the call
    stood then. Shown is every verdict that would differ: the call, the turn as
    `interlock audit why` counts them, what was said and what would be said now,
    and the guard that changed its mind or what became of the transition. Calls
    of other flows are skipped; verdicts whose personal data was erased are
    named, for their guards cannot be asked. Nothing of a caller's is shown.

    Exit code 0: of those judged none differs; 1: one does; 2: none was judged.
    """
    from interlock.app.audit import AuditError
    from interlock.app.replay import (
        InJson,
        InProse,
        nothing_judged,
        of_today,
        recorded_calls,
        replay_calls,
        report_answers,
        version_named,
    )

    if bool(calls) == every:
        found = "both CALL and --all" if every else "neither CALL nor --all"
        raise AuditError(f"{found}, expected one of them: which calls are to be replayed")
    choose = version_named(flow).choose if flow is not None else of_today
    with _record() as store:
        answers = replay_calls(store, recorded_calls(store, calls or ()), choose)
        tally = report_answers(answers, InJson() if as_json else InProse(console), Console(stderr=True))
    if not tally.verdicts:
        raise nothing_judged(tally)
    if tally.changed_verdicts:
        raise typer.Exit(1)


def _record() -> "JournalReader":
    from interlock.app.settings import load_settings
    from interlock.app.store import open_reader
    from interlock.app.telemetry.logs import configure_logs

    settings = load_settings()
    configure_logs("WARNING", settings.log_json)
    reader = open_reader(settings.store, settings.seal_key)
    if reader.doubt:
        Console(stderr=True).print(reader.doubt, style="yellow", markup=False, soft_wrap=True)
    return reader


def _sentences() -> dict[str, str]:
    from interlock.machines.base import guards_of, transitions_of

    try:
        flows = list(FLOWS.values())
    except ProjectError:  # a record can be read anywhere; then guards go by their names
        return {}
    return {g.name: g.sentence for f in flows for t in transitions_of(f.machine) for g in guards_of(t)}
