"""One call: what is asked, decided, recorded and done about it."""
