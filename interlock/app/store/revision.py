"""Which revision of the tables this program writes."""

REVISION = "0004"
"""The newest of `migrations/versions`; what only compares it loads nothing that writes."""
