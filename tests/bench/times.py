"""Many runs of one thing, how long each took, and the table they end in."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.table import Table

WARMING_UP = 0.1
"""The share of the first runs that does not count."""


@dataclass(slots=True)
class Times:
    """The seconds each run of `what` took, in order; times read from it are milliseconds."""

    what: str
    seconds: list[float] = field(default_factory=list)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Time what is inside, as one run."""
        began = time.perf_counter()
        yield
        self.seconds.append(time.perf_counter() - began)

    def below(self, share: float) -> float:
        """The time that `share` of the runs stayed below, in milliseconds, without those while warming up."""
        counted = sorted(self.seconds[int(len(self.seconds) * WARMING_UP) :])
        return counted[min(len(counted) - 1, int(len(counted) * share))] * 1000

    @property
    def p50(self) -> float:
        """The median in milliseconds."""
        return self.below(0.5)

    @property
    def p99(self) -> float:
        """The slowest but one in a hundred, in milliseconds."""
        return self.below(0.99)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: `times`, what they are compared with, and what was hoped for.

    `ratio_aim` is for the medians of `times` and `beside`; the other aims are milliseconds.
    """

    times: Times
    beside: Times | None = None
    ratio_aim: float | None = None
    p50_aim: float | None = None
    p99_aim: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times as long as what it is compared with."""
        return self.times.p50 / self.beside.p50 if self.beside else None

    @property
    def reached(self) -> bool | None:
        """Whether every aim is reached; None when there is none."""
        pairs = ((self.ratio, self.ratio_aim), (self.times.p50, self.p50_aim), (self.times.p99, self.p99_aim))
        judged = [found <= aim for found, aim in pairs if aim is not None and found is not None]
        return all(judged) if judged else None


def table(title: str, figures: list[Figure]) -> Table:
    """The figures for a person to read."""
    made = Table(title=title, title_justify="left")
    made.add_column("", ratio=1)
    for name in ("p50 ms", "p99 ms", "runs", "ratio", "aim"):
        made.add_column(name, justify="right", no_wrap=True)
    for figure in figures:
        times, beside = figure.times, figure.beside
        what = times.what if beside is None else f"{times.what} / {beside.what}"
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}x"
        row = (what, f"{times.p50:.3f}", f"{times.p99:.3f}", str(len(times.seconds)), ratio, _aim(figure))
        made.add_row(*row, style={True: "green", False: "red", None: ""}[figure.reached])
    return made


def _aim(figure: Figure) -> str:
    aims = (("{:g}x", figure.ratio_aim), ("p50 {:g}", figure.p50_aim), ("p99 {:g}", figure.p99_aim))
    said = ", ".join(words.format(aim) for words, aim in aims if aim is not None)
    return said and f"{said}: {'yes' if figure.reached else 'no'}"
