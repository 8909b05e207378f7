"""What docs/quotas.md says of the limits is so."""

import re
from pathlib import Path

from app.flows import FLOWS
from interlock.app.quotas import quotas_in, require_quotas
from interlock.app.settings import load_settings

PAGE = (Path(__file__).parents[2] / "docs" / "quotas.md").read_text(encoding="utf-8")
KEYS = ("call", "caller", "account", "hidden", "number", "anonymous", "share", "world")
UNITS_S = {"m": 60, "h": 3600, "d": 86_400}


def written() -> dict[str, dict[str, list[tuple[int, float]]]]:
    """Each row of the table: how many, in how many seconds, by key."""
    rows = re.findall(r"(?m)^\| `(\w+)` \| [^|]+ \|(.+)\|$", PAGE.partition("## What is set")[2])
    return {name: _limits(cells.split("|")) for name, cells in rows}


def _limits(cells: list[str]) -> dict[str, tuple[int, float]]:
    found = {}
    for key, cell in zip(KEYS, cells, strict=True):
        if its := re.findall(r"(\d+)(?: of an? [\w' ]+)?/(\d+)([mhd])", cell):
            found[key] = [(int(most), float(int(time) * UNITS_S[unit])) for most, time, unit in its]
    return found


def test_the_settings_of_the_page_are_taken(monkeypatch):
    """As they stand there."""
    examples = re.findall(r"`INTERLOCK_QUOTAS=(\{.+\})`", PAGE)
    assert examples
    for its in examples:
        monkeypatch.setenv("INTERLOCK_QUOTAS", its)
        require_quotas(load_settings(), [getattr(each, "flow", each) for each in FLOWS])


def test_every_limit_of_the_flows_is_on_the_page():
    """Under its name, by whose it is; and no other."""
    flows = [getattr(each, "flow", each) for each in FLOWS]
    limits = {
        name: {
            whose: [(each.most, each.within_s) for each in its.windows()]
            for quota in quotas
            for whose, its in quota.limits.items()
        }
        for name, quotas in quotas_in(flows).items()
    }
    assert written() == limits
