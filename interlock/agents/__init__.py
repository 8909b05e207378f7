"""Who speaks: the call, the thin agents and their tools."""
