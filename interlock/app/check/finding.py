"""What a check says about a flow, and how it looks on a terminal."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a flow.

    `code` is stable and for programs; `where` is "file:line" below the folder the check runs in, empty when the
    source is not at hand; `path` is the counterexample: the events that lead from the start of a call to the trouble.
    """

    code: str
    text: str
    where: str = ""
    path: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "path": list(self.path)}


def render(findings: Sequence[Finding], console: Console) -> None:
    """Print one paragraph a finding, or that there is none."""
    if not findings:
        console.print(Text("Nothing found.", style="green"))
    for finding in findings:
        head = Text.assemble((f"{finding.where or '(no source)'}  ", "dim"), (finding.code, "bold red"))
        console.print(head, soft_wrap=True)
        console.print(Text(f"  {finding.text}"), soft_wrap=True)
        if finding.path:
            console.print(Text(f"  for example: {' → '.join(finding.path)}", style="yellow"), soft_wrap=True)
