"""What came of a call so far, as far as its record tells: which kinds of claims are true in it.

Nothing is declared for it. An event that our systems or an operator reported, and that stands for no failure, is an
outcome; what it is of is read from its name, from the state that stood for the work and from the event that began it:
`refund_paid`, out of `refunding`, begun by `refund`. An event of an agent's that begins no work counts where it passes
the caller on, or where nothing in the flow works at its kind. What our systems know otherwise (`booked_slot`, a status
"cancelled") bears out what is told of it, and not that it was done just now.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from interlock.agents.call.journal import Entry
from interlock.agents.effects import Effect
from interlock.agents.speech.claims import Claim
from interlock.agents.speech.kinds_of_effect import ANYTHING, KINDS
from interlock.guards.facts import Facts

_FAILURES = re.compile(
    r"(?:fail|declin|refus|reject|denied|invalid|wrong|miss|timeout|laps|un(?!lock|block|subscr|it|til))\w*"
    r"|not|no|none|taken|lost|full|late|ran|out|kept|open|silent|left|twice|thrice"
)
"""The words in which a chart names what did not come of work."""
TRANSFER = "transfer"
_STEMS = {kind.name: kind.stems for kind in KINDS}


class Happened:
    """Follows the record of one call; `effects` are its flow's, `facts` what is known now. Of a `resumed` call the
    events before are not seen: there, what is known counts as done."""

    def __init__(self, effects: Mapping[str, Effect], facts: Callable[[], Facts], *, resumed: bool = False) -> None:
        self._works = frozenset(effects)
        self._failed = frozenset(event for its in effects.values() for event in (its.failed, its.unknown) if event)
        self._worked_at = set(_kinds(word for name in effects for word in _words(name))) - {TRANSFER}
        self._facts = facts
        self._resumed = resumed
        self._begun: set[str] = set()
        self._done: set[str] = set()

    def note(self, entry: Entry) -> None:
        """One more entry is on record."""
        its = entry.audit
        if entry.kind == "transition.accepted":
            self._moved(str(its["event"]), its["before"], its["after"], reported=its["by"] != "agent")
        elif entry.kind == "transition.refused" and its["kind"] == "stale" and its["by"] == "system":
            self._came_late(str(its["event"]))

    def _came_late(self, event: str) -> None:
        """What our systems did for a call that had moved on meanwhile is done all the same."""
        if event not in self._failed and not _is_failure(event):
            self._done.update(_kinds(_words(event)))

    def tool_worked(self, name: str) -> None:
        """A tool of an agent that is no proposal did what it is for."""
        self._done.update(_kinds(_words(name)[:1]), {ANYTHING})

    def supports(self, claim: Claim) -> bool:
        """Whether what is claimed is so: it was done in this call, is being done, or is known of something before."""
        if claim.kind in self._done or (not claim.done and claim.kind in self._begun):
            return True
        return (not claim.by_us or self._resumed) and claim.kind in self._known()

    def _moved(self, event: str, before: Collection[str], after: Collection[str], *, reported: bool) -> None:
        self._done.discard(TRANSFER)  # whoever was passed on then is not passed on now
        work, next_work = self._works.intersection(before), self._works.intersection(after)
        names = [event, *work, *next_work]
        kinds = set(_kinds(word for name in names for word in _words(name)))
        if reported and event not in self._failed and not _is_failure(event):
            self._done |= {*kinds, *(self._begun if work else ()), ANYTHING}
        elif not reported and not next_work:
            self._done |= set(_kinds(_words(event)[:1])) - self._worked_at
        self._begun = (self._begun if reported else set()) | kinds if next_work else set()

    def _known(self) -> set[str]:
        facts = self._facts()
        known: set[str] = set()
        for name in type(facts).names("established"):
            value = getattr(facts, name)
            if value in (None, False, 0, "", ()) or name in Facts.model_fields:
                continue
            words = [*_words(name), *(_words(value) if isinstance(value, str) and len(value) < 40 else ())]
            if any(_FAILURES.fullmatch(word) for word in words):
                continue
            known |= set(_kinds(words))
        return known


def _is_failure(event: str) -> bool:
    return any(_FAILURES.fullmatch(word) for word in _words(event))


def _words(name: str) -> list[str]:
    return re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower())


def _kinds(words: Any) -> Iterator[str]:
    words = list(words)
    for kind, stems in _STEMS.items():
        if any(word.startswith(stem) for word in words for stem in stems):
            yield kind
