"""Where the command `interlock` begins, and what anything that goes wrong in it looks like: a line, not a traceback."""

import json
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from traceback import format_exception
from typing import NoReturn

from typer.exceptions import TyperException

from interlock.app.project_code import RefusedFlow

FOUND, USAGE, INTERRUPTED = 1, 2, 130

EXPECTED = {
    "AuditError",
    "DemoError",
    "JournalDown",
    "LiveKitServerError",
    "NewError",
    "OfflineModelError",
    "OutputError",
    "ProjectError",
    "ProofError",
    "ScriptError",
    "SettingsError",
    "StoreError",
    "UnknownFlow",
    "WavError",
    "WorkerError",
}
"""What users can do wrong, by name: to import it all only to compare would make every command slow."""


def main() -> None:
    """Run the command. What a user did wrong is one line each on standard error, and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a letter shows a question mark
    try:
        raise SystemExit(_loaded_and_run())
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except OSError as error:
        if error.errno is None and not isinstance(error, BrokenPipeError):  # no file's: a time-out, a bug
            _unexpected(error)
        _output_failed(error)
    except TyperException as error:  # a command, option or argument there is not
        if said := " ".join(error.format_message().split()).rstrip("."):  # nothing, where the help was shown
            print(f"{said}: see {Path(sys.argv[0]).name} --help", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except Exception as error:
        if not EXPECTED & {t.__name__ for t in type(error).__mro__}:
            _unexpected(error)
        print(error, file=sys.stderr)
        raise SystemExit(USAGE) from None


def _loaded_and_run() -> int:
    from interlock.app.cli import main as cli

    try:
        code = cli.app(standalone_mode=False)
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):  # which typer makes exit code 1 of
            raise ended.__context__ from None
        raise
    except RefusedFlow as refused:
        _show_refused(refused.error)
        return FOUND
    if sys.stdout is not None:
        sys.stdout.flush()
    return code if isinstance(code, int) else 0


def _unexpected(error: Exception) -> NoReturn:
    """A bug, in the traceback that Python would print, without the secrets that are set."""
    from interlock.app.secret_values import redacted, secrets_in
    from interlock.app.settings import given_variables

    try:
        secrets = secrets_in(given_variables())
    except Exception:  # a file of settings nobody can read: that is the bug, or beside it
        secrets = secrets_in(os.environ)
    print(redacted("".join(format_exception(error)), secrets), end="", file=sys.stderr)
    raise SystemExit(FOUND) from None


def _show_refused(error: Exception) -> None:
    """A flow that cannot even be loaded is a finding."""
    from rich.console import Console

    from interlock.app.check import refused, render

    finding = refused(error)
    if "check" in sys.argv and "--json" in sys.argv:
        print(json.dumps({"(not loaded)": [finding.to_json()]}, indent=2))
        return
    render([finding], Console(stderr=True))


def _output_failed(error: OSError) -> None:
    from interlock.app.calls.screen import unwritten_goes_nowhere

    if error.filename is None:
        unwritten_goes_nowhere(sys.stdout)
    if not isinstance(error, BrokenPipeError):
        where = error.filename or "the output"
        print(
            f"{where} cannot be used ({error.strerror}), expected a place that can be read and written", file=sys.stderr
        )
    raise SystemExit(0 if isinstance(error, BrokenPipeError) else USAGE) from None  # whoever reads has read enough


if __name__ == "__main__":
    main()
