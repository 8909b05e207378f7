"""The commands `interlock new` and `interlock upgrade-project`."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def new(
    folder: Annotated[
        Path | None, typer.Argument(metavar="NAME", help="The project, a folder that is made here, such as my-desk.")
    ] = None,
    start: Annotated[
        str, typer.Option("--from", metavar="FLOW", help="What it begins with: starter, or one of Interlock's flows.")
    ] = "starter",
    flow: Annotated[str | None, typer.Option(metavar="NAME", help="What its flow is called, such as returns.")] = None,
    providers: Annotated[
        str | None, typer.Option(metavar="NAMES", help="Whose models it uses, such as openai,deepgram,cartesia.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: what is not said is as it usually is.")] = False,
) -> None:
    """Begin a project: a folder with a flow that works, its tests, drawings and an environment of its own.

    Nothing is overwritten, and no network is needed: versions and hashes of all it installs come along. The engine is
    taken from where this command came from: a checkout, a wheel or an index. On a terminal what is not said is asked.
    """
    from interlock.app.new import begin
    from interlock.app.new.answers import Answers, asked

    may_ask = not yes and sys.stdin is not None and sys.stdin.isatty()
    answers = asked(folder, start, flow, providers, typer.prompt if may_ask else None)
    made = begin(Answers.of(*answers))
    print(f"{made.name} is made: cd {_shown(made)} && make check test demo dev, in any order")


def upgrade_project() -> None:
    """Bring what today's template has that this project has not; whatever was edited here stays.

    A file that nobody edited becomes what it is in the template now. One that was edited here and changed there is
    merged; where both changed the same lines, the template's is put beside it as FILE.new. What was deleted here stays
    away. Exit code 1 when something is left to a person.
    """
    from interlock.app.new.upgrading import upgrade
    from interlock.app.project_file import find_project

    left = upgrade(find_project().root, print)
    if left:
        raise typer.Exit(1)


def _shown(folder: Path) -> str:
    return f"'{folder}'" if " " in str(folder) else str(folder)
