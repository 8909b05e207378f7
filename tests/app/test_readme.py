"""What README.md says of the code is so."""

import inspect
import re
from pathlib import Path

from interlock.machines.decide import decide

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_judgement_it_shows_is_the_one_that_runs():
    """
    Line by line.
    """
    assert f"```python\n{inspect.getsource(decide)}```" in README


def test_every_make_target_it_names_is_one():
    """
    In the Makefile.
    """
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    named = set(re.findall(r"`make ([a-z-]+)[`\s]", README)) | set(re.findall(r"(?m)^make ([a-z-]+)", README))
    assert named
    assert named <= targets
