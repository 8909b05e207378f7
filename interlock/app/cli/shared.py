"""What the commands that change a record share: opening it, the progress, and what is left in its files."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sqlalchemy import func, select

from interlock.app.calls.journal import checkpoints_of
from interlock.app.settings import Settings, load_settings
from interlock.app.store import BUSY_TIMEOUT_MS
from interlock.app.store.erasing import is_live
from interlock.app.store.place import is_postgres
from interlock.app.store.upkeep import Upkeep, open_upkeep
from interlock.app.telemetry.logs import configure_logs

COMPACT_LIMIT_S = 0.5
"""How long a live call's record may have to wait while files are rewritten; its caller waits with it."""
T = TypeVar("T")


def the_record() -> tuple[Upkeep, Settings]:
    """The record that is set, to be changed; what is added is signed. Raises `SettingsError` and `StoreError`."""
    settings = load_settings()
    configure_logs("WARNING", settings.log_json)
    checkpoints = checkpoints_of(settings)
    try:
        return open_upkeep(settings.store, settings.seal_key, BUSY_TIMEOUT_MS, checkpoints), settings
    except Exception:
        if checkpoints is not None:
            checkpoints.close()
        raise


def counted(items: Iterable[T], words: str) -> Iterator[T]:
    """The same items; on a terminal, how many there were so far stands on standard error."""
    console = Console(stderr=True)
    shown = (SpinnerColumn(), TextColumn(f"{{task.completed}} {words}"), TimeElapsedColumn())
    with Progress(*shown, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)
        for item in items:
            progress.advance(task)
            yield item


def live_calls(store: Upkeep) -> int:
    """How many calls somebody drives now."""
    count = select(func.count()).where(is_live())
    return store.read(lambda connection: int(connection.execute(count).scalar_one()))


def leftovers_sentence(store: Upkeep, left: str) -> str:
    """What the files still hold of what was deleted, in a sentence; `left` is what `Upkeep.compact` said."""
    if left:
        return (
            f"What was erased can still stand in free space of {store.where}, for it was not compacted ({left}):"
            " run interlock store compact when no call is live."
        )
    if is_postgres(store.where):
        return (
            f"Nothing that was erased is left in the tables of {store.where}. PostgreSQL's own log (WAL), its archives,"
            " replicas and backups keep it until they are gone; what was sealed is of no use there without the key."
        )
    return f"Nothing that was erased is left in {store.where}. Copies and backups of that file are not reached."
