"""One stream of log lines: who said it, in which call, and nothing a caller or a model said."""

import ast
import asyncio
import inspect
import io
import json
import linecache
import logging
import sys

import pytest
import structlog
from livekit.agents import llm
from livekit.agents.llm.utils import execute_function_call
from livekit.agents.voice import generation

from interlock.app.telemetry.logs import WITHHELD, configure_logs, say_where

CANARY = "canary"


@pytest.fixture
def lines():
    """Configures the logs; called, gives what was logged so far."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    out = io.StringIO()
    configure_logs("DEBUG", json=True, stream=out)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


def line_of(module, text):
    """Where a literal stands in a library's source, at the line of its logging call."""
    calls = (n for n in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(n, ast.Call))
    return min(
        (call for call in calls if isinstance(call.func, ast.Attribute) and text in ast.unparse(call)),
        key=lambda call: len(ast.unparse(call)),
    ).lineno


def record_from(module, text, message, args=(), exc_info=None, **extra):
    """The record that the logging call at `text` in a real library makes."""
    log = logging.getLogger("livekit.agents")
    record = log.makeRecord(
        log.name, logging.WARNING, module.__file__, line_of(module, text), message, args, exc_info, extra=extra
    )
    log.handle(record)


def test_a_line_of_ours_is_an_event_with_values_and_its_call(lines):
    """Every line of a call carries call, flow and epoch."""
    structlog.contextvars.bind_contextvars(call_id="c1", flow="support", epoch=3)
    structlog.get_logger("interlock.agents.call.call").info("verdict.accepted", to="billing")
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "verdict.accepted",
        "level": "info",
        "logger": "interlock.agents.call.call",
        "call_id": "c1",
        "flow": "support",
        "epoch": 3,
        "to": "billing",
    }


async def test_each_line_of_a_task_and_its_own_tasks_says_where_the_call_stands_by_then(lines):
    """A library's line carries the epoch of its moment, and what follows elsewhere carries none of it."""
    epoch = 1

    async def later():
        logging.getLogger("livekit.agents").warning("slow")

    async def call():
        nonlocal epoch
        say_where(lambda: {"call_id": "c1", "flow": "support", "epoch": epoch})
        soon = asyncio.create_task(later())
        epoch = 2
        await soon

    await asyncio.create_task(call())
    logging.getLogger("livekit.agents").warning("elsewhere")
    its, other = lines()
    assert (its["event"], its["call_id"], its["flow"], its["epoch"]) == ("slow", "c1", "support", 2)
    assert "epoch" not in other


def test_personal_keys_and_raw_arguments_are_dropped(lines):
    """At any depth, in our lines too."""
    structlog.get_logger("x").info(
        "e", arguments=CANARY, within={"lk.pii.x": CANARY, "kept": 1}, **{"lk.pii.y": CANARY}
    )
    assert CANARY not in str(lines())
    assert lines()[0]["within"] == {"kept": 1}


def test_an_object_is_logged_by_its_type(lines):
    """Its repr could hold anything."""

    class Facts:
        def __repr__(self):
            return CANARY

    structlog.get_logger("x").info("e", facts=Facts(), error=ValueError(CANARY), several=[Facts()])
    assert CANARY not in str(lines())
    assert lines()[0]["error"] == "ValueError"


def test_an_exception_keeps_its_type_and_places_and_loses_its_words(lines):
    """Ours and a library's, causes and groups too."""

    def fail():
        try:
            {}[CANARY]
        except KeyError as error:
            raise ExceptionGroup(CANARY, [ValueError(CANARY)]) from error

    for log in (structlog.get_logger("ours"), logging.getLogger("theirs")):
        try:
            fail()
        except ExceptionGroup:
            log.exception("it failed")
    for line in lines():
        assert line["event"] == "it failed"
        assert line["exception"].startswith("ExceptionGroup at app/test_logs.py:")
        assert "fail" in line["exception"]
        assert "ValueError" in line["exception"]
        assert "from KeyError at" in line["exception"]
    assert CANARY not in str(lines())
    assert len(lines()) == 2


async def test_livekit_s_line_about_a_tool_that_does_not_exist_names_no_name(lines):
    """LiveKit itself logs it: its words stay, the model's do not."""
    call = llm.FunctionCall(call_id="x", name=f"name_{CANARY}", arguments=json.dumps({"a": CANARY}))
    await execute_function_call(call, llm.ToolContext([]))
    (line,) = [line for line in lines() if "unknown" in line["event"]]
    assert line["event"] == "unknown AI function `…`"
    assert (line["logger"], line["level"]) == ("livekit.agents", "warning")
    assert line["source"].startswith("agents/llm/utils.py:")
    assert CANARY not in str(lines())


