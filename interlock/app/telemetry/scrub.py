"""Keeping what a caller or a model said out of the logs.

What we log ourselves is an event name and values we chose. A library's record is not ours to trust: its message is put
together from function names a model made up, from arguments, from what a caller said. So of a foreign record we keep
what its author wrote and drop what ran through it: the literal text in the library's source, an ellipsis for each
value; extra keys from a list, and of those only numbers and identifiers; of an exception, ours too, types and places.
A message whose literal cannot be found in the source is withheld; `source` tells where it came from.
"""

import ast
import linecache
import logging
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from structlog.types import EventDict

WITHHELD = "(message withheld)"
KEPT_EXTRA = frozenset(
    {
        "agent_name",
        "attempt",
        "delay",
        "duration",
        "elapsed",
        "error_type",
        "exception_type",
        "job_id",
        "max_retry",
        "num_words",
        "pid",
        "request_id",
        "retry_count",
        "speech_id",
        "status_code",
        "timeout",
        "worker_id",
    }
)
IDENTIFIER = re.compile(r"[\w.:/-]{1,64}", re.ASCII)
STATEMENT_LINES = 40  # how far down a logging call may reach in a library's source
FRAMES = 12
_LOG_CALLS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})


def scrub(_: Any, __: str, event: EventDict) -> EventDict:
    """Drop what may be personal: `lk.pii.*` and `arguments`, and whatever is no plain value (its type is kept)."""
    return {key: value if key.startswith("_") else _plain(value) for key, value in event.items() if not _private(key)}


def scrub_foreign(_: Any, __: str, event: EventDict) -> EventDict:
    """Of a library's record, keep what its author wrote."""
    record: logging.LogRecord = event["_record"]
    kept = {key: value for key, value in vars(record).items() if key in KEPT_EXTRA and _harmless(value)}
    source = "/".join(Path(record.pathname).parts[-3:])
    kept |= {"event": _literal(record), "source": f"{source}:{record.lineno}", "_record": record}
    kept["_from_structlog"] = False
    if "exc_info" in event:
        kept["exc_info"] = event["exc_info"]
    return kept


def scrub_exception(_: Any, __: str, event: EventDict) -> EventDict:
    """Of an exception, types and places instead of the error itself."""
    event.pop("stack_info", None)
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = places(error)
    return event


def places(error: BaseException) -> str:
    """An exception and its causes by type and place, without their messages: those quote values."""
    return "; from ".join(_place(e) for e in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, BaseExceptionGroup):
            yield from (e for e in error.exceptions if id(e) not in seen)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _place(error: BaseException) -> str:
    frames, trace = [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{'/'.join(Path(code.co_filename).parts[-2:])}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return f"{type(error).__qualname__} at {' > '.join(frames[-FRAMES:])}" if frames else type(error).__qualname__


def _private(key: str) -> bool:
    return key.startswith("lk.pii.") or key == "arguments"


def _plain(value: Any) -> Any:
    if value is None or type(value) in (str, int, float, bool):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items() if not _private(str(key))}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Path | str) else type(value).__qualname__


def _harmless(value: Any) -> bool:
    return type(value) in (int, float, bool) or (isinstance(value, str) and bool(IDENTIFIER.fullmatch(value)))


def _literal(record: logging.LogRecord) -> str:
    for written in _written_if_readable(record.pathname, record.lineno):
        if written == record.msg or "…" in written:
            return written
    return WITHHELD


def _written_if_readable(path: str, line: int) -> tuple[str, ...]:
    for _ in range(2):  # Python 3.11's parser fails when another thread enters it meanwhile (gh-106905): once more
        with suppress(SystemError, RecursionError, MemoryError):
            return _written(path, line)
    return ()


@cache
def _written(path: str, line: int) -> tuple[str, ...]:
    """The literal texts of the logging call at a line of source; an f-string's values are an ellipsis each."""
    lines = linecache.getlines(path)[line - 1 : line - 1 + STATEMENT_LINES]
    for end in range(1, len(lines) + 1):
        try:
            tree = ast.parse(textwrap.dedent("".join(lines[:end])))
        except SyntaxError:
            continue
        return tuple(text for call in ast.walk(tree) if (message := _message(call)) for text in _texts(message))
    return ()


def _message(call: ast.AST) -> ast.expr | None:
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr not in _LOG_CALLS:
        return None
    position = 1 if call.func.attr == "log" else 0
    return call.args[position] if len(call.args) > position else None


def _texts(message: ast.expr) -> Iterator[str]:
    if isinstance(message, ast.Constant) and isinstance(message.value, str):
        yield message.value
    elif isinstance(message, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in message.values)
    elif isinstance(message, ast.IfExp):
        yield from (*_texts(message.body), *_texts(message.orelse))
