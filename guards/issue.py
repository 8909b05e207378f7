"""Whether we know what the call is about."""

from typing import Protocol

from interlock.guards import Proposal, guard


class Issue(Protocol):
    @property
    def issue_category(self) -> str | None: ...


@guard("Ask what the problem is first, and note it.", say="What can we help you with?")
def issue_known(facts: Issue, proposal: Proposal) -> bool:
    """The caller said what the call is about."""
    return facts.issue_category is not None