async def test_livekit_s_line_about_a_tool_that_raised_holds_neither_arguments_nor_message(lines):
    """The arguments are the caller's, and an exception quotes them."""

    @llm.function_tool
    async def look_up(number: str) -> str:
        """Look up."""
        raise ValueError(number)

    call = llm.FunctionCall(call_id="x", name="look_up", arguments=json.dumps({"number": CANARY}))
    await execute_function_call(call, llm.ToolContext([look_up]))
    assert any("ValueError at" in line.get("exception", "") for line in lines())
    assert CANARY not in str(lines())


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("unknown AI function `", "unknown AI function `…`"),
        ("invalid arguments for AI function `", "invalid arguments for AI function `…`"),
    ],
)
def test_livekit_s_lines_of_a_voice_turn_name_no_name(lines, written, expected):
    """A name with a backtick in it does not slip through."""
    record_from(
        generation,
        written,
        f"{written}x` {CANARY}`",
        function=CANARY,
        speech_id="speech_1",
        **{"lk.pii.arguments": CANARY, "lk.pii.error": CANARY},
    )
    (line,) = lines()
    assert (line["event"], line["speech_id"]) == (expected, "speech_1")
    assert CANARY not in str(line)


def test_livekit_s_plain_words_and_numbers_are_kept(lines):
    """A line whose author wrote all of it says all of it."""
    record_from(generation, "'executing tool'", "executing tool", function=CANARY, attempt=2)
    (line,) = lines()
    assert (line["event"], line["attempt"]) == ("executing tool", 2)
    assert "function" not in line


def test_of_extra_keys_only_listed_ones_and_only_identifiers_are_kept(lines):
    """Even a listed key may carry words."""
    extra = {"speech_id": f"what the {CANARY} said", "duration": 1.5, "user": CANARY, "call_id": CANARY}
    structlog.contextvars.bind_contextvars(call_id="c1")
    logging.getLogger("somewhere").warning("slow", extra=extra)
    (line,) = lines()
    assert (line["event"], line["duration"], line["call_id"]) == ("slow", 1.5, "c1")
    assert CANARY not in str(line)


def test_a_template_is_kept_and_its_arguments_are_not(lines):
    """`%s` says that something was there."""
    logging.getLogger("somewhere").warning("said %s twice", CANARY)
    assert lines()[0]["event"] == "said %s twice"
    assert CANARY not in str(lines())


def test_a_message_made_elsewhere_is_withheld_and_its_place_is_told(lines):
    """Nothing in the source says what it is made of."""
    message = " ".join(["heard", CANARY])
    logging.getLogger("somewhere").warning(message)
    logging.getLogger("somewhere").log(logging.ERROR, message)
    exec(compile("import logging; logging.getLogger('x').error('canary')", "<nowhere>", "exec"))
    assert [line["event"] for line in lines()] == [WITHHELD] * 3
    assert lines()[0]["source"].split(":")[0].endswith("app/test_logs.py")
    assert CANARY not in str(lines())


def test_an_exception_nobody_fetched_tells_its_place_only(lines):
    """asyncio puts the task's repr in the message."""

    async def leave_one():
        async def fails():
            raise ValueError(CANARY)

        task = asyncio.ensure_future(fails())
        await asyncio.wait([task])
        asyncio.get_running_loop().call_exception_handler({"message": CANARY, "exception": task.exception()})

    asyncio.run(leave_one())
    (line,) = [line for line in lines() if line["logger"] == "asyncio" and line["level"] == "error"]
    assert line["event"] == WITHHELD
    assert line["exception"].startswith("ValueError at")
    assert CANARY not in str(lines())


def test_configuring_again_repeats_no_line(lines):
    """The last configuration counts."""
    out = io.StringIO()
    configure_logs("INFO", json=True, stream=out)
    structlog.get_logger("x").info("once")
    structlog.get_logger("x").debug("never")
    assert [json.loads(line)["event"] for line in out.getvalue().splitlines()] == ["once"]
    assert lines() == []


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "json_asked", "is_json"),
    [
        (io.StringIO, None, True),
        (Terminal, None, False),
        (Terminal, True, True),
        (io.StringIO, False, False),
    ],
)
def test_a_terminal_gets_words_and_everything_else_json(lines, stream, json_asked, is_json):
    """Unless told otherwise; colours are for terminals only."""
    out = stream()
    configure_logs("INFO", json_asked, out)
    structlog.get_logger("x").info("verdict.accepted", to="billing")
    text = out.getvalue()
    assert text.startswith("{") == is_json
    assert ("\x1b[" in text) == (stream is Terminal and not is_json)
    assert "verdict.accepted" in text


def test_a_console_line_shows_an_exception_without_its_words(lines):
    """The console renderer must not bring the traceback back."""
    out = Terminal()
    configure_logs("INFO", None, out)
    try:
        raise ValueError(CANARY)
    except ValueError:
        structlog.get_logger("x").exception("it.failed")
        logging.getLogger("y").exception("it failed")
    assert out.getvalue().count("ValueError at") == 2
    assert CANARY not in out.getvalue()


def test_stderr_is_where_logs_go(lines, monkeypatch):
    """Standard output belongs to what was asked for."""
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    configure_logs()
    structlog.get_logger("x").info("e")
    assert json.loads(out.getvalue())["event"] == "e"


def test_a_source_that_changed_meanwhile_yields_nothing_but_source(lines):
    """At worst a line is wrong; it is never the caller's."""
    linecache.clearcache()
    record_from(generation, "'executing tool'", CANARY)
    assert CANARY not in str(lines())
