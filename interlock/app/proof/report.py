"""What a verification found, as it is found: in prose or as one JSON value, with the progress beside it."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from interlock.app.audit.words import clean
from interlock.app.proof.finding import Finding
from interlock.app.proof.verifying import Sums, Verification

UNTOLD = (
    "whether a whole call was removed or made up",
    "whether the end of a call was cut off and its row made to fit",
    "whether records were added at the end of a call",
    "whether records were rewritten with their hashes and what they cover",
    "whether the whole store was rolled back",
)
"""What hashes alone never tell about somebody who may write the store: for each of these something signed is needed."""
UNTOLD_OF_KEYED = (
    "whether a whole call was removed",
    "whether a call, or the whole store, was put back to what it was once",
)
"""What is left of that where the store's key is sealed, and every call has a tag, which is made with it."""


@dataclass(frozen=True, slots=True)
class BundleRemarks:
    """What was found of a bundle itself, and what nobody can know of it."""

    findings: Iterable[Finding] = ()
    notes: Sequence[str] = ()


NOTHING = BundleRemarks()


class Report(Protocol):
    """Where findings go as they are found, and the sums after them."""

    def show(self, finding: Finding) -> None:
        """A finding, as soon as it is known."""
        ...

    def end(self, sums: Sums, untold: list[str]) -> None:
        """The sums, after all of them, and what could not be told."""
        ...


def report_findings(
    its: Verification,
    to: Report,
    on: Console,
    records: int,
    *,
    signed: bool,
    remarks: BundleRemarks = NOTHING,
    most: float = inf,
) -> int:
    """Verify and show each finding as it comes; how many there were. `signed`: there were checkpoints to compare with.

    `records` is about how many there are; `remarks` was found of what holds them. With `most` findings it is over.
    """
    with _bar(on) as progress:
        task = progress.add_task("", total=records)
        for finding in its.findings(remarks.findings, lambda many: progress.advance(task, many)):
            progress.stop()  # or it would stand in the middle of what is shown
            to.show(finding)
            progress.start()
            if its.sums.findings >= most:
                break
    stopped = [f"The verification stopped there: after {most:,} findings no more is looked for."]
    stopped = stopped if its.sums.findings >= most else []
    to.end(its.sums, [*stopped, *remarks.notes, *untold_of(its.sums, signed=signed)])
    return its.sums.findings


def _bar(console: Console) -> Progress:
    """How far a verification is, in records, where somebody looks at it."""
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("records"), TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(
        *columns,
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=not console.is_terminal,
    )


_SEVERAL = ("were", "their processes", "they were")


def untold_of(sums: Sums, *, signed: bool) -> list[str]:
    """What could not be told, in sentences; `signed`: there were checkpoints to compare with."""
    return list(_untold(sums, signed))


def _untold(sums: Sums, signed: bool) -> Iterator[str]:
    if not signed:
        untold = UNTOLD_OF_KEYED if sums.keyed else UNTOLD
        yield f"Without checkpoints it cannot be told {', '.join(untold[:-1])}, or {untold[-1]}."
    elif sums.unsigned:
        whose = counted(sums.open_ended, "call")
        they = "is" if sums.unsigned == 1 else "are"
        yield (
            f"{counted(sums.unsigned, 'record')} of {whose} {they} newer than the last checkpoint of the call: of"
            " these it cannot be told whether they were cut off, or rewritten with their hashes."
        )
    if sums.never_signed:
        were, died, they = ("was", "its process", "it was") if sums.never_signed == 1 else _SEVERAL
        made_up = "" if sums.keyed else f", or {they} made up"
        yield (
            f"{counted(sums.never_signed, 'call')} that did not end {were} never signed: {died} died in the first"
            f" seconds{made_up}."
        )
    yield from _apart(sums, signed)
    if sums.unreadable:
        yield f"{counted(sums.unreadable, 'line')} among the checkpoints cannot be read: half written, or overwritten."


def _apart(sums: Sums, signed: bool) -> Iterator[str]:
    """What cannot be told of what is kept apart from the chains."""
    if sums.before:
        are = "is" if sums.before == 1 else "are"
        yield (
            f"{counted(sums.before, 'record')} {are} from before anything kept apart was covered: whether facts,"
            " arguments, words and the calls' rows are what was written then cannot be told."
        )
    if sums.erased:
        yield f"{counted(sums.erased, 'call')} {'was' if sums.erased == 1 else 'were'} erased: what was kept is gone."
    if sums.unread:
        yield (
            f"{counted(sums.unread, 'value')} kept apart could not be compared with what the records cover: the key of"
            " the commitments is missing, or sealed with a key that INTERLOCK_STORE_KEY does not have."
        )
    if sums.bare and not signed:
        yield (
            "The key of the commitments is not sealed: whoever could write the store could make commitments as well"
            " (set INTERLOCK_STORE_KEY, then interlock store rotate-key)."
        )
    if sums.uncovered:
        yield f"{counted(sums.uncovered, 'turn')} said after the last record of a call: no record covers them yet."
    if sums.live:
        yield f"Who drives the {counted(sums.live, 'call')} that did not end is said by the calls' rows alone."


class InProse:
    """For people: a line for each finding, and sentences at the end."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, finding: Finding) -> None:
        """Which call, and what."""
        whose = "" if finding.call_id is None else f"call {clean(finding.call_id)}: "
        self._say(whose + clean(finding.said), "bold red")

    def end(self, sums: Sums, untold: list[str]) -> None:
        """What was looked at, what came of it, what nobody can know."""
        found = counted(sums.findings, "finding") if sums.findings else "Nothing was changed that can be told"
        beside = f", beside {counted(sums.checkpoints, 'checkpoint')}" if sums.checkpoints else ""
        self._say(f"{counted(sums.records, 'record')} of {counted(sums.calls, 'call')} verified{beside}. {found}.")
        if sums.pruned:
            were = "was" if sums.pruned == 1 else "were"
            self._say(f"{counted(sums.pruned, 'call')} more {were} removed on purpose, as is signed.")
        for sentence in untold:
            self._say(sentence, "yellow")

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style=style), soft_wrap=True, highlight=False)


class InJson:
    """For programs: an object of `findings`, `sums` and `untold`; written as it becomes known."""

    def __init__(self) -> None:
        self._before = '{\n  "findings": ['

    def show(self, finding: Finding) -> None:
        """A finding as the next element of `findings`."""
        print(f"{self._before}\n    {json.dumps(finding.to_json(), ensure_ascii=True)}", end="")
        self._before = ","

    def end(self, sums: Sums, untold: list[str]) -> None:
        """Close the list, then `sums` and `untold`: from here on it is one JSON value."""
        rest = json.dumps({"sums": sums.to_json(), "untold": untold}, indent=2)[2:-2]
        print(("\n  ]" if self._before == "," else self._before + "]") + f",\n{rest}\n}}")


def counted(number: int, what: str) -> str:
    """How many of what, in words."""
    return f"{number:,} {what}{'s' * (number != 1)}"
