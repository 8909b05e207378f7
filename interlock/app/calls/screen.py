"""A call on a terminal, in a file or in a pipe, for people or, as JSON, for programs."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from interlock.agents.call.journal import Entry
from interlock.app.audit.words import clean
from interlock.app.calls.one_line import describe


class OutputError(Exception):
    """What was to be shown cannot be written; the text is one line."""


class Screen:
    """Shows a call as it goes, for people or (`as_json`) one JSON object a line.

    A reader who goes away (`| head`) or a full disk must not break the call that is shown: from then on nothing is
    shown, `gone` is set, and `check` says why.
    """

    def __init__(self, console: Console, *, as_json: bool) -> None:
        self._console = console
        self._as_json = as_json
        self._asking = False
        self._why: OSError | None = None
        self.gone = asyncio.Event()

    def said(self, who: str, words: str) -> None:
        """The `agent` or the `caller` said something; people see the agent's words only: the caller typed theirs."""
        if self._as_json:
            self._line({"who": who, "said": words})
        elif who == "agent":
            self._say("agent", "bold cyan", Text(_spoken(words)))

    def caller_said(self, words: str) -> None:
        """The caller's words, where nobody typed them here."""
        if not self._as_json:
            self._say("caller", "bold green", Text(_spoken(words)))

    def watch(self, entry: Entry) -> None:
        """An entry was recorded: as JSON whole, for people in words where they need it."""
        if self._as_json:
            self._line({"kind": entry.kind, "epoch": entry.epoch, **entry.audit})
        elif line := describe(entry):
            self.remark(line)

    def remark(self, text: str) -> None:
        """A remark for people, dimmed."""
        if not self._as_json:
            self._say("", "", Text(clean(text), "dim"))

    def ask(self) -> None:
        """It is the turn of somebody who types."""
        if self._console.is_terminal and not self._as_json:
            self._asking = True
            self._write(lambda: self._console.print(Text("caller  ", "bold green"), end=""))

    def answered(self) -> None:
        """The caller typed a line, and with it the end of the line they were asked on."""
        self._asking = False

    def stop_asking(self) -> bool:
        """The caller need not type any more: leave the line they were asked on. Whether there was one."""
        asked, self._asking = self._asking, False
        if asked:
            self._write(self._console.print)
        return asked

    def record(self, call_id: str) -> None:
        """Where to read what happened; on one line however narrow, to be copied."""
        if not self._as_json:
            line = Text(f"\nThe record: {sys.argv[0]} audit why {call_id}", "dim")
            self._write(lambda: self._console.print(line, soft_wrap=True))

    def check(self) -> None:
        """Raises `BrokenPipeError` or `OutputError` when something could not be shown."""
        if isinstance(self._why, BrokenPipeError):
            raise self._why
        if self._why is not None:
            raise OutputError(
                f"the output cannot be written ({self._why.strerror}): free some room, or show it elsewhere"
            )

    def _say(self, who: str, style: str, words: Text) -> None:
        row = Table.grid(padding=(0, 1))
        row.add_column(width=7)
        row.add_column(overflow="fold")
        row.add_row(Text(who, style), words)
        asked = self.stop_asking()
        self._write(lambda: self._console.print(row))
        if asked:
            self.ask()

    def _line(self, content: dict[str, Any]) -> None:
        self._write(lambda: self._console.out(json.dumps(content), highlight=False))

    def _write(self, show: Callable[[], object]) -> None:
        if self.gone.is_set():
            return
        try:
            show()
        except SystemExit:  # how rich takes a broken pipe
            self._stop(BrokenPipeError())
        except OSError as error:
            self._stop(error)

    def _stop(self, why: OSError) -> None:
        self._why = why
        self.gone.set()
        self._console.quiet = True
        unwritten_goes_nowhere(self._console.file)


def unwritten_goes_nowhere(stream: IO[str]) -> None:
    """Let Python drop what is left for a stream, where it would complain at exit that it cannot be written."""
    with suppress(OSError):  # a stream without a file has nothing to complain about
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _spoken(words: str) -> str:
    return clean(" ".join(words.split()))
