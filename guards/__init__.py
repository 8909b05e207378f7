"""What must be true in our flows."""
