"""Voice agents in which a state machine, not the language model, decides every handoff."""
