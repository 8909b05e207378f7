"""What holds of every flow: its table, its promises, its drawings, and calls that nobody would think of."""

from interlock.testing import EveryFlow
from tests.tables import returns


class TestEveryFlow(EveryFlow):
    """
    A flow more is a table more.
    """

    tables = (returns.TABLE,)
