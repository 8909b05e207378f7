"""Findings about single records, put into words; those of one kind that follow each other become one."""

from collections.abc import Iterator, Sequence

from interlock.app.proof.finding import Finding, record_range

_SAID: dict[str, str] = {
    "changed": "was changed|were changed",
    "dropped": "is missing|are missing",
    "inserted": "was inserted|were inserted",
}


def in_runs(found: Sequence[Finding]) -> list[Finding]:
    """The findings, with those of one kind that follow each other in one."""
    return [each if each.said else _worded(each) for each in _joined(found)]


def _joined(found: Sequence[Finding]) -> Iterator[Finding]:
    run: Finding | None = None
    for each in found:
        if run and not run.said and not each.said and run.kind == each.kind and each.first == (run.last or 0) + 1:
            run = Finding(run.kind, "", None, run.first, each.last)
            continue
        if run:
            yield run
        run = each
    if run:
        yield run


def _worded(each: Finding) -> Finding:
    first, last = each.first or 0, each.last or 0
    words = _SAID[each.kind].split("|")[first != last]
    doubt = ""
    if each.kind == "changed" and first > 1:
        doubt = f", or record {first - 1} was together with its hash"
    return Finding(each.kind, f"{record_range(first, last)} {words}{doubt}", None, first, last)
