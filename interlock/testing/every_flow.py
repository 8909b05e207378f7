"""What holds of every flow of a project, as tests to be subclassed."""

from interlock.agents.flow import Flow
from interlock.app.project import project
from interlock.testing.checks import drawn, proven
from interlock.testing.legal import LegalTables
from interlock.testing.random_calls import RandomCalls
from interlock.testing.random_proposals import RandomProposals


class EveryFlow(LegalTables, RandomProposals, RandomCalls):
    """All that a project wants to know of its flows; `tables` has one table for each.

    In a test module, with the plugin `interlock.testing.plugin`:

        class TestEveryFlow(EveryFlow):
            tables = (LOST,)
    """

    def test_it_keeps_its_promises(self, flow: Flow) -> None:
        """As `interlock check` proves them, with all else it finds."""
        proven(flow)

    def test_its_drawings_are_current(self, flow: Flow) -> None:
        """As `interlock diagrams` would draw them."""
        drawn(flow)

    def test_it_has_a_legal_table(self, flow: Flow) -> None:
        """What is not written down is not tested."""
        named = [table.flow.name for table in self.tables]
        assert flow.name in named, (
            f"no table of {flow.name} in {type(self).__name__}.tables: write one, and name it there"
        )

    def test_it_has_a_call_script(self, flow: Flow) -> None:
        """At least one whole call that goes as it should."""
        folder = project().root / "tests" / "calls" / flow.name
        assert [*folder.glob("*.y*ml")], f"no script in {folder}: write a call of {flow.name}, as a YAML file"
