"""What a replay found, call by call as it is known: in prose or as one JSON value, with the progress beside it."""

import json
from collections.abc import Iterable, Iterator
from textwrap import indent
from typing import Protocol

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from interlock.app.audit.words import clean
from interlock.app.replay.calls import CallReplay, Tally
from interlock.app.replay.judging import Changed

EACH_BY_ITSELF = "Each verdict is judged by its own record: where the call then stood, what was then known."


class Report(Protocol):
    """Where calls that have something to say go, and the sums after them."""

    def show(self, answer: CallReplay) -> None:
        """One call that has something to say."""
        ...

    def end(self, tally: Tally) -> None:
        """The sums, after all calls."""
        ...


def report_answers(answers: Iterable[CallReplay | None], to: Report, progress_on: Console) -> Tally:
    """Show what differs and what cannot be replayed, then the sums. None of it is a caller's."""
    tally = Tally()
    with _progress(progress_on) as progress:
        task = progress.add_task("", total=None, verdicts=0)
        for answer in answers:
            tally.add(answer)
            progress.update(task, advance=1, verdicts=tally.verdicts)
            if answer and (answer.changed or answer.not_replayable):
                progress.stop()  # or it would stand in the middle of what is shown
                to.show(answer)
                progress.start()
    to.end(tally)
    return tally


def _progress(console: Console) -> Progress:
    said = TextColumn("{task.completed} calls, {task.fields[verdicts]} verdicts judged")
    return Progress(
        SpinnerColumn(),
        said,
        TimeElapsedColumn(),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=not console.is_terminal,
    )


class InProse:
    """For people: two lines for a verdict that differs, and sentences at the end."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, answer: CallReplay) -> None:
        """The verdicts that differ, then those that cannot be given again."""
        call_id = clean(answer.call_id)
        for its in answer.changed:
            self._say(f"{call_id}, turn {its.turn}: {_asked(its)}: {its.recorded} -> {its.now}", "bold")
            self._say(f"  {its.because}")
        for unjudged in answer.not_replayable:
            self._say(f"{call_id}, {_turns(unjudged.turns)}: not replayable: {unjudged.why}", "yellow")

    def end(self, tally: Tally) -> None:
        """What was judged by which machine, and what was not judged."""
        for sentence in _sentences(tally):
            self._say(sentence)

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style=style), soft_wrap=True, highlight=False)


class InJson:
    """For programs: an object of `calls`, those with something to say, and `sums`; written as it becomes known."""

    def __init__(self) -> None:
        self._before = '{\n  "calls": ['

    def show(self, answer: CallReplay) -> None:
        """A call as the next element of `calls`."""
        print(self._before + "\n" + indent(json.dumps(answer.to_json(), ensure_ascii=False, indent=2), " " * 4), end="")
        self._before = ","

    def end(self, tally: Tally) -> None:
        """Close the list, then `sums`: from here on it is one JSON value."""
        sums = indent(json.dumps(tally.to_json(), ensure_ascii=False, indent=2), "  ").lstrip()
        print(("\n  ]" if self._before == "," else self._before + "]") + f',\n  "sums": {sums}\n}}')


def _asked(its: Changed) -> str:
    return f"in {its.before} the {its.by} asked for {its.event}"


def _turns(turns: tuple[int, ...]) -> str:
    runs: list[list[int]] = []
    for turn in turns:
        if runs and turn == runs[-1][-1] + 1:
            runs[-1][1:] = [turn]
        else:
            runs.append([turn])
    return f"turn{'s' * (len(turns) > 1)} {', '.join('-'.join(map(str, run)) for run in runs)}"


def _sentences(tally: Tally) -> Iterator[str]:
    by = f" by {', '.join(sorted(tally.by))}" if tally.by else ""
    yield f"{_count(tally.verdicts, 'verdict')} of {_count(tally.calls, 'call')} judged{by}."
    if tally.changed_verdicts:
        differ = "differs" if tally.changed_verdicts == 1 else "differ"
        yield f"{_count(tally.changed_verdicts, 'verdict')} of {_count(tally.changed_calls, 'call')} {differ}."
        yield EACH_BY_ITSELF
    elif tally.verdicts:
        yield "None differs."
    if tally.unproven:
        are, they = ("is", "it") if tally.unproven == 1 else ("are", "they")
        yield (
            f"{_count(tally.unproven, 'verdict')} {are} from before what {they} stood on was covered: whether it was"
            " that cannot be told."
        )
    if tally.recorded_by:
        yield f"Recorded by {', '.join(sorted(tally.recorded_by))}: states were taken by their names."
    if tally.assumed:
        yield f"Facts that are not in every record, taken as not known: {', '.join(sorted(tally.assumed))}."
    if tally.not_replayable:
        yield f"{_count(tally.not_replayable, 'call')} not replayable, in whole or in part."
    if tally.other_flows:
        yield f"{_count(tally.other_flows, 'call')} of other flows skipped."
    if tally.without_verdicts:
        yield f"{_count(tally.without_verdicts, 'call')} without a verdict."


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
