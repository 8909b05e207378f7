"""The events that a call reports or asks for by itself, whatever its flow: one name each, for charts, calls and checks.

A chart has those it needs; one it does not have is not proposed.
"""

CALLER_SILENT = "caller_silent"
"""The caller said nothing for as long as the flow waits."""
CALLER_LEFT = "caller_left"
"""The caller hung up, or the connection broke."""
CALLER_CHANGED = "caller_changed"
"""Somebody took the caller's place: nothing is proven of them, so they begin where every caller does."""
REFUSED_THRICE = "refused_thrice"
"""What the agent asked for was refused again and again."""
HANDOFF_FAILED = "handoff_failed"
"""The next agent did not come to speak."""
ESCALATE = "escalate"
"""A person is wanted: asked for by agents, and by the call itself where the chart does not know another way out."""
