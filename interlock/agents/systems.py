"""How any business system answers that could not or would not."""


class SystemDown(Exception):
    """A business system did not answer, or could not do its work; nobody knows whether it did it."""


class Refused(Exception):
    """A business system said no and did nothing; the text is fit for the caller's ears."""
