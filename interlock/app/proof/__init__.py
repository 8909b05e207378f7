"""Proof that a record is what it was: signed checkpoints kept apart from it, the verification, bundles to take away."""

from interlock.app.proof.errors import ProofError

__all__ = ["ProofError"]
