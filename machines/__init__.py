"""What may happen in our flows."""
