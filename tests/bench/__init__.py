"""What the machine and the record cost, beside what the same work costs without them: `python -m tests.bench`."""
