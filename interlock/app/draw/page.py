"""The page of a flow: the picture, every transition in words, the promises, and who speaks."""

import inspect
from collections.abc import Iterable, Iterator

from statemachine import HistoryState, State

from interlock.agents.flow import Flow
from interlock.app.draw.arrows import arrows_of
from interlock.app.draw.words import ANYWHERE, class_words, event_words, is_everything, promise_words, who_words
from interlock.guards.base import Guard
from interlock.machines.base import Machine, states_of
from interlock.machines.promises import Never

HOW_TO_READ = """
How to read it:

- Blue boxes are the places where a call can be, with an agent who speaks. It begins at the dot, and is over in the
  dark box.
- Arrows are what can happen; one that starts at a frame holds at every place in it. A bold one is asked for by the
  agent. Below it stands how many conditions must be true, and whether the caller's own yes is one of them: “What can
  happen” has each in words.
- One in italics, with a dashed line, is reported by our own systems or by an operator, never by the agent.
- Orange boxes are work that our systems do. ↩ leads back to where the call was before.
- What stands below the picture holds at all the places it names; where an arrow says otherwise for one of them, the
  arrow counts.
"""
BEFORE = """
“Before” a condition means: it was seen to be true at least once in the call by then. It may have stopped being true
since; what must be true at the very moment stands under “Only if” above.
"""
ORDER = "Where two rows fit a call, the one for a single place counts before the one for many."


def markdown(flow: Flow) -> str:
    """The page; its picture is `FLOW.svg` beside it."""
    parts = [
        f"<!-- Written by `interlock diagrams` from the flow {flow.name}: change the machine, not this file. -->",
        f"# {flow.title}",
        flow.summary,
        f"![{_alt(flow.title)}]({flow.name}.svg)",
        HOW_TO_READ.strip(),
        "## What can happen",
        _table(("From", "What happens", "To", "Only if", "Who may ask"), _transitions(flow.machine)),
        ORDER,
        "## What is promised",
        _promises(flow.machine),
        "## Who speaks",
        _table(("Where the call is", "Who speaks", "What for"), _voices(flow)),
    ]
    return "\n\n".join(parts) + "\n"


def _alt(title: str) -> str:
    return "".join(f"\\{c}" if c in "[]\\" else c for c in " ".join(title.split()))


def _promises(machine: type[Machine]) -> str:
    lines = "\n".join(f"- {promise_words(machine, promise)}" for promise in machine.promises)
    on_guards = any(isinstance(p, Never) and isinstance(p.before, Guard) for p in machine.promises)
    return (lines or "Nothing.") + (f"\n\n{BEFORE.strip()}" if on_guards else "")


def _transitions(machine: type[Machine]) -> Iterator[tuple[str, ...]]:
    for arrow in arrows_of(machine):
        only_if = "; ".join(arrow.only_if)
        yield _from(machine, arrow.source), event_words(arrow.event), _to(arrow.target), only_if, who_words(arrow.who)


def _from(machine: type[Machine], state: State) -> str:
    if is_everything(machine, state):
        return ANYWHERE
    return f"Anywhere in “{state.name}”" if state.states else state.name


def _to(state: State) -> str:
    return f"↩ {state.name}" if isinstance(state, HistoryState) else state.name


def _voices(flow: Flow) -> Iterator[tuple[str, ...]]:
    for name, state in states_of(flow.machine).items():
        if not state.states:
            agent = flow.cast.get(name)
            duty = (inspect.getdoc(agent) or "").split("\n\n")[0] if agent else "Our systems are at work."
            yield state.name, class_words(agent) if agent else "nobody", duty


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
