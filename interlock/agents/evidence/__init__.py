"""What our ears heard: whether a value that a model claims is in what the caller said."""
