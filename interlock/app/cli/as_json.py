"""What `--json` prints."""

import json
from typing import Any


def print_json(value: Any) -> None:
    """One JSON value, for people to read as well."""
    print(json.dumps(value, ensure_ascii=False, indent=2))
