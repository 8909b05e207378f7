"""Removing whole calls whose time is over: those whose records verify, noted where checkpoints are kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from interlock.app.proof.opening import opened_checkpoints, opened_store, private_key, verifying_keys
from interlock.app.proof.pruned import sign_removals
from interlock.app.proof.verifying import Verification
from interlock.app.settings import Settings
from interlock.app.store.removing import Over, over, remove
from interlock.app.store.upkeep import Upkeep


@dataclass(frozen=True, slots=True)
class Found:
    """The calls that are old enough: those to be removed, and those `kept` because their records do not verify."""

    calls: tuple[Over, ...]
    kept: tuple[str, ...]


def find(store: Upkeep, settings: Settings, older: timedelta) -> Found:
    """What ended longer ago than `older`; what was tampered with is evidence. Raises `ProofError` and `StoreError`."""
    old = tuple(over(store, older))
    kept = _unsound(settings, [its.call_id for its in old])
    return Found(
        tuple(its for its in old if its.call_id not in kept), tuple(its.call_id for its in old if its.call_id in kept)
    )


def removed(store: Upkeep, settings: Settings, calls: Sequence[Over]) -> Iterator[Over]:
    """Remove them, each as it is gone. Raises `ProofError` where no note can be written, and `StoreError`."""
    folder, key = settings.checkpoints, private_key(settings)

    def note(ends: Mapping[str, tuple[int, bytes]]) -> None:
        if folder is not None and key is not None:
            sign_removals(folder, key, ends)

    yield from remove(store, calls, note)


def _unsound(settings: Settings, call_ids: Sequence[str]) -> set[str | None]:
    if not call_ids:
        return set()
    keys = verifying_keys(settings, ())
    with opened_checkpoints(settings, None, keys, call_ids) as index, opened_store(settings, call_ids) as source:
        return {each.call_id for each in Verification(source, index, whole=False).findings()}
