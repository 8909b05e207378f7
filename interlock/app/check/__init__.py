"""What can be known to be wrong with a flow before anybody calls: static findings about a machine and its cast."""

from interlock.agents.flow import Flow
from interlock.app.check import source
from interlock.app.check.cast import cast_findings
from interlock.app.check.chart import chart_findings
from interlock.app.check.effects import effect_findings
from interlock.app.check.evidence import evidence_findings
from interlock.app.check.finding import Finding, render
from interlock.app.check.newcomer import newcomer_findings
from interlock.app.check.paths import explore
from interlock.app.check.promises import promise_findings
from interlock.app.check.told import told_findings
from interlock.app.check.untold import untold_findings
from interlock.app.check.yes import yes_findings

__all__ = ["Finding", "check", "refused", "render"]


def check(flow: Flow) -> list[Finding]:
    """Every finding about a flow, none for a sound one.

    Guards are free choices here (see `.paths.Paths`): a promise "never X before Y" that passes holds for
    every real call.
    """
    paths = explore(flow.machine)
    return [
        *chart_findings(flow.machine, paths),
        *promise_findings(flow.machine, paths),
        *cast_findings(flow),
        *effect_findings(flow, paths),
        *told_findings(flow),
        *yes_findings(flow, paths),
        *untold_findings(flow, paths),
        *evidence_findings(flow),
        *newcomer_findings(flow),
    ]


def refused(error: Exception) -> Finding:
    """The finding for a flow whose import failed: `ChartError`, python-statemachine's `InvalidDefinition`, `TypeError`.

    `where` is the line at which the class was made.
    """
    return Finding("chart_error", str(error), source.of_error(error))
