"""The kinds of entries that whoever reads a record asks for by name."""

ACCEPTED, REFUSED = "transition.accepted", "transition.refused"
ERASED = "private.erased"
