"""Asking the machine again: what a call's record says was decided, decided anew from what was known then.

`replay` tells whether record and machine agree in everything (I4); `replay_calls` which verdicts another version of
the machine, or today's, would give differently.
"""

from interlock.app.replay.calls import CallReplay, Tally, nothing_judged, recorded_calls, replay_calls
from interlock.app.replay.judging import Changed, judge
from interlock.app.replay.loading import version_named
from interlock.app.replay.recorded_verdict import NotReplayable
from interlock.app.replay.report import InJson, InProse, report_answers
from interlock.app.replay.versions import Version, of_today
from interlock.app.replay.whole import Difference, Reader, replay

__all__ = [
    "CallReplay",
    "Changed",
    "Difference",
    "InJson",
    "InProse",
    "NotReplayable",
    "Reader",
    "Tally",
    "Version",
    "judge",
    "nothing_judged",
    "of_today",
    "recorded_calls",
    "replay",
    "replay_calls",
    "report_answers",
    "version_named",
]
