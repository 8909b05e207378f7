"""What may happen: one chart a flow."""
