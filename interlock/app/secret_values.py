"""What of a setting may be shown, and what is taken out of whatever is shown by accident."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

SECRET = re.compile(r"(KEY|SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIALS?|HEADERS)$", re.IGNORECASE)
SHORTEST = 6
"""Letters; a shorter one is no secret, and stands in half of all texts."""
LONGEST_SHOWN = 60
PLAIN = re.compile(r"[^\x00-\x1f\x7f-\x9f\"'@{}\[\]=]*")
ADDRESS = re.compile(
    r"([A-Za-z][A-Za-z0-9+.-]{0,15})://(?:[^\s/?#@]*@)?((?:[\w.-]*|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?)([/?#].*)?"
)


def is_secret(variable: str) -> bool:
    """Whether a variable's value is one as a whole, by its name."""
    return bool(SECRET.search(variable))


def without_secrets(value: str) -> str | None:
    """A value as it may be shown: of an address its kind and its host. None for what may hold anything."""
    if "://" in value:
        found = ADDRESS.fullmatch(value)
        if found is None or "@" in (found[3] or ""):  # cut at the wrong place
            return None
        return f"{found[1]}://{found[2]}" + ("/..." if len((found[3] or "").strip("/")) else "")
    return value if len(value) <= LONGEST_SHOWN and PLAIN.fullmatch(value) else None


def secrets_in(given: Mapping[str, str]) -> list[str]:
    """Everything secret among variables, the longest first."""
    found = {secret for name, value in given.items() for secret in _secrets_of(name, value)}
    return sorted((each for each in found if len(each) >= SHORTEST), key=len, reverse=True)


def redacted(text: str, secrets: Iterable[str]) -> str:
    """The text, with dots in the place of each secret."""
    for secret in secrets:
        text = text.replace(secret, "...")
    return text


def _secrets_of(name: str, value: str) -> Iterable[str]:
    if is_secret(name):
        yield value
        yield from re.split(r"[\s,]+", value)
    if "://" in value:
        yield from _in_address(value)


def _in_address(value: str) -> Iterable[str]:
    before, at, _ = value.partition("://")[2].rpartition("@")
    if at:
        for part in (before, before.partition(":")[2], *re.split(r"[:@/?#]", before.partition(":")[2])):
            yield from (part, unquote(part))
    try:
        query = urlsplit(value).query
    except ValueError:
        query = value.partition("?")[2]
    for _, its in parse_qsl(query):
        yield its
    yield from (part.partition("=")[2] for part in query.split("&"))
