"""How often a call may go wrong before a person is offered (I7)."""

import hashlib
import json
from collections import Counter

from interlock.guards.answers import consent_of
from interlock.guards.base import Proposal
from interlock.machines.decide import Verdict

REFUSALS_OF_ONE_EVENT = 3
EARLY_YESES = 4
"""How often in a row a caller may say yes to something before they had heard the question to its end."""
FAILED_TURNS = 3
FRUITLESS_TURNS = 6
ROUNDS_LIMIT = 10
SAME_AGAIN = 5
"""How often agents may have the very same accepted in one call."""


class FailureBudget:
    """Counts refusals of the same event in a row, turns in a row that no model answered, turns in a row in which tools
    were called and none did anything, and agents' steps while nobody heard the caller.

    A yes that came too early is no failure: they are asked again, `EARLY_YESES` times at the most.
    A refusal by a guard that did not refuse the event before begins the count anew: what was asked for then is there
    now, so the call gets on.
    """

    def __init__(self) -> None:
        self._event = ""
        self._refused_by: set[str] = set()
        self._refusals = 0
        self._early = 0
        self._failures = 0
        self._fruitless = 0
        self._turn_counted = False
        self._rounds = 0
        self._accepted: Counter[str] = Counter()

    def too_much(self, verdict: Verdict, proposal: Proposal, claimed: str) -> bool:
        """Take note of a verdict; whether a person is to be offered now: `refused` too often, `going_round`, or the
        `same_again`, while this is `claimed`."""
        refused, going_round = self.refused(verdict, proposal), self.going_round(verdict, proposal)
        return any([refused, going_round, self.same_again(verdict, proposal, claimed)])

    def refused(self, verdict: Verdict, proposal: Proposal) -> bool:
        """Take note of a verdict; whether an agent was now refused too often in a row.

        One made before the call moved on says nothing about the caller's wish, so it does not count.
        """
        if proposal.by != "agent" or verdict.kind == "terminated" or proposal.seen_epoch != verdict.before.epoch:
            return False
        if verdict.accepted or verdict.event != self._event:
            self._event, self._refused_by, self._refusals = verdict.event, set(), 0
        if verdict.accepted:
            self._early = 0
            self.fruitful()
            return False
        if self._is_early(proposal):
            return False
        if verdict.refused_by not in self._refused_by:
            self._refused_by.add(verdict.refused_by)
            self._refusals = 0
        self._refusals += 1
        fruitless = self.fruitless()
        if self._refusals < REFUSALS_OF_ONE_EVENT and not fruitless:
            return False
        self._refusals = self._fruitless = 0
        return True

    def _is_early(self, proposal: Proposal) -> bool:
        if consent_of(proposal) != "early" or self._early >= EARLY_YESES:
            return False
        self._early += 1
        return True

    def fruitless(self) -> bool:
        """Take note of a tool call that did nothing; whether that was so in too many of the caller's turns in a row."""
        if not self._turn_counted:
            self._turn_counted = True
            self._fruitless += 1
        if self._fruitless < FRUITLESS_TURNS:
            return False
        self._fruitless = 0
        return True

    def fruitful(self) -> None:
        """Take note of a tool call that did something."""
        self._fruitless = 0

    def going_round(self, verdict: Verdict, proposal: Proposal) -> bool:
        """Take note of a verdict; whether agents moved the call more often than one turn of a caller can ask for."""
        if proposal.by == "agent" and verdict.accepted:
            self._rounds += 1
        if self._rounds <= ROUNDS_LIMIT:
            return False
        self._rounds = 0
        return True

    def same_again(self, verdict: Verdict, proposal: Proposal, claimed: str) -> bool:
        """Take note of a verdict; whether the same was accepted too often: the event, its arguments, all that is
        claimed."""
        if proposal.by != "agent" or not verdict.accepted:
            return False
        asked = f"{verdict.event} {json.dumps(dict(proposal.args), sort_keys=True)} {claimed}"
        its = hashlib.sha256(asked.encode(errors="surrogatepass")).hexdigest()
        self._accepted[its] += 1
        return self._accepted[its] > SAME_AGAIN

    def heard_caller(self) -> None:
        """The caller spoke: what agents do from here on answers them."""
        self._rounds = 0
        self._turn_counted = False

    def failed(self) -> bool:
        """Take note of a turn nobody answered; whether there were too many in a row."""
        self._failures += 1
        return self._failures >= FAILED_TURNS

    def answered(self) -> None:
        """Take note of a turn that was answered."""
        self._failures = 0
