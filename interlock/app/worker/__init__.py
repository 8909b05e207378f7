"""The worker: from a dispatch to a call, and what becomes of it when a process dies."""
