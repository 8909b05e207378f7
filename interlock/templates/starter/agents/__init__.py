"""Who speaks: one cast a flow, thin agents that propose and never decide."""
