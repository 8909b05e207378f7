"""What a model writes and nobody is to hear: tool syntax, JSON, hidden thoughts and markup are left out as they come.

Whatever has an end that may be far away (a thought, a block, brackets) is skipped from its beginning on; of the rest no
more than one unfinished word or tag is held back, so that words go on to the voice as they arrive.
"""

import re
from collections.abc import Collection

TAG_LIMIT = 200
"""Characters of a tag or a link until its end; what is longer is none."""
LEFT_OUT = "\x00"
"""Stands in the text where something was left out, for whoever looks at whole sentences; never spoken."""

_HIDDEN = re.compile(
    r"(?:\w+:)?(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis|plan|tool|tools|tool_?calls?"
    r"|function|functions|function_?calls?|tool_?use|invoke|parameters?|tool_?code|tool_?results?|code|script|style)",
    re.IGNORECASE,
)
"""Tags whose content is not for the caller."""
_OPENER = re.compile(r"<|\{|`|\[|(?<![\w.])[A-Za-z_][\w.]*\(")
_TAG = re.compile(r"<(?P<closing>/?)\s*(?P<name>[A-Za-z][\w:.-]*)(?P<rest>[^<>]*)>|<\|[^<>|]*\|>|<[!?/][^<>]*>")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")
_TOKEN = re.compile(r"\[/?[A-Z][A-Z_]{2,}\]")
_ARGUMENTS = re.compile(r"""\s*(?:[{\["')]|\w+\s*[=:])""")
_PERHAPS_ARGUMENTS = re.compile(r"\s*\w*\s*")
_UNFINISHED = re.compile(r"[^\s\0]{0,80}\Z")
_BRACKETS = {"{": "}", "[": "]", "(": ")"}


class Unmarked:
    """One answer, piece by piece; `names` are the tools a model knows, which it may write as if it called them."""

    def __init__(self, names: Collection[str] = ()) -> None:
        self._names = frozenset(names)
        self._pending = ""
        self._out: list[str] = []
        self._inside = ""
        self._depth: list[str] = []
        self._quoted = False

    def feed(self, text: str) -> str:
        """What of the answer so far can go on now."""
        self._pending += text
        while self._went_on(final=False):
            pass
        return self._taken()

    def end(self) -> str:
        """The rest, once the answer is over."""
        while self._went_on(final=True):
            pass
        return self._taken()

    def _taken(self) -> str:
        taken, self._out = "".join(self._out), []
        return taken

    def _went_on(self, *, final: bool) -> bool:
        """One step; whether there may be another."""
        if self._inside:
            return self._skipped() and bool(self._pending)
        opener = _OPENER.search(self._pending)
        if opener is None:
            cut = len(self._pending)
            if not final and (unfinished := _UNFINISHED.search(self._pending)):
                cut = unfinished.start()
            self._pass(cut)
            return False
        self._pass(opener.start())
        return self._opened(opener[0], final=final) and bool(self._pending)

    def _pass(self, upto: int) -> None:
        self._out.append(self._pending[:upto])
        self._pending = self._pending[upto:]

    def _drop(self, upto: int) -> bool:
        self._pending = self._pending[upto:]
        return True

    def _skip_from(self, at: int, inside: str) -> bool:
        self._inside, self._depth, self._quoted = inside, [], False
        self._out.append(LEFT_OUT)
        return self._drop(at)

    def _opened(self, opener: str, *, final: bool) -> bool:
        """What begins there is told apart; False where that takes more of the text."""
        if opener == "<":
            return self._tag(final=final)
        if opener == "`":
            return self._backticks(final=final)
        if opener == "{":
            return self._skip_from(0, "brackets")
        if opener == "[":
            return self._square(final=final)
        return self._call(opener, final=final)

    def _tag(self, *, final: bool) -> bool:
        if tag := _TAG.match(self._pending):
            name = tag["name"] or ""
            if _HIDDEN.fullmatch(name) and not tag["closing"] and not tag["rest"].endswith("/"):
                return self._skip_from(tag.end(), name)
            return self._drop(tag.end())
        begun = re.match(r"<(?:[A-Za-z|!?/]|\Z)", self._pending)
        if begun and len(self._pending) < TAG_LIMIT and "<" not in self._pending[1:]:
            return self._drop(len(self._pending)) if final else False
        return self._drop(1)

    def _backticks(self, *, final: bool) -> bool:
        if self._pending.startswith("```"):
            return self._skip_from(3, "```")
        if not final and self._pending in ("`", "``"):
            return False
        return self._drop(1)

    def _square(self, *, final: bool) -> bool:
        if re.match(r"\[\s*[{\"]", self._pending):
            return self._skip_from(0, "brackets")
        if link := _LINK.match(self._pending):
            self._out.append(link[1])
            return self._drop(link.end())
        if token := _TOKEN.match(self._pending):
            return self._drop(token.end())
        closed = self._pending.find("]")
        undecided = closed < 0 or closed + 1 == len(self._pending) or self._is_open_link(closed)
        if not final and undecided and len(self._pending) < TAG_LIMIT:
            return False
        return self._drop(1)

    def _is_open_link(self, closed: int) -> bool:
        return self._pending[closed + 1] == "(" and ")" not in self._pending[closed:]

    def _call(self, opener: str, *, final: bool) -> bool:
        name, after = opener[:-1], self._pending[len(opener) :]
        known = name.rpartition(".")[2] in self._names or "_" in name or name.startswith("functions.")
        if known or _ARGUMENTS.match(after):
            return self._skip_from(len(name), "brackets")
        if not final and _PERHAPS_ARGUMENTS.fullmatch(after) and len(after) < 40:
            return False
        self._pass(len(opener))
        return True

    def _skipped(self) -> bool:
        if self._inside == "brackets":
            return self._brackets()
        closing = "```" if self._inside == "```" else rf"<\s*/\s*{re.escape(self._inside)}\s*>"
        found = re.search(closing, self._pending, re.IGNORECASE)
        if found is None:
            self._pending = self._pending[-TAG_LIMIT:]
            return False
        self._inside = ""
        return self._drop(found.end())

    def _brackets(self) -> bool:
        for at, each in enumerate(self._pending):
            if each == '"' and not self._pending[:at].endswith("\\"):
                self._quoted = not self._quoted
            elif not self._quoted and each in _BRACKETS:
                self._depth.append(_BRACKETS[each])
            elif not self._quoted and self._depth and each == self._depth[-1]:
                self._depth.pop()
                if not self._depth:
                    self._inside = ""
                    return self._drop(at + 1)
        self._pending = ""
        return False


_EMPHASIS = re.compile(r"\*+|(?<!\w)_+(?=\w)|(?<=\w)_+(?!\w)|~~|\||\]")
_BULLET = re.compile(
    r"(?:(?<=[.!?:,;])[ \t]+|^[ \t]*)(?:[-+\u2022\u2013]|#{1,6}|>|\d{1,2}[.)])[ \t]+(?=\S)", re.MULTILINE
)
_RULE = re.compile(r"^[ \t]*[-=_*]{3,}[ \t]*$", re.MULTILINE)


def without_markup(words: str) -> str:
    """Words without what markup puts around them: emphasis, headings, bullets, table bars. Numbered bullets only at the
    beginning of a line."""
    return _BULLET.sub(_left_of_bullet, _EMPHASIS.sub("", _RULE.sub("", words)))


def _left_of_bullet(its: "re.Match[str]") -> str:
    """A blank, where something may stand before it in the line."""
    return " " if its[0][0].isspace() else ""
