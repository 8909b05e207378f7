"""What may happen: one chart a flow, and the one function that decides."""
