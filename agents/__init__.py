"""Who speaks, flow by flow."""
