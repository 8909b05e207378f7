"""What a verification needs, as settings and options name it: the store, its checkpoints, the keys."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from interlock.app import store
from interlock.app.proof.checkpoint_index import CheckpointIndex
from interlock.app.proof.errors import ProofError
from interlock.app.proof.folder import statements_of
from interlock.app.proof.keys import EXPECTED, PrivateKey, PublicKey, key_of, public_keys
from interlock.app.proof.stored import Stored
from interlock.app.settings import Settings
from interlock.app.store.opening import database_for_reading
from interlock.app.store.sealing import Seal


def private_key(settings: Settings) -> PrivateKey | None:
    """What signs, if it is set."""
    key = key_of(settings.checkpoint_key.get_secret_value()) if settings.checkpoint_key else None
    return key if isinstance(key, PrivateKey) else None


def verifying_keys(settings: Settings, given: Sequence[str]) -> dict[str, PublicKey]:
    """The keys that were given, and the one that is set. Raises `ProofError`."""
    own = [settings.checkpoint_key.get_secret_value()] if settings.checkpoint_key else []
    return public_keys([*given, *own])


@contextmanager
def opened_store(settings: Settings, named: Sequence[str]) -> Iterator[Stored]:
    """The record, all of it or only some calls. Raises `StoreError`."""
    with closing(database_for_reading(settings.store, store.BUSY_TIMEOUT_MS)) as database:
        yield Stored(database, named, Seal(settings.seal_key))


@contextmanager
def opened_checkpoints(
    settings: Settings, folder: Path | None, keys: Mapping[str, PublicKey], named: Sequence[str]
) -> Iterator[CheckpointIndex | None]:
    """The checkpoints of the folder given, else of the one that is set; None without either. Raises `ProofError`.

    To be opened before the record is read: what is signed meanwhile is of records that are not read yet.
    """
    where = folder or settings.checkpoints
    if where is None:
        yield None
        return
    if not keys:
        raise ProofError(f"checkpoints, but no key to verify them with, expected --public-key: {EXPECTED}")
    with closing(CheckpointIndex(statements_of(where), keys, frozenset(named))) as index:
        yield index


def require_known(source: Stored, named: Sequence[str], index: CheckpointIndex | None) -> None:
    """Raises `ProofError` for a call that neither the record nor a checkpoint knows."""
    for call_id in named:
        if not source.has(call_id) and not (index and index.of(call_id)):
            raise ProofError(f"there is no call {call_id!r} in the record: interlock audit list shows those there are")
