"""The picture of a flow, as Mermaid text and as SVG."""

import json
import textwrap
from collections.abc import Iterable, Iterator

import mermaidx  # type: ignore[import-untyped]
from statemachine import State

from interlock.agents.flow import Flow
from interlock.app.draw.arrows import FromAnywhere, Step, arrows_of, drawn, from_anywhere, joined, landing
from interlock.app.draw.words import ANYWHERE, event_words, is_everything, listed
from interlock.machines.base import Machine, history_of, initial, is_end, states_of

STEP_CHARS = 34
NOTE_CHARS = 44

# Text stays HTML, as Mermaid has it: every browser shows it, and as SVG text one picture takes mermaidx ten seconds,
# not two. Boxes are plain ones: Mermaid draws stadiums, hexagons and the like with random strokes, anew on each run.
CONFIG = {
    "theme": "base",
    "flowchart": {
        "wrappingWidth": 480,
        "rankSpacing": 30,
        "nodeSpacing": 40,
        "padding": 12,
        "subGraphTitleMargin": {"top": 6, "bottom": 14},
    },
    "themeVariables": {
        "fontSize": "15px",
        "primaryColor": "#e8f0fa",
        "primaryBorderColor": "#3a6ea5",
        "primaryTextColor": "#1b2733",
        "lineColor": "#56606b",
        "clusterBkg": "#f6f7f9",
        "clusterBorder": "#c3cad3",
    },
}
STYLES = (
    "classDef work fill:#fdf0e3,stroke:#c77b30,stroke-dasharray:5 3",
    "classDef over fill:#1b2733,stroke:#1b2733,color:#ffffff",
    "classDef back fill:#ffffff,stroke:#3a6ea5,stroke-dasharray:2 3",
    "classDef always fill:#fff8dc,stroke:#c9b458",
    "classDef event fill:#ffffff,stroke:#e1e5ea,font-size:13px",
    "classDef begin fill:#1b2733,stroke:#1b2733",
)
NOTE = "always_"
NOTE_LINK = "stroke:#c9b458,stroke-dasharray:3 4"


def mermaid(flow: Flow) -> str:
    """The flow as a Mermaid flowchart, top to bottom.

    Each event is a box between the states, for Mermaid lays boxes out without overlaps, which it does not do with the
    labels of arrows. What holds in many states is one note; no arrow begins or ends at the frame of a compound state.
    """
    arrows = arrows_of(flow.machine)
    notes, steps = from_anywhere(flow.machine, arrows), joined(drawn(arrows))
    links = [*_links(flow.machine, steps), *_note_links(notes)]
    lines = [
        "flowchart TB",
        f"accTitle: {' '.join(flow.title.split())}",
        f"accDescr: {' '.join(flow.summary.split())}",
        *_boxes(flow, steps, None),
        *_note(flow.machine, notes),
        *links,
        *(f"linkStyle {number} {NOTE_LINK}" for number, link in enumerate(links) if link.startswith(NOTE)),
        *STYLES,
    ]
    return f"%%{{init: {json.dumps(CONFIG)}}}%%\n" + "\n".join(lines) + "\n"


def svg(source: str) -> str:
    """The picture of a Mermaid text; the same bytes for the same text. Raises `RuntimeError` for a bad text."""
    picture = str(mermaidx.render(source).svg())
    return picture.replace("background-color: transparent", "background-color: white") + "\n"


def _boxes(flow: Flow, steps: list[Step], inside: State | None) -> Iterator[str]:
    """The boxes of one compound state, or of the whole chart; a step stands where all that it joins does."""
    states = list(flow.machine.states if inside is None else inside.states)
    for state in states:
        if not state.states:
            yield _box(flow, state)
        elif is_everything(flow.machine, state):
            yield from _boxes(flow, steps, state)
        else:
            yield f'subgraph {_id(state)} ["{_safe(state.name)}"]'
            yield from (f"    {line}" for line in _boxes(flow, steps, state))
            yield "end"
    for history in history_of(flow.machine):
        if history.parent is inside:
            yield f'{_id(history)}("↩ {_safe(history.name)}"):::back'
    if initial(flow.machine).state in {state.id for state in states}:
        yield "begin_(( )):::begin"
    for number, step in enumerate(steps):
        if _home(step) is inside:
            yield f'e_{number}["`{_label(step)}`"]:::event'


def _home(step: Step) -> State | None:
    """The innermost compound state that holds all ends of a step."""
    shared = [set(state.ancestors()) for state in (*step.sources, step.target)]
    return next((state for state in step.target.ancestors() if all(state in s for s in shared)), None)


def _box(flow: Flow, state: State) -> str:
    if state.id in flow.effects:
        return f'{_id(state)}["`{_safe(state.name)}<br/>*our systems at work*`"]:::work'
    return f'{_id(state)}("{_safe(state.name)}"){":::over" if is_end(state) else ""}'


def _links(machine: type[Machine], steps: list[Step]) -> Iterator[str]:
    yield f"begin_ --> {_id(states_of(machine)[initial(machine).state])}"
    for number, step in enumerate(steps):
        arrow = "-.->" if step.is_reported else "-->"
        yield from (f"{_id(source)} {arrow} e_{number}" for source in step.sources)
        yield f"e_{number} {arrow} {_id(step.target)}"


def _label(step: Step) -> str:
    mark = "*" if step.is_reported else "**"
    lines = [f"{mark}{event_words(event)}{mark}" for event in step.events]
    for number, sentence in enumerate(step.only_if):
        lines += _wrapped(f"{'and' if number else 'if'} {sentence}", STEP_CHARS)
    return "<br/>".join(lines)


def _note(machine: type[Machine], notes: list[FromAnywhere]) -> Iterator[str]:
    if notes:
        lines: list[str] = []
        for at in dict.fromkeys(note.sources for note in notes):
            lines += ["&nbsp;"] * bool(lines)
            lines += [f"**{line}**" for line in _wrapped(_scope(machine, at), NOTE_CHARS)]
            for note in (n for n in notes if n.sources == at):
                lines += _wrapped(_says(note), NOTE_CHARS)
        yield f'{NOTE}["`{"<br/>".join(lines)}`"]:::always'


def _says(note: FromAnywhere) -> str:
    events = listed([event_words(event) for event in note.events], "or")
    condition = f", {_if(note.only_if)}" if note.only_if else ""
    return f"{events} → {note.target.name}{condition}"


def _note_links(notes: list[FromAnywhere]) -> Iterator[str]:
    for target in dict.fromkeys(_id(landing(note.target)) for note in notes):
        yield f"{NOTE} -.-> {target}"


def _scope(machine: type[Machine], states: Iterable[State]) -> str:
    if any(is_everything(machine, state) for state in states):
        return ANYWHERE
    return f"From {listed([state.name for state in states], 'or')}"


def _if(sentences: tuple[str, ...]) -> str:
    return f"if {listed(list(sentences))}" if sentences else ""


def _wrapped(text: str, width: int) -> list[str]:
    """The fewest lines of at most `width` characters, all about as long."""
    fewest = len(textwrap.wrap(text, width))
    even = next((w for w in range(len(text) // max(fewest, 1), width) if len(textwrap.wrap(text, w)) == fewest), width)
    return [_safe(line) for line in textwrap.wrap(text, even)]


def _id(state: State) -> str:
    return f"s_{state.id}"


def _safe(text: str) -> str:
    """Text that Mermaid takes as words: its own marks as entities."""
    return "".join(f"#{ord(c)};" if c in '"`*_<>{}[]|#' else c for c in text)
