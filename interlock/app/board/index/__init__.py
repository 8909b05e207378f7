"""An index of a record's calls, for lists and sums: a file that may be thrown away, with nothing personal in it."""

from interlock.app.board.index.answers import Bar, CallInList, EdgeSum, EndSum, GuardSum, Index, IndexState
from interlock.app.board.index.filters import TROUBLE, Edge, Filters
from interlock.app.board.index.keeping import Keeping
from interlock.app.board.index.kept import KeptIndex, open_index

__all__ = [
    "TROUBLE",
    "Bar",
    "CallInList",
    "Edge",
    "EdgeSum",
    "EndSum",
    "Filters",
    "GuardSum",
    "Index",
    "IndexState",
    "Keeping",
    "KeptIndex",
    "open_index",
]
