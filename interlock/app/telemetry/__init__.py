"""What is told of calls while they run: logs, numbers and traces."""
