"""Time zones as callers and models name them."""

import re
from functools import cache
from importlib import resources
from zoneinfo import available_timezones

from interlock.agents.evidence.days import in_figures
from interlock.agents.evidence.tokens import tokens_of

SPOKEN = {
    "est": "America/New_York", "edt": "America/New_York", "et": "America/New_York", "eastern": "America/New_York",
    "cst": "America/Chicago", "cdt": "America/Chicago", "central": "America/Chicago",
    "mst": "America/Denver", "mdt": "America/Denver", "mountain": "America/Denver",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles",
    "pacific": "America/Los_Angeles", "akst": "America/Anchorage", "alaska": "America/Anchorage",
    "hst": "Pacific/Honolulu", "hawaii": "Pacific/Honolulu", "bst": "Europe/London", "british": "Europe/London",
    "uk": "Europe/London", "cet": "Europe/Berlin", "cest": "Europe/Berlin", "mez": "Europe/Berlin",
    "mesz": "Europe/Berlin", "wet": "Europe/Lisbon", "west": "Europe/Lisbon", "eet": "Europe/Helsinki",
    "eest": "Europe/Helsinki", "msk": "Europe/Moscow", "jst": "Asia/Tokyo", "aest": "Australia/Sydney",
    "aedt": "Australia/Sydney", "utc": "Etc/UTC", "gmt": "Etc/UTC", "zulu": "Etc/UTC", "z": "Etc/UTC",
    "california": "America/Los_Angeles", "england": "Europe/London", "germany": "Europe/Berlin",
    "california time": "America/Los_Angeles", "us/eastern": "America/New_York", "us/pacific": "America/Los_Angeles",
}  # fmt: skip
"""What people call a zone by, summer and winter alike: "EST" in July means what clocks in New York show."""
_OFFSET = re.compile(r"(?:gmt|utc)\s?([+-]|plus|minus)\s?(\d{1,2})(?::?00)?")
_BESIDE = re.compile(r"\b(?:time|zone|standard|daylight|summer|winter|the|in|us)\b")


def zone_named(said: str) -> str | None:
    """The IANA name of the zone that is meant; None where that is not certain, as of "IST" or "Etc/GMT+1".

    "GMT+1" is an hour ahead of Greenwich, as everybody says it; IANA's "Etc/GMT+1" is an hour behind it, and whoever
    writes that may have meant either.
    """
    text = " ".join(said.casefold().replace("_", " ").split())
    if text.startswith("etc/gmt") and re.search(r"[+-]\d", text):
        return None
    if found := _OFFSET.fullmatch(text):
        return fixed(int(found[2]) * (1 if found[1] in ("+", "plus") else -1))
    bare = " ".join(_BESIDE.sub(" ", text).split())
    for name in (text, bare):
        if name in SPOKEN:
            return SPOKEN[name]
        if name in _by_name():
            return _by_name()[name]
    return None


def fixed(hours: int) -> str | None:
    """The zone so many whole hours ahead of Greenwich all year."""
    name = f"Etc/GMT{-hours:+d}" if hours else "Etc/UTC"
    return name if name in available_timezones() else None


def zones_said(words: str) -> frozenset[str]:
    """Every zone that is named in what somebody said."""
    text = in_figures(tokens_of(words)).replace("/ ", "/").replace(" /", "/")
    found = {fixed(int(n) * (1 if sign in ("+", "plus") else -1)) for sign, n in _OFFSET.findall(text)}
    text = _OFFSET.sub(" ", text)
    for place in re.findall(r"\b(?:in|from|at) ((?:[^\W\d]+ ?){1,3})|\b((?:[^\W\d]+ ){1,3})time\b", text):
        found |= _cities_in(" ".join(place).split())
    for name, zone in SPOKEN.items():
        said = rf"\b{name}\b" if len(name) > 2 and name not in _COMMON else rf"\b{name} time\b"
        if re.search(said, text):
            found.add(zone)
    return frozenset(zone for zone in found if zone)


def _cities_in(words: list[str]) -> set[str]:
    runs = (" ".join(words[begin:end]) for begin in range(len(words)) for end in range(begin + 1, len(words) + 1))
    return {_cities()[run] for run in runs if run in _cities()}


_COMMON = frozenset({"west", "central", "mountain", "british", "pacific", "wet", "north", "south", "center", "easter"})
"""What names a zone only before the word "time"."""
_CONTINENTS = frozenset(
    {"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)


@cache
def _cities() -> dict[str, str]:
    return {
        zone.rpartition("/")[2].replace("_", " ").casefold(): zone
        for zone in sorted(available_timezones())
        if zone.partition("/")[0] in _CONTINENTS and zone.rpartition("/")[2].casefold() not in _COMMON
    }


@cache
def _by_name() -> dict[str, str]:
    whole = {zone.casefold().replace("_", " "): zone for zone in available_timezones()}
    kept = {name: zone for name, zone in whole.items() if zone.count("/") or zone in ("UTC", "GMT")}
    return {**_cities(), **kept}


@cache
def country_of(zone: str) -> str | None:
    """The country a zone is of, in two letters; None where nobody can tell, as of UTC."""
    try:
        table = resources.files("tzdata.zoneinfo").joinpath("zone1970.tab").read_text(encoding="utf-8")
    except (ModuleNotFoundError, FileNotFoundError, OSError):
        return None
    for line in table.splitlines():
        columns = line.split("\t")
        if len(columns) > 2 and columns[2] == zone:
            return columns[0].partition(",")[0]
    return None
