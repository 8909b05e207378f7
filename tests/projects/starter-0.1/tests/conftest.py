"""What all tests share: call scripts below `calls` are tests, each a whole call, and tests may ask for a `journal`."""

pytest_plugins = ["interlock.testing.plugin"]
