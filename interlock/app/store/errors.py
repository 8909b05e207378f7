"""What can be wrong with a record of calls."""


class StoreError(Exception):
    """A record that cannot be opened: what was found, what was expected, what to do, in one line."""


class CommitUnknown(Exception):
    """A commit was sent and no answer came back: whether it was done, only reading again can tell."""
