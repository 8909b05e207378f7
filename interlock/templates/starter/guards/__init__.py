"""What must be true before something may happen: pure predicates, one policy a file."""
