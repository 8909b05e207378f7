"""The journal as the settings want it: where it is, what seals it, and who keeps proof of it."""

from interlock.app.proof import ProofError
from interlock.app.settings import Settings, SettingsError, expected_of
from interlock.app.store import StoreJournal, open_journal
from interlock.app.store.ends import Witness


def journal_of(settings: Settings) -> StoreJournal:
    """Open it for writing. Raises `StoreError`, and `SettingsError` for checkpoints that could not be signed."""
    checkpoints = checkpoints_of(settings)
    try:
        return open_journal(settings.store, settings.seal_key, checkpoints)
    except Exception:
        if checkpoints is not None:
            checkpoints.close()
        raise


def checkpoints_of(settings: Settings) -> Witness | None:
    """Who signs checkpoints; None when no folder is set for them. Raises `SettingsError`."""
    if settings.checkpoints is None:
        return None
    from interlock.app.proof.keys import PrivateKey, key_of
    from interlock.app.proof.signing import Checkpoints

    key = key_of(settings.checkpoint_key.get_secret_value()) if settings.checkpoint_key else None
    if not isinstance(key, PrivateKey):
        found = "missing" if key is None else "a public key, which signs nothing"
        wanted = f"expected {expected_of('INTERLOCK_CHECKPOINT_KEY')}, because INTERLOCK_CHECKPOINTS is set"
        raise SettingsError(f"INTERLOCK_CHECKPOINT_KEY is {found}, {wanted}")
    try:
        return Checkpoints(
            settings.checkpoints, key, every_s=settings.checkpoint_s, every_records=settings.checkpoint_records
        )
    except ProofError as error:
        raise SettingsError(str(error)) from None
