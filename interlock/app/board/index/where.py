"""Where the index of a record is: in the user's cache folder (XDG base directories), named after the record."""

import hashlib
import os
import re
from pathlib import Path

from interlock.app.store.place import NAME, is_postgres, path_of, url_of

FORM = 1
"""Raised with each change of what an index holds: one of another form is not read, but made anew."""
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,32}")


def index_of(path_or_url: str | Path) -> Path:
    """The file of a record's index; of a URL nothing is in its name but the database's. Raises `StoreError`."""
    if is_postgres(path_or_url):
        url = url_of(path_or_url)
        name = url.database if url.database and NAME.fullmatch(url.database) else ""
        which = f"postgresql {url.host} {url.port or 5432} {name}"
    else:
        path = path_of(path_or_url)
        name, which = path.stem, f"file {path.resolve()}"
    digest = hashlib.sha256(which.encode(errors="surrogateescape")).hexdigest()[:16]
    shown = name if _PLAIN.fullmatch(name) else "calls"
    return cache_folder() / f"{shown}-{digest}.{FORM}.sqlite"


def cache_folder() -> Path:
    """Where indexes are; nothing in it is missed when it is deleted."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    cache = Path(given) if given.startswith("/") else Path.home() / ".cache"
    return cache / "interlock" / "index"
