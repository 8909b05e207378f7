"""What must be true: pure predicates over facts and a proposal."""
