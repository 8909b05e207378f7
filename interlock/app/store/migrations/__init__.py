"""How the tables came to be, a revision a file; run by `interlock store upgrade`."""
