"""A list of calls on a terminal, and how far the index of it is."""

import shlex
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from interlock.app.audit.answers import CallSummary
from interlock.app.audit.printing import summary_line
from interlock.app.board.index import CallInList, Filters, KeptIndex
from interlock.app.board.index.one_less import one_less
from interlock.app.board.index.words import option


def build(index: KeptIndex) -> None:
    """Make the index like its record; on a terminal, standard error says how far it is."""
    console = Console(stderr=True)
    if index.doubt:
        console.print(index.doubt, style="yellow", markup=False, soft_wrap=True)
    words = "index of the record: newest {task.completed:,.0f} of {task.total:,.0f} calls"
    with Progress(
        TextColumn(words), BarColumn(), console=console, transient=True, disable=not console.is_terminal
    ) as its:
        task = its.add_task("", total=1)
        for state in index.build():
            its.update(task, completed=state.newest, total=max(state.calls, 1))


def print_page(index: KeptIndex, filters: Filters, count: int, calls: Sequence[CallInList], *, more: bool) -> None:
    """Each call on a line, in the words of `interlock audit list`; then how many there are, and where to go on."""
    console = Console(highlight=False)
    wide = max((len(its.call_id) for its in calls), default=0)
    for its in calls:
        line = summary_line(_summary(its), wide)
        line.append("".join(f", {words}" for words in _more_words(its)), style="yellow")
        console.print(line, soft_wrap=True)
    every = index.state().calls
    console.print(f"{count:,} of {every:,} calls" if every else "No calls yet.", style="dim")
    if more:
        console.print(f"Older: the same with --before {calls[-1].n}", style="dim")
    if every and not count:
        _print_why_none(console, index, filters)


def _print_why_none(console: Console, index: KeptIndex, filters: Filters) -> None:
    for its in one_less(index, filters):
        console.print(f"Without {shlex.join(option(its.name, its.value))}: {its.count:,}", markup=False, soft_wrap=True)


def _more_words(its: CallInList) -> list[str]:
    words = [f"slowest answer {its.slowest_ms / 1000:.1f} s"] if its.slowest_ms is not None else []
    words += ["a person was asked for"] if its.person else []
    return [*words, f"trouble: {', '.join(its.trouble)}"] if its.trouble else words


def _summary(its: CallInList) -> CallSummary:
    plain = its.to_json()
    return CallSummary(
        call_id=its.call_id,
        flow=its.flow,
        started_at=plain["began"],
        ended_at=plain["ended"],
        end_reason=its.why,
        state=its.state,
        epoch=0,
        accepted=its.accepted,
        refused=its.refused,
        erased=its.erased,
    )
