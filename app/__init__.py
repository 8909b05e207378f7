"""The process: everything that builds, runs, records and reads calls."""
