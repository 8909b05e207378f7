"""The embedded classifier of answers, and how its weights are made."""
