"""Which moment a claimed time means: in the zone the caller named, else where the service is."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from interlock.agents.evidence.clocks import said_time
from interlock.agents.evidence.marks import Said
from interlock.agents.evidence.tokens import tokens_of
from interlock.agents.evidence.zones import zones_said


@dataclass(frozen=True, slots=True)
class Meant:
    """A time in ISO 8601 without a zone: on the service's clock, and on the one the caller goes by."""

    ours: str
    theirs: str


def as_meant(claimed: str, said: Said, now: datetime, service: str) -> Meant:
    """The moment a claimed time means; unchanged where it is no time a calendar has.

    A "Z" or an offset that a model wrote behind a time which nobody said a zone for is dropped, unless only the
    moment it gives was said. Where several zones were named, a model's offset says which is meant.
    """
    try:
        given = datetime.fromisoformat(claimed)
        zones = zones_said(" ".join(said.utterances[-2:])) or zones_said(" ".join(said.utterances))
        named = next(iter(zones)) if len(zones) == 1 else None
        wall = given.replace(tzinfo=None)
        here = ZoneInfo(named or service)
        local = wall if given.tzinfo is None else given.astimezone(here).replace(tzinfo=None)
        meant = local if given.tzinfo and not _said(wall, said, now) and _said(local, said, now) else wall
        if named is None and given.tzinfo and zones:
            return Meant(_iso(given.astimezone(ZoneInfo(service))), _iso(wall))
        return Meant(_iso(meant.replace(tzinfo=here).astimezone(ZoneInfo(service))), _iso(meant))
    except (ValueError, OverflowError):
        return Meant(claimed, claimed)


def _iso(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(timespec="minutes")


def _said(at: datetime, said: Said, now: datetime) -> bool:
    return any(said_time(at.time(), tokens_of(words), now.replace(tzinfo=None)) for words in said.utterances)
