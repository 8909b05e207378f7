"""Calls put together and played: by a worker, by text, from a script, from WAV files."""
