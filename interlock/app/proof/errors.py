"""What can be wrong with the means of a proof."""


class ProofError(Exception):
    """Keys, checkpoints or a bundle that cannot be used: what was found, what was expected, in one line."""
