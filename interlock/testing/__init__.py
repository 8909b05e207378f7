"""What a project's own tests are made with: a plugin for pytest, tables of what is legal, calls on a stage."""
