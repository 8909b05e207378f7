"""The command `interlock` and its parts."""
