"""How a picture looks as a file of its own: its classes in light and in dark.

Plain colours and no variables, for programs that are no browser know none.
"""

LIGHT = {
    "paper": "#ffffff",
    "panel": "#f6f8fa",
    "line": "#d5dbe2",
    "ink": "#17212b",
    "soft": "#52606d",
    "blue": "#22619f",
    "blue-box": "#e8f0fa",
    "work": "#a35a10",
    "work-box": "#fdf0e3",
    "end": "#1b2733",
    "end-ink": "#ffffff",
}
DARK = {
    "paper": "#10161c",
    "panel": "#18212a",
    "line": "#33414e",
    "ink": "#e7edf3",
    "soft": "#a3b1bf",
    "blue": "#8bbcf0",
    "blue-box": "#1b3146",
    "work": "#f0b070",
    "work-box": "#3a2a18",
    "end": "#dfe7ee",
    "end-ink": "#10161c",
}
SHAPE = """
text{font-family:system-ui,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;font-size:13px;text-anchor:middle}
.frame text{font-size:12.5px;font-weight:600;text-anchor:start}
.work rect{stroke-dasharray:5 3}
.back rect{stroke-dasharray:2 3}
.line{fill:none;stroke-width:1.3}
.reported .line{stroke-dasharray:4 3}
.name{font-size:11.5px;font-weight:600}
.reported .name{font-style:italic;font-weight:400}
.note{font-size:11px}
.heading{font-size:12px;font-weight:600;text-anchor:start}
.chip text{font-size:12px;text-anchor:start}
.chip.reported .name{font-style:italic}
"""
COLOURS = """
.paper,.label rect{{fill:{paper}}}
text{{fill:{ink}}}
.frame rect{{fill:none;stroke:{line}}}
.frame text,.note,.heading{{fill:{soft}}}
.state rect{{fill:{blue-box};stroke:{blue}}}
.work rect{{fill:{work-box};stroke:{work}}}
.back rect{{fill:{paper};stroke:{blue}}}
.end rect{{fill:{end};stroke:{end}}}
.end text{{fill:{end-ink}}}
.line{{stroke:{soft}}}
.tip,.begin circle{{fill:{soft}}}
.chip rect{{fill:{panel};stroke:{line}}}
"""


def style() -> str:
    """The CSS of the file."""
    dark = COLOURS.format_map(DARK).strip()
    return f"{SHAPE.strip()}\n{COLOURS.format_map(LIGHT).strip()}\n@media (prefers-color-scheme:dark){{\n{dark}\n}}"
