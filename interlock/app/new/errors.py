"""What can be wrong with a project that is to be made, or brought up to date."""


class NewError(Exception):
    """It cannot be done, and nothing was changed; the text is one line."""
