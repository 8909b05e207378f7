"""What comes from the caller's end: words, silence, a broken connection."""
