"""Our people's calendar, which every flow's callback needs, on SQLite."""
