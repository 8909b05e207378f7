"""A typed call: what is read, what is shown, and that however it ends the record says so."""

import asyncio
import io
import json
import os
import tracemalloc

import pytest
from rich.console import Console

from agents.support import SUPPORT
from interlock.app.calls.chat import chat
from interlock.app.calls.screen import OutputError, Screen
from interlock.app.calls.typed_input import LONGEST_INPUT, InputReader
from interlock.app.offline.scripted import Says, ScriptedModel
from interlock.app.project import open_systems

HELLO = "Hello, this is the service desk. May I have your name, please?"


async def lines(*words):
    """What somebody types."""
    for each in words:
        yield each


async def waits_for_ever(asked):
    """Somebody who never types, once asked to."""
    asked.set()
    await asyncio.Event().wait()
    yield ""


async def typed(journal, screen, *words, says="Mm-hm.", source=None):
    """A call with a model that says one thing."""
    return await chat(
        SUPPORT,
        model=lambda: ScriptedModel([Says(says) for _ in words]),
        spare=lambda: None,
        journal=journal,
        memory=journal,
        services=open_systems(SUPPORT),
        screen=screen,
        timezone="UTC",
        lines=lambda: source or lines(*words),
    )


def screen_of(*, as_json=False, width=80, file=None):
    """A screen, and what it shows."""
    out = file or io.StringIO()
    return Screen(Console(file=out, width=width, highlight=False), as_json=as_json), out


async def test_a_call_is_shown_with_its_verdicts_and_where_its_record_is(journal):
    """
    Caller, agent, verdicts; the last line can be copied.
    """
    screen, out = screen_of()
    call_id = await typed(journal, screen, "Anna", "goodbye")
    shown = out.getvalue()
    assert f"agent   {HELLO}" in shown
    assert "caller  Anna" in shown
    assert "caller_left (by the system): accepted, greeting -> closed" in shown
    assert shown.rstrip().endswith(f"audit why {call_id}")


async def test_what_was_said_is_kept_with_its_time_and_its_place(journal):
    """
    So that the first call somebody makes can be played back; typed words have no sound.
    """
    call_id = await typed(journal, screen_of()[0], "Anna", says="Hello Anna.")
    said = journal.turns(call_id)
    words = [("assistant", HELLO), ("user", "Anna"), ("assistant", "Hello Anna.")]
    assert [(turn.role, turn.text) for turn in said][-3:] == words
    records = {each.seq: each.at for each in journal.records(call_id)}
    assert all(records[turn.after] <= turn.at for turn in said)
    assert [turn.after for turn in said] == sorted(turn.after for turn in said)
    assert {(turn.began, turn.ended) for turn in said} == {(None, None)}


async def test_every_line_of_json_is_json(journal):
    """
    Whatever is in it: quotes, line breaks, control characters, half a character, another script.
    """
    screen, out = screen_of(as_json=True)
    words = 'She said "no"\x1b[2J\x9b\ud83d Ω\u2028ω'
    await typed(journal, screen, words, says="One\ntwo \x07")
    shown = [json.loads(line) for line in out.getvalue().split("\n") if line]
    assert {"who": "agent", "said": HELLO} in shown
    assert shown[-1]["kind"] == "call.ended"
    assert out.getvalue().isascii()


async def test_a_terminal_is_not_steered_by_what_is_said(journal):
    """
    Neither the caller's nor the agent's words move a cursor, ring a bell or set a colour.
    """
    screen, out = screen_of()
    await typed(journal, screen, "hi \x1b[2J [bold]there[/bold]", says="\x1b]0;title\x07 yes\nyes")
    assert not {c for c in out.getvalue() if not c.isprintable()} - {"\n"}
    assert "[bold]there[/bold]" in out.getvalue()


async def test_forty_columns_are_enough(journal):
    """
    No line is longer than the terminal but the one to be copied.
    """
    screen, out = screen_of(width=40)
    await typed(journal, screen, "Anna")
    *shown, last = out.getvalue().rstrip().splitlines()
    assert max(map(len, shown)) <= 40
    assert last.startswith("The record: ")


@pytest.mark.parametrize("after", [1, 3, 5])
async def test_a_reader_who_goes_away_ends_the_call_in_order(journal, after):
    """
    `| head`: no traceback, and the record says that the call ended.
    """
    read, write = os.pipe()
    out = os.fdopen(write, "w", buffering=1)
    screen, _ = screen_of(file=out)
    show, shown = screen._console.print, []

    def goes_away(*args, **kwargs):
        shown.append(args)
        if len(shown) == after:
            raise BrokenPipeError
        show(*args, **kwargs)

    screen._console.print = goes_away
    call_id = await typed(journal, screen, *["hello"] * 9)
    os.close(read)
    out.close()
    assert journal.call(call_id).end_reason == "caller_left"
    assert len(shown) == after
    with pytest.raises(BrokenPipeError):
        screen.check()


@pytest.fixture
def full_disk():
    """A file that takes nothing."""
    with open("/dev/full", "w", buffering=1) as full:
        yield full


async def test_a_full_disk_is_said_after_the_call_ended_in_order(journal, full_disk):
    """
    One line, and the record is whole.
    """
    screen, _ = screen_of(file=full_disk)
    call_id = await typed(journal, screen, "hello")
    assert journal.call(call_id).end_reason == "caller_left"
    with pytest.raises(OutputError, match="cannot be written \\(No space left on device\\)"):
        screen.check()


async def test_a_call_that_is_cancelled_is_recorded_as_ended(journal):
    """
    As Ctrl-C does, and a closed terminal.
    """
    screen, out = screen_of()
    asked = asyncio.Event()
    work = asyncio.ensure_future(typed(journal, screen, source=waits_for_ever(asked)))
    await asked.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    (call,) = journal.calls()
    assert call.end_reason == "caller_left"
    assert f"audit why {call.call_id}" in out.getvalue()


def test_what_is_not_utf8_is_read_all_the_same():
    """
    A letter that cannot be read is one letter lost, not the call.
    """
    read = InputReader(io.BytesIO(b"caf\xe9 \xff\nJ\xc3\xbcrgen\nlast"))
    assert [read(), read(), read()] == ["caf\ufffd \ufffd\n", "Jürgen\n", "last"]
    with pytest.raises(EOFError):
        read()


class Endless(io.RawIOBase):
    """A line of 64 MiB, then another one."""

    def __init__(self):
        self.left = 1 << 26

    def readable(self):
        return True

    def readinto(self, buffer):
        if self.left <= 0:
            data = b"\nbye\n" if self.left == 0 else b""
            self.left -= 1
        else:
            data = b"a" * min(self.left, len(buffer))
            self.left -= len(data)
        buffer[: len(data)] = data
        return len(data)


def test_an_endless_line_costs_no_memory_and_the_next_one_is_heard():
    """
    Of a line, so much counts and the rest is left out.
    """
    read = InputReader(io.BufferedReader(Endless(), 1 << 16))
    tracemalloc.start()
    assert read() == "a" * LONGEST_INPUT
    assert read() == "bye\n"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20
