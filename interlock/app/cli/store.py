"""The command `interlock store`."""

from typing import TYPE_CHECKING

import typer
from rich.console import Console

from interlock.app.cli.backup import backup, restore
from interlock.app.cli.upkeep import compact, prune, rotate_key
from interlock.app.cli.verify import checkpoint_key

if TYPE_CHECKING:
    from interlock.app.settings import Settings

store_app = typer.Typer(no_args_is_help=True, help="Look after the record: its tables, its key, and how long it lasts.")
console = Console(highlight=False)


def upgrade() -> None:
    """Make the tables of the record, or bring them up to date; what is there already stays."""
    from interlock.app import store
    from interlock.app.store.place import shown
    from interlock.app.store.upgrading import upgrade as run

    settings = _settings()
    found, now = run(settings.store, store.BUSY_TIMEOUT_MS, settings.seal_key)
    said = f"is at revision {now} already" if found == now else f"went from {found or 'nothing'} to revision {now}"
    console.print(f"{shown(settings.store)} {said}", markup=False, soft_wrap=True)


def key() -> None:
    """Print a new key for INTERLOCK_STORE_KEY, which seals personal data in the record. Nothing keeps a copy of it."""
    from interlock.app.store.sealing import new_key

    print(new_key())


def _settings() -> "Settings":
    from interlock.app.settings import load_settings
    from interlock.app.telemetry.logs import configure_logs

    settings = load_settings()
    configure_logs("WARNING", settings.log_json)
    return settings


# As one needs them: what a record begins with, what is done with it day by day, and what is seldom.
store_app.command()(key)
store_app.command("checkpoint-key")(checkpoint_key)
store_app.command()(upgrade)
store_app.command()(backup)
store_app.command()(restore)
store_app.command()(prune)
store_app.command()(compact)
store_app.command("rotate-key")(rotate_key)
