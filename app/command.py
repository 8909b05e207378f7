"""Where the command `interlock` begins: a flow that cannot even be loaded is a finding, not a traceback."""

import sys

from statemachine.exceptions import InvalidDefinition

from machines.chart import ChartError


def main() -> None:
    """Load the flows and run the command."""
    try:
        from app import cli
    except (ChartError, InvalidDefinition, TypeError) as error:
        from rich.console import Console

        from app.check import refused, render

        if "--traceback" in sys.argv:
            raise
        render([refused(error)], Console(stderr=True))
        raise SystemExit(1) from None
    cli.main()


if __name__ == "__main__":
    main()
