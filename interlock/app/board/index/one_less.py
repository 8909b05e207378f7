"""Where nothing fits: which one of the filters leaves none."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from interlock.app.board.index.answers import Index
from interlock.app.board.index.filters import Filters


@dataclass(frozen=True, slots=True)
class OneLess:
    """Without the filter `name`, or that one `value` of it, `count` calls fit; `filters` are the others."""

    name: str
    value: object
    filters: Filters
    count: int


def one_less(index: Index, filters: Filters) -> list[OneLess]:
    """The filters that alone leave none, each with how many would fit without it; none where it takes several."""
    counted = (OneLess(name, value, less, index.count(less)) for name, value, less in _less(filters))
    return [its for its in counted if its.count]


def _less(filters: Filters) -> Iterator[tuple[str, object, Filters]]:
    for field in fields(filters):
        value = getattr(filters, field.name)
        if isinstance(value, tuple):
            for at, each in enumerate(value):
                yield field.name, each, _with(filters, field.name, value[:at] + value[at + 1 :])
        elif value is not None:
            yield field.name, value, _with(filters, field.name, None)


def _with(filters: Filters, name: str, value: Any) -> Filters:
    return replace(filters, **{name: value})
