"""What holds of the yeses of a call, from its record alone."""

from collections import Counter
from collections.abc import Iterable

from interlock.agents.call.journal import Entry
from interlock.agents.flow import Flow
from interlock.agents.speech.asking import Subject
from interlock.guards.answers import AGREED
from interlock.machines.chart import needs_yes_of

Asked = tuple[str, str]


def assert_agreed(flow: Flow, record: Iterable[Entry]) -> None:
    """What needs a yes was done on one: to the question about that very event and those values, and each yes once."""
    asked: set[Asked] = set()
    yes: Counter[Asked] = Counter()
    done: Counter[Asked] = Counter()
    for entry in record:
        its = (str(entry.audit.get("event")), str(entry.audit.get("version")))
        if entry.kind == "question.asked":
            asked.add(its)
        elif entry.kind == "question.answered" and entry.audit["answer"] == "yes":
            assert its in asked, f"{its[0]} was answered and not asked about"
            yes[its] += 1
        elif entry.kind == "transition.accepted" and (consent := _consent(flow, entry)) is not None:
            assert consent in AGREED, f"{its[0]} was done though the caller stood to it so: {consent}"
            done[_subject(flow, entry)] += consent == "agreed"
    assert done <= yes, f"done more often than agreed to: {done - yes}"


def _consent(flow: Flow, entry: Entry) -> str | None:
    """How the caller stood to what an agent asked for; None of events that need no yes, and where nobody judged."""
    if needs_yes_of(flow.machine, entry.audit["event"]) is None or entry.audit["by"] != "agent" or not entry.private:
        return None
    given = entry.private["args"].get("consent")
    return given if given is None or isinstance(given, str) else str(given)


def _subject(flow: Flow, entry: Entry) -> Asked:
    event, args, facts = entry.audit["event"], entry.private["args"], entry.private["facts"]
    known = flow.facts.model_validate(facts)
    covered = needs_yes_of(flow.machine, event) or ()
    its = Subject.of(event, {name: args.get(name, getattr(known, name, None)) for name in covered})
    return its.event, its.version
