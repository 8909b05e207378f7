"""What a caller's words answer to a question: judged once, the same words always the same way."""
