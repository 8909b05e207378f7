"""The board: people look at calls in a browser. It reads the record and never stands between a call and its journal."""
